"""One shift of the week, in wall-clock times."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives import selectors
from collectives.forms.hours import DayField, TimeField
from collectives.models import Membership, Role, Shift
from coopdelivery.kit.windows import on_day


class WorkerChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # no generic at run time
    def label_from_instance(self, membership: Membership) -> str:
        return membership.person.name

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except forms.ValidationError as error:  # also for what is no reference at all
            raise forms.ValidationError(_("Choose somebody of the team."), code="invalid_choice") from error


def workers() -> "QuerySet[Membership]":
    """Who can have a shift: on the road or at dispatch."""
    return selectors.members().filter(held__role__in=[Role.COURIER, Role.DISPATCHER, Role.ADMIN]).distinct()


class ShiftForm(forms.Form):
    """`times()` gives what `services.plan_shift` takes; an end at or before the start is on the next day."""

    membership = WorkerChoice(label=_("Who"), queryset=Membership.objects.none(), to_field_name="ref")
    kind = forms.ChoiceField(label=_("Where"), choices=Shift.Kind)
    day = DayField(label=_("Day"))
    starts = TimeField(label=_("From"))
    ends = TimeField(label=_("Until"), help_text=_("A time before the start is on the next day."))
    break_at = TimeField(label=_("Break at"), required=False)
    break_minutes = forms.IntegerField(label=_("Break, in minutes"), required=False, min_value=0, max_value=240)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["membership"].queryset = workers()  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        at, minutes = cleaned.get("break_at"), cleaned.get("break_minutes")
        if at is not None and not minutes and "break_minutes" not in self.errors:
            self.add_error("break_minutes", _("Say how long the break is."))
        if minutes and at is None and "break_at" not in self.errors:
            self.add_error("break_at", _("Say when the break is."))
        return cleaned

    def times(self, zone: ZoneInfo) -> dict[str, Any]:
        facts = self.cleaned_data
        shift = on_day(facts["day"], facts["starts"], facts["ends"], zone)
        rest: datetime | None = None
        if facts["break_at"] is not None:
            rest = on_day(facts["day"], facts["break_at"], facts["break_at"], zone).start
            if rest < shift.start:  # after midnight
                rest = on_day(facts["day"], facts["starts"], facts["break_at"], zone).end
        return {"starts_at": shift.start, "ends_at": shift.end, "break_at": rest, "break_minutes": facts["break_minutes"] or 0}


def shift_initial(shift: Shift, zone: ZoneInfo) -> dict[str, Any]:
    starts, ends = timezone.localtime(shift.starts_at, zone), timezone.localtime(shift.ends_at, zone)
    return {
        "membership": shift.membership.ref,
        "kind": shift.kind,
        "day": starts.date(),
        "starts": starts.time(),
        "ends": ends.time(),
        "break_at": timezone.localtime(shift.break_at, zone).time() if shift.break_at else None,
        "break_minutes": shift.break_minutes or None,
    }
