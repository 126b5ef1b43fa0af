"""The relative times that PHP programs write: `tomorrow 13:30`, `+2 hours`, `next monday 9am`. Pure."""

import re
from datetime import datetime, time, timedelta

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
UNITS = {"sec": "seconds", "second": "seconds", "min": "minutes", "minute": "minutes", "hour": "hours", "day": "days", "week": "weeks"}
WORDS = {"now": None, "today": 0, "midnight": 0, "tomorrow": 1, "yesterday": -1}
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(am|pm)?\b|(\d{1,2})\s*(am|pm)\b")
STEP = re.compile(r"([+-])\s*(\d{1,4})\s*([a-z]+?)s?\b")
WEEKDAY = re.compile(rf"(?:next\s+)?({'|'.join(DAYS)})\b")
WORD = re.compile(r"[a-z]+")


def relative(text: str, now: datetime) -> datetime | None:
    """The moment meant, in the zone of `now`; None when this is no such text. A step counts from now, or from the day named before it."""
    rest, moment = text.strip().lower(), now.replace(microsecond=0)
    if not rest or len(rest) > 60:
        return None
    while rest:
        step = _clock(rest, moment) or _step(rest, moment) or _day(rest, moment) or _word(rest, moment)
        if step is None:
            return None
        moment, used = step
        rest = rest[used:].lstrip(" ,\t")
    return moment


def _clock(rest: str, moment: datetime) -> tuple[datetime, int] | None:
    found = CLOCK.match(rest)
    if found is None:
        return None
    hour, minute, second = int(found[1] or found[5]), int(found[2] or 0), int(found[3] or 0)
    half = found[4] or found[6]
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return moment.replace(hour=hour, minute=minute, second=second), found.end()


def _step(rest: str, moment: datetime) -> tuple[datetime, int] | None:
    found = STEP.match(rest)
    if found is None or found[3] not in UNITS:
        return None
    amount = int(found[2]) * (1 if found[1] == "+" else -1)
    return moment + timedelta(**{UNITS[found[3]]: amount}), found.end()


def _day(rest: str, moment: datetime) -> tuple[datetime, int] | None:
    found = WEEKDAY.match(rest)
    if found is None:
        return None
    ahead = (DAYS.index(found[1]) - moment.weekday()) % 7 or (7 if rest.startswith("next") else 0)
    return _midnight(moment + timedelta(days=ahead)), found.end()


def _word(rest: str, moment: datetime) -> tuple[datetime, int] | None:
    found = WORD.match(rest)
    if found is None:
        return None
    if found[0] == "noon":
        return moment.replace(hour=12, minute=0, second=0), found.end()
    if found[0] not in WORDS:
        return None
    days = WORDS[found[0]]
    return (moment if days is None else _midnight(moment + timedelta(days=days))), found.end()


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time(), tzinfo=moment.tzinfo)
