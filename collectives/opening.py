"""The opening calendar: pure once it is read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from coopdelivery.kit.windows import Window, days, local_day, on_day

LONGEST = timedelta(days=31)


@dataclass(frozen=True)
class OpeningCalendar:
    """`hours` maps a weekday (0 = Monday) to its ranges, wall clock in `zone`, in order."""

    zone: ZoneInfo
    hours: dict[int, list[tuple[time, time]]]
    closed: frozenset[date]

    def windows(self, day: date) -> list[Window]:
        """The ranges that open on the day; none on a closed one. A range that passes midnight ends on the next day."""
        if day in self.closed:
            return []
        return [on_day(day, opens, closes, self.zone) for opens, closes in self.hours.get(day.weekday(), [])]

    def open_throughout(self, window: Window) -> bool:
        """Whether the whole window is open; ranges that meet count as one. Over a month is never."""
        if window.end - window.start > LONGEST:
            return False
        reached = window.start
        for opened in self._between(window.start, window.end):
            if opened.start <= reached < opened.end:
                reached = opened.end
        return reached >= window.end

    def next_after(self, instant: datetime, *, look_ahead: timedelta = timedelta(days=21)) -> Window | None:
        """The first range that has not ended by then; None when nothing opens in the time looked ahead."""
        return next((opened for opened in self._between(instant, instant + look_ahead) if opened.end > instant), None)

    def _between(self, start: datetime, end: datetime) -> Iterator[Window]:
        """From the day before, whose last range may pass midnight."""
        first = local_day(start, self.zone) - timedelta(days=1)
        for day in days(first, (local_day(end, self.zone) - first).days + 1):
            yield from self.windows(day)
