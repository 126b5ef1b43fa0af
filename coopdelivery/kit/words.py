"""How instants, promises, days, distances and weights are written for people, in the active language, zone and clock."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta

from django.utils import dateformat, timezone
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext, pgettext

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
UNKNOWN = "?"
WEEK = 6
_clock: ContextVar[str] = ContextVar("clock", default="24")

# A mark of high punctuation at the end of a word, the inside of guillemets; entities are matched first so that `&amp;` stays whole.
_FRENCH = re.compile(r"(?P<entity>&#?\w+;)|(?P<open>«)\s*|\s*(?P<close>»)|(?<=\S)(?P<gap> ?)(?P<mark>[:;!?%]+)(?=$|[\s)»”<])")


@contextmanager
def clock_style(style: str) -> Iterator[None]:
    """Times are written on a `"12"` or `"24"` hour clock until the block ends."""
    token = _clock.set("12" if style == "12" else "24")
    try:
        yield
    finally:
        _clock.reset(token)


def _local(instant: datetime | time) -> datetime | time:
    return timezone.localtime(instant) if isinstance(instant, datetime) and timezone.is_aware(instant) else instant


def _half(hour: int) -> str:
    return pgettext("clock", "am") if hour % 24 < 12 else pgettext("clock", "pm")


def clock(instant: datetime | time | None) -> str:
    """`10:42`, or `10:42 am` for who asked for twelve hours; an instant is shown in the active zone."""
    if instant is None:
        return UNKNOWN
    at = _local(instant)
    if _clock.get() == "12":
        return f"{at.hour % 12 or 12}:{at.minute:02d}{NBSP}{_half(at.hour)}"
    return f"{at.hour}:{at.minute:02d}"


def _hour(at: datetime | time, *, last: bool, suffix: bool = True) -> str:
    """One end of a promise: `10`, `10h30`, `24h`, or `10:30am`."""
    hour = 24 if last and at.hour == at.minute == 0 else at.hour
    if _clock.get() == "12":
        minutes = f":{at.minute:02d}" if at.minute else ""
        return f"{hour % 12 or 12}{minutes}{_half(hour) if suffix else ''}"
    return f"{hour}h{at.minute:02d}" if at.minute else f"{hour}h" if suffix else f"{hour}"


def promise(start: datetime | None, end: datetime | None) -> str:
    """`10–12h`, `10h30–12h`, `before 11h20`, `from 14h`; never looks like an instant. Over a day long, both days are named."""
    first = timezone.localtime(start) if start else None
    last = timezone.localtime(end) if end else None
    if first is None and last is None:
        return UNKNOWN
    if first is None or last is None:
        known = _hour(first or last, last=first is None)  # type: ignore[arg-type]  # one of them is known here
        return gettext("before %(time)s") % {"time": known} if first is None else gettext("from %(time)s") % {"time": known}
    if last - first > timedelta(days=1):
        return f"{day(first)} {_hour(first, last=False)} – {day(last)} {_hour(last, last=True)}"
    suffix = _clock.get() == "12" and _half(first.hour) != _half(last.hour)
    return f"{_hour(first, last=False, suffix=suffix)}–{_hour(last, last=True)}"


def day(value: date | datetime | None) -> str:
    """`today`, `tomorrow`, `yesterday`, `Wed 25` within a week, then `12 March 2026`."""
    if value is None:
        return UNKNOWN
    on = timezone.localtime(value).date() if isinstance(value, datetime) and timezone.is_aware(value) else value
    on = on.date() if isinstance(on, datetime) else on
    distance = (on - timezone.localdate()).days
    near = {-1: gettext("yesterday"), 0: gettext("today"), 1: gettext("tomorrow")}
    if distance in near:
        return near[distance]
    if abs(distance) <= WEEK:
        return gettext("%(weekday)s %(day)s") % {"weekday": dateformat.format(on, "D"), "day": on.day}
    return dateformat.format(on, "j F Y")


def dated(value: date | datetime | None, pattern: str) -> str:
    """As Django's `date`, but French shortens months and weekdays as French does: `mer. 25 nov.`, `3 août`."""
    if value is None:
        return UNKNOWN
    french = (get_language() or "").startswith("fr")
    return dateformat.format(value, pattern.replace("M", "N").replace("D", "D.") if french else pattern)


def said(text: str) -> str:
    """A text the program kept in English, in the reader's language; what somebody typed stays as typed."""
    return gettext(text) if text else ""


def number(value: float, decimals: int = 0) -> str:
    """A figure with the language's separators and a real minus; decimals that are zero are left out."""
    rounded = round(value, decimals)
    text = number_format(abs(rounded), decimal_pos=decimals if rounded != int(rounded) else 0, use_l10n=True, force_grouping=True)
    return f"{MINUS}{text}" if rounded < 0 else text


def signed(value: int) -> str:
    """`+6`, `−3`, `0`: for differences."""
    return f"+{number(value)}" if value > 0 else number(value)


def km(metres: float | None) -> str:
    """`400 m` under a kilometre, then `3.4 km`; an unknown distance is `? km`, never zero."""
    if metres is None:
        return f"{UNKNOWN}{NBSP}km"
    if 0 < metres < 995:
        return f"{number(round(metres, -1))}{NBSP}m"
    return f"{number(metres / 1000, 1)}{NBSP}km"


def kg(grams: float | None) -> str:
    """`350 g` under a kilogram, then `1.2 kg`; an unknown weight is `? kg`, never zero."""
    if grams is None:
        return f"{UNKNOWN}{NBSP}kg"
    if 0 < grams < 1000:
        return f"{number(grams)}{NBSP}g"
    return f"{number(grams / 1000, 1)}{NBSP}kg"


def lasting(span: timedelta) -> str:
    """`45 min` under an hour, then `6 h 09`: whole minutes."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes}{NBSP}min"
    return f"{minutes // 60}{NBSP}h{NBSP}{minutes % 60:02d}"


def _spaced(found: re.Match[str]) -> str:
    if found["entity"]:
        return found["entity"]
    if found["open"]:
        return f"«{NBSP}"
    return f"{NBSP}»" if found["close"] else f"{NBSP}{found['mark']}"


def french_spaces(text: str) -> str:
    """In French, the non-breaking spaces before `: ; ! ? %` and inside `« »`; other languages are left as they are."""
    return _FRENCH.sub(_spaced, text) if (get_language() or "").startswith("fr") else text
