"""Whether a promise would be kept. Needs no GPS: only the plan, the promise and the clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

UNGIVEN_MARGIN = timedelta(minutes=30)
OK, RISK, LATE = "ok", "risk", "late"


@dataclass(frozen=True, slots=True)
class Outlook:
    """`minutes`: late by, or (for what nobody has yet) left until the promise closes."""

    state: str
    minutes: int = 0


KEPT = Outlook(OK)


def of_planned(arrival: datetime | None, window_end: datetime, now: datetime) -> Outlook:
    """A stop in a round and not over: late when the promise has passed, at risk when the plan comes after it."""
    if now > window_end:
        return Outlook(LATE, minutes_between(window_end, now))
    if arrival is not None and arrival > window_end:
        return Outlook(RISK, minutes_between(window_end, arrival))
    return KEPT


def of_ungiven(window_end: datetime, now: datetime) -> Outlook:
    """A stop nobody has: at risk from half an hour before the promise closes."""
    if now > window_end:
        return Outlook(LATE, minutes_between(window_end, now))
    if window_end - now <= UNGIVEN_MARGIN:
        return Outlook(RISK, minutes_between(now, window_end))
    return KEPT


def minutes_between(start: datetime, end: datetime) -> int:
    """Started minutes: 10:00:10 to 10:01:00 is 1."""
    return -int((start - end).total_seconds() // 60)
