"""The head of a price list: its name, VAT, and from when it holds, in the place of which other."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import PriceList


class ListForm(forms.Form):
    name = forms.CharField(label=_("Name of the list"), max_length=80)
    vat = forms.DecimalField(label=_("VAT, in percent"), min_value=0, max_value=50, max_digits=4, decimal_places=2, localize=True)
    vat_included = forms.BooleanField(label=_("The amounts below include VAT"), required=False)
    valid_from = forms.DateField(label=_("Valid from"), localize=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    follows = forms.ModelChoiceField(
        label=_("Takes the place of"),
        queryset=PriceList.objects.none(),
        required=False,
        empty_label=_("no other list"),
        help_text=_("From its first day on, for everybody who has that list."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, found: PriceList | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = PriceList.objects.filter(follows=None)
        self.fields["follows"].queryset = others.exclude(pk=found.pk) if found else others  # type: ignore[attr-defined]  # a ModelChoiceField

    def vat_rate(self) -> int:
        """In hundredths of a percent."""
        return int(self.cleaned_data["vat"] * 100)


def list_values(price_list: PriceList) -> dict[str, Any]:
    return {
        "name": price_list.name,
        "vat": Decimal(price_list.vat_rate) / 100,
        "vat_included": price_list.vat_included,
        "valid_from": price_list.valid_from,
        "version": price_list.version,
        "follows": price_list.follows_id,
    }
