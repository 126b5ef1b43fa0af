"""Which days a rule means. Pure: dates in, dates out."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrulestr

MOST_DATES = 400
LOOK_FOR_OPEN = 14


class BadRule(ValueError):
    """Not a recurrence over days."""


@dataclass(frozen=True, slots=True)
class Span:
    """Both ends belong to it; no end is for ever."""

    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        return day >= self.first and (self.last is None or day <= self.last)


def checked_rule(text: str) -> str:
    """The rule when it is one over days or longer. Raises BadRule."""
    parts = dict(part.partition("=")[::2] for part in text.upper().split(";") if part)
    if parts.get("FREQ") not in {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"} or parts.keys() & {"UNTIL", "BYHOUR", "BYMINUTE", "BYSECOND"}:
        raise BadRule(text)
    try:
        rrulestr(text, dtstart=datetime(2024, 1, 1))  # noqa: DTZ001  dates have no zone
    except (ValueError, TypeError, KeyError) as error:
        raise BadRule(text) from error
    return text


def dates_between(
    rule: str, start: date, first: date, last: date, *, without: Container[date] = (), pauses: Sequence[Span] = ()
) -> list[date]:
    """The rule's dates from `first` through `last`, without the exceptions and the pauses; `start` is where the rule itself begins."""
    if last < start:
        return []
    recurrence = rrulestr(rule, dtstart=_midnight(start))
    found = (each.date() for each in recurrence.xafter(_midnight(max(first, start)), count=MOST_DATES, inc=True))
    days: list[date] = []
    for day in found:
        if day > last:
            break
        if day not in without and not any(pause.holds(day) for pause in pauses):
            days.append(day)
    return days


def next_open(day: date, closed: Container[date]) -> date | None:
    """The day itself or the next that is not closed; None when none of the next fourteen is open."""
    days = (day + timedelta(days=n) for n in range(LOOK_FOR_OPEN + 1))
    return next((each for each in days if each not in closed), None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)
