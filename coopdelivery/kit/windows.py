"""Time windows: a promise from one instant to another, shown in a collective's zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)


def day_in(text: str) -> date:
    """The day that a text such as 2026-11-24 names. Raises ValueError, also for days so far away that no clock reaches them."""
    day = date.fromisoformat(text)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"{text} is not between {FIRST_DAY} and {LAST_DAY}")
    return day


class BadWindow(ValueError):
    """The window ends before it starts, or lacks a zone."""


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to `end`, both aware; `end` is after `start`."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise BadWindow("a window needs a time zone")
        if self.end <= self.start:
            raise BadWindow("a window ends after it starts")

    @property
    def minutes(self) -> int:
        return int((self.end - self.start).total_seconds() // 60)

    def contains(self, instant: datetime) -> bool:
        return self.start <= instant <= self.end


def on_day(day: date, opens: time, closes: time, zone: ZoneInfo) -> Window:
    """Wall-clock times of a day in a zone; a closing time at or before the opening means the next day."""
    start = datetime.combine(day, opens, tzinfo=zone)
    end_day = day if closes > opens else day + timedelta(days=1)
    return Window(start, datetime.combine(end_day, closes, tzinfo=zone))


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which a local day begins and the next one begins (23, 24 or 25 hours apart)."""
    start = datetime.combine(day, time.min, tzinfo=zone)
    return start, datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    return timezone.localtime(instant, zone).date()


def days(first: date, count: int) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range(count))
