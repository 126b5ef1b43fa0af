"""Template words of the visual language: `{% icon "phone" %}`, `{% st "ok" _("on time") %}`, `{{ amount|money }}`. Loaded everywhere."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import template
from django.forms import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from coopdelivery.kit import drawing, words
from coopdelivery.kit.money import Money

register = template.Library()
BEAD_KINDS = {"drop": "", "dropoff": "", "pickup": " up"}
BEAD_STATES = ("going", "done", "next", "withdrawn")


@register.simple_tag
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """An outline icon; with a label it is an image of that name, without one decoration."""
    return drawing.icon(name, str(label), extra)


@register.simple_tag
def mark(extra: str = "") -> SafeString:
    """Our mark: the spokes of one wheel."""
    return format_html(
        '<svg class="mark{}" viewBox="0 0 32 32" aria-hidden="true">{}</svg>', f" {extra}" if extra else "", drawing.use("mark")
    )


@register.simple_tag
def glyph(state: str) -> SafeString:
    return drawing.glyph(state)


@register.simple_tag
def st(state: str, word: str, *, box: bool = False, extra: str = "") -> SafeString:
    """State glyph and word: ok, risk, late, failed, wait, go (under way), off (cancelled); `box=True` in lists."""
    classes = f"{' box' if box else ''} {state}{' ' + extra if extra else ''}"
    return format_html('<span class="st{}">{} {}</span>', classes, drawing.glyph(state), word)


@register.simple_tag
def bead(text: object, kind: str = "drop", state: str = "", *, colour: str | int = "", size: str = "") -> SafeString:
    """A stop on the thread: square for a pickup, round for a drop; state is empty, going, done, next or withdrawn; size empty or `xl`."""
    shape = BEAD_KINDS[kind]
    shown = f" {drawing.known(state, BEAD_STATES)}" if state else ""
    return format_html('<span class="bead{}{}{}{}">{}</span>', shape, shown, drawing.colour_class(colour), f" {size}" if size else "", text)


@register.simple_tag
def gauge(start: datetime | None, end: datetime | None, planned: datetime | None, state: str = "", *, wide: bool = False) -> SafeString:
    """Promise band and plan tick; nothing when one of the three is unknown."""
    if start is None or end is None or planned is None:
        return mark_safe("")
    return drawing.gauge(start, end, planned, state=state, wide=wide)


@register.simple_tag
def load_track(peak: float, now: float, capacity: float) -> SafeString:
    return drawing.load_track(peak, now, capacity)


@register.simple_tag
def parts(shares: Iterable[tuple[float, str]], label: str, total: float = 0, *, tall: bool = False) -> SafeString:
    """A bar of `(amount, pattern)` shares: solid, dark, mid, hatch or dots. Put a `{% key %}` and a figure for each beside it."""
    return drawing.parts(shares, label=str(label), total=total, tall=tall)


@register.simple_tag
def key(pattern: str) -> SafeString:
    """The little square that names a pattern of `{% parts %}`; `rest` is the empty part."""
    return format_html('<span class="key {}"></span>', drawing.known(pattern, (*drawing.PATTERNS, "rest")))


@register.simple_tag
def meter(value: float, most: float, label: str, *, role: str = "meter", colour: str | int = "", mark: float | None = None) -> SafeString:
    return drawing.meter(value, most, label=str(label), role=role, colour=colour, mark=mark)


@register.simple_tag
def tile(text: str, colour: str = "", *, large: bool = False) -> SafeString:
    return drawing.tile(text, colour, large=large)


@register.simple_tag
def who(initials: str, colour: str | int = "", *, large: bool = False) -> SafeString:
    """A person's round badge; their name always stands beside it."""
    return format_html('<span class="who{}{}" aria-hidden="true">{}</span>', " lg" if large else "", drawing.colour_class(colour), initials)


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """`light`, `dark`, or empty for as the device: what the person chose, else what this browser's cookie says."""
    request = context.get("request")
    if request is None:
        return ""
    chosen = getattr(request.user, "theme", None) if hasattr(request, "user") else None
    asked = request.COOKIES.get("theme", "") if chosen is None else chosen
    return asked if asked in {"light", "dark"} else ""


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """Label, hint, input and error of one form field."""
    return bound.as_field_group()


@register.simple_tag(name="promise")
def promise_between(start: datetime | None, end: datetime | None) -> str:
    """`10–12h`; with one end only, `before 11h20` or `from 14h`."""
    return words.promise(start, end)


@register.filter
def promise(window: Any) -> str:
    """`10h30–12h` for anything with a `start` and an `end`."""
    return words.promise(window.start, window.end) if window else words.UNKNOWN


@register.filter
def money(amount: Money | int | None, currency: str = "") -> str:
    """`11,74 €` for a Money, or for minor units with their currency: `{{ price_cents|money:"EUR" }}`. Unknown is `?`, never zero."""
    if amount is None:
        return words.UNKNOWN
    return (amount if isinstance(amount, Money) else Money(amount, currency)).format()


@register.filter
def clock(instant: datetime | time | None) -> str:
    return words.clock(instant)


@register.filter
def day(value: date | datetime | None) -> str:
    return words.day(value)


@register.filter(expects_localtime=True)
def dated(value: date | datetime | None, pattern: str) -> str:
    """`{{ day|dated:"D j M" }}`: short weekdays and months as the language writes them."""
    return words.dated(value, pattern)


@register.filter
def said(text: str) -> str:
    """A text the program kept in English, in the reader's language; what somebody typed stays as typed."""
    return words.said(text)


@register.filter
def km(metres: float | None) -> str:
    return words.km(metres)


@register.filter
def lasting(span: timedelta) -> str:
    return words.lasting(span)


@register.filter
def kg(grams: float | None) -> str:
    return words.kg(grams)


@register.filter
def signed(value: int) -> str:
    return words.signed(value)


@register.filter
def thread(number: int) -> str:
    """The row colour of the n-th round or rider, counting from one."""
    return drawing.thread(number)


@register.filter(is_safe=True)
def nbsp(text: object) -> str:
    """French typography: the spaces before `: ; ! ? %` and inside `« »` do not break."""
    return words.french_spaces(str(text))
