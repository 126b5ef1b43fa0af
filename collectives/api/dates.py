"""Times and slots as they come and go on the wire. What comes without a zone is wall-clock time of the collective."""

import re
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from collectives.api.errors import Invalid, invalid
from collectives.api.phptime import relative
from coopdelivery.kit.windows import BadWindow, Window, on_day

SLOT = re.compile(r"^(\d{4}-\d{2}-\d{2}) (\d{1,2}:\d{2})(?::\d{2})?\s*-\s*(\d{1,2}:\d{2})(?::\d{2})?$")
DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
YEARS = range(2000, 2100)


def out(instant: datetime | None, zone: ZoneInfo) -> str | None:
    """`2026-03-02T11:30:00+01:00`: with offset, without fraction."""
    return timezone.localtime(instant, zone).isoformat(timespec="seconds") if instant else None


def instant_of(value: Any, path: str, zone: ZoneInfo, now: datetime) -> datetime:
    """ISO 8601, `YYYY-MM-DD HH:MM:SS`, milliseconds since 1970, or a PHP relative text. Raises Invalid."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 946684800000 <= value < 4102444800000:
        return datetime.fromtimestamp(value / 1000, tz=zone)
    found = _written(value, zone, now) if isinstance(value, str) else None
    if found is None or found.year not in YEARS:
        raise invalid(path, _("This is not a date and time. Write it as 2026-03-02T11:30:00+01:00."), "bad_date")
    return found


def _written(text: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    try:
        found = parse_datetime(text.strip()) if len(text) < 60 else None
    except ValueError:
        return None
    if found is None:
        try:
            return relative(text, timezone.localtime(now, zone))
        except OverflowError:
            return None
    return found if timezone.is_aware(found) else found.replace(tzinfo=zone)


def day_of(text: Any, path: str) -> date:
    """`YYYY-MM-DD`. Raises Invalid."""
    try:
        found = date.fromisoformat(text) if isinstance(text, str) and DAY.match(text) else None
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise invalid(path, _("This is not a day. Write it as 2026-03-02."), "bad_date")
    return found


def slot_of(value: Any, path: str, zone: ZoneInfo, now: datetime) -> Window:
    """`2026-03-02 10:00-12:00` (past midnight ends the next day), an ISO interval `a/b`, or a list of two moments. Raises Invalid."""
    if isinstance(value, list) and len(value) == 2:
        return _window(instant_of(value[0], path, zone, now), instant_of(value[1], path, zone, now), path)
    if not isinstance(value, str) or len(value) > 80:
        raise _no_slot(path)
    wall = SLOT.match(value.strip())
    if wall:
        return _wall(wall, path, zone)
    start, _slash, end = value.partition("/")
    if not _slash:
        raise _no_slot(path)
    return _window(instant_of(start, path, zone, now), instant_of(end, path, zone, now), path)


def _wall(found: re.Match[str], path: str, zone: ZoneInfo) -> Window:
    try:
        return on_day(day_of(found[1], path), _clock(found[2]), _clock(found[3]), zone)
    except ValueError as error:
        raise _no_slot(path) from error


def _clock(text: str) -> time:
    hours, minutes = text.split(":")
    return time(int(hours), int(minutes))


def _window(start: datetime, end: datetime, path: str) -> Window:
    try:
        return Window(start, end)
    except BadWindow as error:
        raise invalid(path, _("The window ends before it begins. Choose a later end."), "bad_window") from error


def _no_slot(path: str) -> Invalid:
    return invalid(path, _("This is not a time slot. Write it as 2026-03-02 10:00-12:00."), "bad_slot")
