"""Something added to an order's price by a person of the co-op."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coopdelivery.kit.money import Money, minor_digits


class SupplementForm(forms.Form):
    """`cost` is the price with VAT that the person saw; `key` makes a second press harmless."""

    label = forms.CharField(label=_("Name on the bill"), max_length=80)
    amount = forms.DecimalField(
        label=_("Amount before VAT, a reduction with a minus"),
        max_digits=8,
        decimal_places=2,
        min_value=-9999,
        max_value=9999,
        localize=True,
    )
    reason = forms.CharField(label=_("Why"), max_length=160, help_text=_("The partner reads this beside the price."))
    cost = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields["amount"].widget.attrs["inputmode"] = "decimal"

    def money(self) -> Money:
        return Money(int(self.cleaned_data["amount"] * 10 ** minor_digits(self.currency)), self.currency)
