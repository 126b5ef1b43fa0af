"""What is asked of the solidarity fund, and what is put in it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.countries import CURRENCIES
from collectives.models import Collective
from federation.forms.dues import amount_field, money_of
from federation.forms.register import day_field
from federation.models import AidRequest


def later_than_today(day: date) -> date:
    """Raises ValidationError."""
    if day <= timezone.localdate():
        raise forms.ValidationError(_("Choose a day after today."))
    return day


class EndowForm(forms.Form):
    """To move contributions from the pot into the fund, as a resolution to vote on."""

    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in CURRENCIES])
    amount = amount_field(_("Out of the pot into the fund"), min_value=Decimal("0.01"))
    cap = amount_field(_("At most for one request"), min_value=Decimal("0.01"))
    closes_on = day_field(_("Vote until"))
    text = forms.CharField(label=_("Why"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)

    def clean_closes_on(self) -> date:
        return later_than_today(self.cleaned_data["closes_on"])

    def settles(self) -> dict[str, Any]:
        """What follows when it passes (federation.solidarity.fund.carry_out)."""
        told, currency = self.cleaned_data, self.cleaned_data["currency"]
        return {"currency": currency, "cents": money_of(told["amount"], currency).cents, "cap_cents": money_of(told["cap"], currency).cents}


class AidForm(forms.Form):
    """A request of one co-op."""

    purpose = forms.ChoiceField(label=_("What for"), choices=AidRequest.Purpose.choices)
    kind = forms.ChoiceField(label=_("Gift or loan"), choices=AidRequest.Form.choices)
    months = forms.IntegerField(label=_("Months to pay a loan back"), min_value=1, max_value=60, required=False)
    amount = amount_field(_("Amount"), min_value=Decimal("0.01"))
    reason = forms.CharField(
        label=_("Why"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        help_text=_("All member co-ops read it: name no person, and nobody's health."),
    )
    closes_on = day_field(_("Vote until"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, collective: Collective) -> None:
        super().__init__(data)
        self.collective = collective

    def clean_closes_on(self) -> date:
        return later_than_today(self.cleaned_data["closes_on"])

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if answers.get("kind") == AidRequest.Form.LOAN and "months" not in self.errors and not answers.get("months"):
            self.add_error("months", _("Say in how many months it is paid back."))
        return answers

    def facts(self) -> dict[str, Any]:
        told = self.cleaned_data
        kept = {"purpose": told["purpose"], "form": told["kind"], "reason": told["reason"]}
        return {**kept, "months": told["months"] or 0, "amount": money_of(told["amount"], self.collective.currency)}


class RepaidForm(forms.Form):
    """A part of a loan; `key` makes a second press harmless."""

    amount = amount_field(_("Came back"), min_value=Decimal("0.01"))
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
