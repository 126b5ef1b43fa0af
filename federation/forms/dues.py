"""What is put to the assembly about dues, what co-ops file, what officers note."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from collectives.countries import CURRENCIES
from collectives.models import Collective
from coopdelivery.kit.money import Money, minor_digits
from federation.dues.services import PAYING
from federation.forms.register import day_field

MOST = Decimal("9999999999.99")


def amount_field(label: Any, **more: Any) -> forms.DecimalField:
    """An amount with two decimals, typed as on paper."""
    facts: dict[str, Any] = {"max_digits": 12, "decimal_places": 2, "localize": True, **more}
    field = forms.DecimalField(label=label, error_messages={"invalid": _("Write an amount such as 6.50.")}, **facts)
    field.widget.attrs["inputmode"] = "decimal"
    return field


def money_of(amount: Decimal, currency: str) -> Money:
    return Money(int(amount * 10 ** minor_digits(currency)), currency)


class TermsForm(forms.Form):
    """New terms, as a resolution to vote on."""

    standing = forms.ChoiceField(label=_("For co-ops that are"), choices=[(each.value, each.label) for each in PAYING])
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in CURRENCIES])
    percent = forms.DecimalField(
        label=_("Share of value added, in percent"), min_value=0, max_value=100, max_digits=5, decimal_places=2, localize=True
    )
    floor = amount_field(_("At least, a year"), min_value=0, initial=0)
    cap = amount_field(_("At most, a year"), min_value=0, required=False, help_text=_("Empty: no limit."))
    effective_on = day_field(_("In force from"))
    closes_on = day_field(_("Vote until"))
    text = forms.CharField(label=_("Why"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4000)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_closes_on(self) -> date:
        day: date = self.cleaned_data["closes_on"]
        if day <= self.today:
            raise forms.ValidationError(_("Choose a day after today."))
        return day

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        floor, cap = answers.get("floor"), answers.get("cap")
        if floor is not None and cap is not None and cap < floor:
            self.add_error("cap", _("This is less than the least."))
        return answers

    def settles(self) -> dict[str, Any]:
        """What follows when it passes (federation.dues.services.carry_out)."""
        told, currency = self.cleaned_data, self.cleaned_data["currency"]
        cap = money_of(told["cap"], currency).cents if told["cap"] is not None else None
        return {
            "standing": told["standing"],
            "currency": currency,
            "rate": int(told["percent"] * 100),
            "floor_cents": money_of(told["floor"], currency).cents,
            "cap_cents": cap,
            "effective_on": told["effective_on"].isoformat(),
        }


class ReliefForm(forms.Form):
    """To let a co-op off a sum, or give it time."""

    amount = amount_field(_("Amount"), min_value=Decimal("0.01"))
    parts = forms.IntegerField(label=_("To pay in so many months"), min_value=0, max_value=60, initial=0, help_text=_("0: let off."))
    closes_on = day_field(_("Vote until"))
    text = forms.CharField(label=_("Why"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)

    def __init__(self, data: Mapping[str, Any] | None = None, *, collective: Collective) -> None:
        super().__init__(data, prefix="relief")
        self.collective = collective

    def clean_closes_on(self) -> date:
        day: date = self.cleaned_data["closes_on"]
        if day <= self.collective.today():
            raise forms.ValidationError(_("Choose a day after today."))
        return day

    def money(self) -> Money:
        return money_of(self.cleaned_data["amount"], self.collective.currency)


class PaymentForm(forms.Form):
    """Money that arrived; `key` makes a second press harmless."""

    amount = amount_field(_("Amount"), min_value=Decimal("0.01"))
    on = day_field(_("Arrived on"))
    note = forms.CharField(label=_("Reference"), max_length=140, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, collective: Collective) -> None:
        super().__init__(data, prefix="paid", initial={"key": uuid4(), "on": collective.today()})
        self.collective = collective

    def money(self) -> Money:
        return money_of(self.cleaned_data["amount"], self.collective.currency)


class AccountsForm(forms.Form):
    """A year's figures from the adopted accounts."""

    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2999)
    production = amount_field(_("Production"), min_value=0, help_text=_("Deliveries and other services sold, before VAT."))
    margin = amount_field(_("Trade margin"), initial=0, help_text=_("Goods sold, less what they cost."), min_value=-MOST, max_value=MOST)
    bought = amount_field(_("Bought from others"), min_value=0, help_text=_("Rent, energy, repairs, insurance, fees: not wages."))

    def __init__(self, data: Mapping[str, Any] | None = None, *, collective: Collective) -> None:
        super().__init__(data, initial={"year": collective.today().year - 1, "margin": 0})
        self.collective = collective

    def figures(self) -> dict[str, Any]:
        told, currency = self.cleaned_data, self.collective.currency
        return {"year": told["year"], **{name: money_of(told[name], currency) for name in ("production", "margin", "bought")}}
