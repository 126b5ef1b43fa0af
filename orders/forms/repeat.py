"""When a delivery comes again, as people say it; the rule is put together here."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import Repeat

WEEKDAYS = [
    ("MO", _("Monday")),
    ("TU", _("Tuesday")),
    ("WE", _("Wednesday")),
    ("TH", _("Thursday")),
    ("FR", _("Friday")),
    ("SA", _("Saturday")),
    ("SU", _("Sunday")),
]
EVERY = [("1", _("every week")), ("2", _("every second week")), ("3", _("every third week")), ("4", _("every fourth week"))]
MONTHLY = ("month", _("every month, on the date of the first day"))


def _day(label: Any, *, required: bool) -> forms.DateField:
    return forms.DateField(
        label=label, required=required, localize=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


def _clock(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


class RepeatForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Such as: bread for the school."))
    every = forms.ChoiceField(label=_("How often"), choices=[*EVERY, MONTHLY])
    weekdays = forms.MultipleChoiceField(label=_("On"), choices=WEEKDAYS, required=False, widget=forms.CheckboxSelectMultiple)
    first_on = _day(_("First day"), required=True)
    last_on = _day(_("Last day"), required=False)
    starts = _clock(_("From"))
    ends = _clock(_("Until"))
    on_holiday = forms.ChoiceField(label=_("On public holidays and closed days"), choices=Repeat.OnHoliday.choices)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("every") != MONTHLY[0] and not data.get("weekdays") and "weekdays" not in self.errors:
            self.add_error("weekdays", _("Choose at least one day of the week."))
        return data

    def rule(self) -> str:
        data = self.cleaned_data
        if data["every"] == MONTHLY[0]:
            return f"FREQ=MONTHLY;BYMONTHDAY={data['first_on'].day}"
        return f"FREQ=WEEKLY;INTERVAL={data['every']};BYDAY={','.join(data['weekdays'])}"

    def hours(self) -> tuple[time, time]:
        return self.cleaned_data["starts"], self.cleaned_data["ends"]


class PauseForm(forms.Form):
    paused_from = _day(_("Pause from"), required=True)
    paused_until = _day(_("until, the last day included"), required=False)
