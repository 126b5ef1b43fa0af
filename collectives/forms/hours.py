"""The opening week, and closed days."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from collectives.services.hours import Range

FEWEST_RANGES = 2
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


def checked_day(day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise forms.ValidationError(_("Choose a day between 2000 and 2100."))


class TimeField(forms.TimeField):
    """A wall-clock time; the browser's own picker where there is one."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        formats = ["%H:%M", "%Hh%M", "%Hh", "%H:%M:%S"]
        wrong = {"invalid": _("Write a time such as 08:30.")}
        super().__init__(widget=widget, input_formats=formats, error_messages=wrong, **kwargs)


class DayField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], validators=[checked_day], **kwargs)


@dataclass(frozen=True)
class DayRow:
    """One weekday of the form: its name and its pairs of fields."""

    label: str
    pairs: list[tuple[forms.BoundField, forms.BoundField]]


class WeekForm(forms.Form):
    """Two ranges for each day, or as many as there are; an empty pair means none. `ranges()` is what the service takes."""

    def __init__(self, *args: Any, ranges: Iterable[Range] = (), **kwargs: Any) -> None:
        known: dict[int, list[tuple[time, time]]] = defaultdict(list)
        for weekday, opens, closes in ranges:
            known[weekday].append((opens, closes))
        self.slots = max([FEWEST_RANGES, *(len(pairs) for pairs in known.values())])
        initial = {
            name: value
            for weekday, pairs in known.items()
            for slot, pair in enumerate(pairs)
            for name, value in zip(self.names(weekday, slot), pair, strict=True)
        }
        super().__init__(*args, **{"initial": initial, **kwargs})
        for weekday in range(7):
            for slot in range(self.slots):
                from_name, until_name = self.names(weekday, slot)
                facts = {"day": WEEKDAYS[weekday], "number": slot + 1}
                self.fields[from_name] = TimeField(required=False, label=_("%(day)s, opens (%(number)s)") % facts)
                self.fields[until_name] = TimeField(required=False, label=_("%(day)s, closes (%(number)s)") % facts)

    @staticmethod
    def names(weekday: int, slot: int) -> tuple[str, str]:
        return f"d{weekday}_{slot}_opens", f"d{weekday}_{slot}_closes"

    def rows(self) -> Iterator[DayRow]:
        for weekday in range(7):
            names = [self.names(weekday, slot) for slot in range(self.slots)]
            yield DayRow(str(WEEKDAYS[weekday]), [(self[opens], self[closes]) for opens, closes in names])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for weekday in range(7):
            for slot in range(self.slots):
                opens, closes = self.names(weekday, slot)
                if opens in cleaned and closes in cleaned and (cleaned[opens] is None) != (cleaned[closes] is None):
                    missing = opens if cleaned[opens] is None else closes
                    self.add_error(missing, _("Write both times, or neither."))
        return cleaned

    def ranges(self) -> list[Range]:
        pairs = ((weekday, *self.names(weekday, slot)) for weekday in range(7) for slot in range(self.slots))
        return [
            (weekday, self.cleaned_data[opens], self.cleaned_data[closes])
            for weekday, opens, closes in pairs
            if self.cleaned_data.get(opens) is not None
        ]


class ClosedDayForm(forms.Form):
    day = DayField(label=_("Day"))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=80, help_text=_("Shown to partners who want to order."))
