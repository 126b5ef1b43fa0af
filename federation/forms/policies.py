"""Another value of a setting of the federation: by vote, or for 72 hours."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from federation.forms.register import day_field
from federation.policies.rules import Setting


class SettingForm(forms.Form):
    value = forms.ChoiceField(widget=forms.RadioSelect)
    effective_on = day_field(_("In force from"))
    closes_on = day_field(_("Vote until"))
    text = forms.CharField(label=_("Why"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4000)

    def __init__(self, *args: Any, setting: Setting, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["value"].label = str(setting.label)
        self.fields["value"].choices = list(setting.choices.items())  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        closes_on, effective_on = answers.get("closes_on"), answers.get("effective_on")
        if closes_on and closes_on <= self.today:
            self.add_error("closes_on", _("Choose a day after today."))
        if closes_on and effective_on and effective_on <= closes_on:
            self.add_error("effective_on", _("A rule starts after the last day of the vote."))
        return answers


class UrgentForm(forms.Form):
    value = forms.ChoiceField(widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Why it cannot wait"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, setting: Setting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"].label = str(setting.label)
        self.fields["value"].choices = list(setting.choices.items())  # type: ignore[attr-defined]  # a ChoiceField
