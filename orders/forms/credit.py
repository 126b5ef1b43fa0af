"""Giving back part of an order."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from coopdelivery.kit.money import Money, minor_digits


class CreditForm(forms.Form):
    """An amount before VAT and a reason; `key` makes a second press harmless."""

    amount = forms.DecimalField(
        label=_("Give back, before VAT"),
        max_digits=12,
        decimal_places=2,
        localize=True,
        error_messages={"invalid": _("Write an amount such as 6.50.")},
    )
    reason = forms.CharField(label=_("Why"), max_length=160, help_text=_("The partner reads this on the statement."))
    key = forms.CharField(max_length=64, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, currency: str = "EUR", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields["amount"].widget.attrs["inputmode"] = "decimal"

    def amount_cents(self) -> int:
        return int(self.cleaned_data["amount"] * 10 ** minor_digits(self.currency))

    def key_typed(self) -> str:
        return str(self.cleaned_data["key"] or uuid4().hex)

    def money(self) -> Money:
        return Money(self.amount_cents(), self.currency)
