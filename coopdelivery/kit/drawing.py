"""Small SVG drawings of figures: gauges, loads, shares, meters, tiles. The figure itself always stands beside them in words.

All geometry is in presentation attributes, so no inline style is needed and the pages keep their strict security policy.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache, lru_cache

from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from coopdelivery.kit.contrast import HEX, readable_on

# Threads and riders share these; the number or the initials always stand beside.
COLOURS = ("t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9", "brand", "ink", "line", "ok", "risk", "late", "failed")
PATTERNS = ("solid", "dark", "mid", "hatch", "dots")
BRAND = "#2B459F"
STATES = ("ok", "risk", "late", "failed", "wait", "go", "off")


def known(name: str, names: tuple[str, ...]) -> str:
    """The name, if it is one of the names: a typo fails where it is written."""
    if name not in names:
        raise ValueError(f"{name!r} is none of {', '.join(names)}")
    return name


def thread(number: int) -> str:
    """The colour of the n-th round or rider, counting from one: t1 … t9, then t1 again."""
    return f"t{(number - 1) % 9 + 1}"


def colour_class(colour: str | int) -> str:
    """` c-t1` with its leading space, or nothing; a number is a thread."""
    name = thread(colour) if isinstance(colour, int) else colour
    return f" c-{known(name, COLOURS)}" if name else ""


def percent(part: float, whole: float) -> float:
    """0 to 100; a whole of nothing is nothing."""
    return min(100.0, max(0.0, 100 * part / whole)) if whole > 0 else 0.0


def _pc(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


@cache
def _sprite(static_url: str) -> str:
    """The sprite's address; cached because a board asks a thousand times."""
    return static("img/icons.svg")


def use(symbol: str) -> SafeString:
    return format_html('<use href="{}#{}"/>', _sprite(settings.STATIC_URL), symbol)


@lru_cache(maxsize=1024)
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """An outline icon; decoration unless it has a label."""
    hidden = format_html(' role="img" aria-label="{}"', label) if label else mark_safe(' aria-hidden="true"')
    return format_html('<svg class="i{}"{}>{}</svg>', f" {extra}" if extra else "", hidden, use(f"i-{name}"))


@cache
def glyph(state: str) -> SafeString:
    """The silhouette of a state: disc, triangle, diamond, octagon, ring, arrow, barred disc. A word stands beside it."""
    return format_html('<svg class="g" viewBox="0 0 16 16" aria-hidden="true">{}</svg>', use(f"g-{known(state, STATES)}"))


def gauge(start: datetime, end: datetime, planned: datetime, *, state: str = "", wide: bool = False) -> SafeString:
    """The promise as a band over the middle half, the plan as a tick; decoration beside the figures."""
    at = 25 + 50 * (planned - start).total_seconds() / max(1.0, (end - start).total_seconds())
    x = _pc(min(96.0, max(4.0, at)))
    classes = f"{' ' + state if state else ''}{' wide' if wide else ''}"
    return format_html(
        '<svg class="gauge{}" aria-hidden="true"><rect class="band" x="25%" y="2" width="50%" height="8"/>'
        '<line class="tick" x1="{}" x2="{}" y1="-1" y2="100%"/></svg>',
        classes,
        x,
        x,
    )


def load_track(peak: float, now: float, capacity: float) -> SafeString:
    """Fill = highest load of the round, notch = load now, end of the track = capacity; hatched when over."""
    over = mark_safe('<line class="hatch" x1="0" x2="100%" y1="50%" y2="50%"/>') if peak > capacity else ""
    return format_html(
        '<svg class="track" aria-hidden="true"><rect class="peak" width="{}" height="100%"/>{}'
        '<line class="now" x1="{}" x2="{}" y1="0" y2="100%"/></svg>',
        _pc(percent(peak, capacity)),
        over,
        _pc(percent(now, capacity)),
        _pc(percent(now, capacity)),
    )


def _share(x: float, width: float, pattern: str) -> SafeString:
    fill = format_html('<rect class="p-{}" x="{}" width="{}" height="100%"/>', known(pattern, PATTERNS), _pc(x), _pc(width))
    marks = {"hatch": ("hatching", ("50%",)), "dots": ("dotting", ("22%", "50%", "78%"))}.get(pattern)
    if not marks:
        return fill
    rows = ((marks[0], _pc(x + 0.4), _pc(x + width), y, y) for y in marks[1])
    return fill + format_html_join("", '<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>', rows)


def parts(shares: Iterable[tuple[float, str]], *, label: str, total: float = 0, tall: bool = False) -> SafeString:
    """A bar of shares `(amount, pattern)`; what is missing to `total` stays empty. `label` says all of it in words."""
    kept = [(amount, pattern) for amount, pattern in shares if amount > 0]
    whole = max(total, sum(amount for amount, _ in kept))
    drawn: list[SafeString] = []
    x = 0.0
    for amount, pattern in kept:
        width = percent(amount, whole)
        drawn.append(_share(x, width, pattern))
        x += width
        drawn.append(format_html('<line class="cut" x1="{}" x2="{}" y1="0" y2="100%"/>', _pc(x), _pc(x)))
    body = format_html_join("", "{}", ((piece,) for piece in drawn))
    return format_html('<svg class="parts{}" role="img" aria-label="{}">{}</svg>', " tall" if tall else "", label, body)


def meter(value: float, most: float, *, label: str, role: str = "meter", colour: str | int = "", mark: float | None = None) -> SafeString:
    """A filled bar of `value` out of `most`, with an optional mark (a floor, a target); `role` is `meter` or `progressbar`."""
    at = format_html('<line class="at" x1="{0}" x2="{0}" y1="0" y2="100%"/>', _pc(percent(mark, most))) if mark is not None else ""
    return format_html(
        '<svg class="meter{}" role="{}" aria-label="{}" aria-valuemin="0" aria-valuemax="{}" aria-valuenow="{}">'
        '<rect class="fill" width="{}" height="100%"/>{}</svg>',
        colour_class(colour),
        known(role, ("meter", "progressbar")),
        label,
        f"{most:g}",
        f"{value:g}",
        _pc(percent(value, most)),
        at,
    )


def tile(text: str, colour: str = "", *, large: bool = False) -> SafeString:
    """The square that says which co-op this is, in the `#rrggbb` it chose; empty, or our own blue, follows the theme."""
    size = " lg" if large else ""
    if not HEX.match(colour) or colour.upper() == BRAND:
        return format_html('<span class="tile{}" aria-hidden="true">{}</span>', size, text)
    return format_html(
        '<svg class="tile{}" aria-hidden="true"><rect width="100%" height="100%" fill="{}"/>'
        '<text x="50%" y="50%" fill="{}">{}</text></svg>',
        size,
        colour,
        readable_on(colour),
        text,
    )
