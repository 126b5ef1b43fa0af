"""What is put to the assembly about a group, and what the group writes down itself."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.countries import CURRENCIES
from collectives.models import Collective, Standing
from coopdelivery.kit.money import Money
from federation.forms.dues import amount_field, money_of
from federation.forms.register import ACCEPTED, day_field
from federation.models import WorkingGroup


def _coops() -> Any:
    return Collective.objects.filter(standing__in=(Standing.TRIAL, Standing.MEMBER)).order_by("name")


class MandateForm(forms.Form):
    """A mandate with its budget, as a resolution to vote on."""

    group = forms.ChoiceField(label=_("Group"), choices=WorkingGroup.choices)
    text = forms.CharField(label=_("What the group is to do"), widget=forms.Textarea(attrs={"rows": 5}), max_length=4000)
    begins_on = day_field(_("From"))
    review_on = day_field(_("Looked at again by"), help_text=_("After this day nothing is spent until the assembly has renewed it."))
    ends_on = day_field(_("At the latest until"))
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in CURRENCIES])
    budget = amount_field(_("Budget"), min_value=0)
    closes_on = day_field(_("Vote until"))

    def clean_closes_on(self) -> date:
        day: date = self.cleaned_data["closes_on"]
        if day <= timezone.localdate():
            raise forms.ValidationError(_("Choose a day after today."))
        return day

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        begins, review, ends = (answers.get(name) for name in ("begins_on", "review_on", "ends_on"))
        if begins and review and review < begins:
            self.add_error("review_on", _("This lies before the first day."))
        if review and ends and ends < review:
            self.add_error("ends_on", _("This lies before the day of the review."))
        return answers

    def settles(self) -> dict[str, Any]:
        """What follows when it passes (federation.groups.mandates.carry_out)."""
        told = self.cleaned_data
        days = {name: told[name].isoformat() for name in ("begins_on", "review_on", "ends_on")}
        cents = money_of(told["budget"], told["currency"]).cents
        return {"group": told["group"], "text": told["text"], "currency": told["currency"], "cents": cents, **days}


class GroupMemberForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), help_text=_("Of somebody who has an account here."))
    home = forms.ModelChoiceField(label=_("Comes from"), queryset=Collective.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["home"].queryset = _coops()  # type: ignore[attr-defined]  # a ModelChoiceField


class ExpenseForm(forms.Form):
    """An expense with its receipt, in the currency of the mandate."""

    title = forms.CharField(label=_("What for"), max_length=160)
    payee = forms.CharField(label=_("Who is paid"), max_length=120)
    payee_home = forms.ModelChoiceField(
        label=_("Is it a co-op?"),
        queryset=Collective.objects.none(),
        required=False,
        empty_label=_("no"),
        help_text=_("Its own people do not sign."),
    )
    amount = amount_field(_("Amount"), min_value=Decimal("0.01"))
    spent_on = day_field(_("Spent on"))
    receipt = forms.FileField(
        label=_("Receipt"),
        help_text=_("PDF or picture. Everybody in the co-ops may read it: cover private addresses."),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, files: Any = None, *, currency: str) -> None:
        super().__init__(data, files, initial={"spent_on": timezone.localdate()})
        self.currency = currency
        self.fields["payee_home"].queryset = _coops()  # type: ignore[attr-defined]  # a ModelChoiceField

    def facts(self) -> dict[str, Any]:
        told = dict(self.cleaned_data)
        amount: Money = money_of(told.pop("amount"), self.currency)
        return {**told, "amount": amount}


class DeliverableForm(forms.Form):
    title = forms.CharField(label=_("What"), max_length=160)
    due_on = day_field(_("By when"))


class PaidForm(forms.Form):
    on = day_field(_("Paid on"))

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("Note it on the day it is paid, or later."))
        return day
