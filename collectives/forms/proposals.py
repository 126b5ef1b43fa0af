"""What members put to the vote."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective
from collectives.policies import MOST_CENTS, Kind, Rule, Value
from coopdelivery.decisions.models import Ballot
from coopdelivery.kit.money import minor_digits

USUAL_DAYS = 7
LONGEST_DAYS = 90


def day_field(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class ProposalForm(forms.Form):
    title = forms.CharField(
        label=_("What do you propose?"), max_length=160, help_text=_("One sentence, which can be answered with for or against.")
    )
    text = forms.CharField(label=_("Why"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 6}))
    closes_on = day_field(_("Last day of the vote"))
    manner = forms.ChoiceField(
        label=_("How"),
        required=False,
        choices=[
            ("", _("open vote: for, against, abstention")),
            ("secret", _("secret vote, for what is about persons")),
            ("consent", _("consent: it stands unless somebody names a harm")),
            ("colleges", _("two colleges: couriers and the others must both say yes")),
        ],
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["closes_on"].initial = today + timedelta(days=USUAL_DAYS)

    def clean_closes_on(self) -> date:
        day: date = self.cleaned_data["closes_on"]
        if day <= self.today:
            raise forms.ValidationError(_("Everybody needs time to vote: choose tomorrow or later."))
        if day > self.today + timedelta(days=LONGEST_DAYS):
            raise forms.ValidationError(_("A vote lasts 90 days at most."))
        return day


class RuleChangeForm(ProposalForm):
    """A new value of one rule; `current` is what holds today."""

    effective_on = day_field(_("In force from"), help_text=_("Never before the day of the result."))

    field_order = ("value", "effective_on", "text", "closes_on")

    def __init__(self, *args: Any, rule: Rule, current: Value, collective: Collective, **kwargs: Any) -> None:
        super().__init__(*args, today=collective.today(), **kwargs)
        self.rule, self.current, self.currency = rule, current, collective.currency
        del self.fields["title"], self.fields["manner"]
        self.fields["value"] = value_field(rule, current, collective.currency)
        self.fields["effective_on"].initial = self.today + timedelta(days=USUAL_DAYS + 1)
        self.order_fields(self.field_order)

    def clean_value(self) -> Value:
        value = stored(self.rule, self.cleaned_data["value"], self.currency)
        if value == self.current:
            raise forms.ValidationError(_("This is what already holds. Choose another value."))
        return value

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        effective_on, closes_on = cleaned.get("effective_on"), cleaned.get("closes_on")
        if effective_on and closes_on and effective_on <= closes_on:
            self.add_error("effective_on", _("A rule starts after the last day of the vote."))
        return cleaned


class RoundForm(ProposalForm):
    """The same matter in words that take the objections in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["title"], self.fields["manner"]
        self.fields["text"].required = True
        self.fields["text"].label = _("The text, with the objections taken in")


class EmergencyForm(forms.Form):
    """Another value of one switch, for 72 hours."""

    reason = forms.CharField(
        label=_("Why it cannot wait"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("Everybody reads it.")
    )
    field_order = ("value", "reason")

    def __init__(self, *args: Any, rule: Rule, current: Value, collective: Collective, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule, self.currency = rule, collective.currency
        self.fields["value"] = value_field(rule, current, collective.currency)
        self.order_fields(self.field_order)

    def clean_value(self) -> Value:
        return stored(self.rule, self.cleaned_data["value"], self.currency)


class BallotForm(forms.Form):
    choice = forms.ChoiceField(
        label=_("Your vote"),
        choices=Ballot.Choice.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose for, against or abstention."), "invalid_choice": _("Choose for, against or abstention.")},
    )
    reason = forms.CharField(label=_("Why"), required=False, max_length=500, help_text=_("Members read it beside your name."))


class FoundingForm(forms.Form):
    founded_on = day_field(_("Day of the founding assembly"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_founded_on(self) -> date:
        day: date = self.cleaned_data["founded_on"]
        if day > self.today:
            raise forms.ValidationError(_("This day has not come yet."))
        return day


def value_field(rule: Rule, current: Value, currency: str) -> forms.Field:
    """How a value of this kind is typed: percent for shares, whole units for amounts."""
    if rule.kind is Kind.FLAG:
        return forms.ChoiceField(
            label=str(rule.label),
            choices=[("yes", _("yes")), ("no", _("no"))],
            initial="no" if current else "yes",
            widget=forms.RadioSelect,
        )
    if rule.kind is Kind.CHOICE:
        return forms.ChoiceField(label=str(rule.label), choices=list(rule.choices.items()), initial=current, widget=forms.RadioSelect)
    if rule.kind is Kind.SHARE:
        return forms.DecimalField(
            label=str(rule.label), min_value=0, max_value=100, decimal_places=2, initial=Decimal(current) / 100, help_text=_("In percent.")
        )
    scale = 10 ** minor_digits(currency)
    return forms.DecimalField(
        label=str(rule.label),
        min_value=0,
        max_value=MOST_CENTS // scale,
        decimal_places=minor_digits(currency),
        initial=Decimal(current) / scale,
        help_text=_("In %(currency)s.") % {"currency": currency},
    )


def stored(rule: Rule, typed: Any, currency: str) -> Value:
    """The value as the rule keeps it: bool, word, ten-thousandths or minor units."""
    if rule.kind is Kind.FLAG:
        return bool(typed == "yes")
    if rule.kind is Kind.CHOICE:
        return str(typed)
    return int(typed * (100 if rule.kind is Kind.SHARE else 10 ** minor_digits(currency)))
