"""The windows a person can pick on a day: two hours each, from opening to closing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from collectives.opening import OpeningCalendar
from coopdelivery.kit.windows import Window
from orders.terms import Terms, hour_of

LENGTH = timedelta(hours=2)
SHORTEST = timedelta(minutes=45)
SOON = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Slot:
    """`value` is what the form sends. A passed or full slot is shown struck through; `last` is the moment from which it is too late."""

    window: Window
    passed: bool
    left: timedelta | None
    last: datetime
    full: bool = False

    @property
    def value(self) -> str:
        start, end = timezone.localtime(self.window.start), timezone.localtime(self.window.end)
        return f"{start:%H:%M}-{end:%H:%M}"

    @property
    def left_minutes(self) -> int | None:
        """Minutes left to order, when it is soon."""
        return int(self.left.total_seconds() // 60) if self.left is not None else None

    @property
    def free(self) -> bool:
        return not (self.passed or self.full)


def slots_on(
    day: date, calendar: OpeningCalendar, now: datetime, terms: Terms | None = None, taken: Mapping[datetime, int] | None = None
) -> list[Slot]:
    """All slots of the local day, passed ones too. `taken` counts the drops that begin in each clock hour."""
    kept = terms or Terms()
    windows = [window for opening in calendar.windows(day) for window in _cut(opening)]
    return [_slot(window, now, kept.last_moment(window.start, calendar.zone), _is_full(window, kept, taken or {})) for window in windows]


def _cut(opening: Window) -> Iterator[Window]:
    """Two-hour pieces; a rest shorter than 45 minutes joins the piece before it."""
    start = opening.start
    while start < opening.end:
        end = start + LENGTH
        if opening.end - end < SHORTEST:
            end = opening.end
        yield Window(start, end)
        start = end


def _is_full(window: Window, terms: Terms, taken: Mapping[datetime, int]) -> bool:
    return terms.drops_an_hour is not None and taken.get(hour_of(window.start), 0) >= terms.drops_an_hour


def _slot(window: Window, now: datetime, last: datetime, full: bool) -> Slot:  # noqa: FBT001  one of its facts
    left = last - now
    return Slot(window, passed=left <= timedelta(0), left=left if timedelta(0) < left <= SOON else None, last=last, full=full)


def first_open(slots: list[Slot]) -> Slot | None:
    return next((slot for slot in slots if slot.free), None)
