"""A column of the board: the head with hours, load and end, then the thread of stops, round by round."""

from collections.abc import Iterator
from datetime import timedelta
from html import escape

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collectives.worked import ON, RESTING
from coopdelivery.kit import drawing
from coopdelivery.kit.words import clock, km
from dispatch.board.day import BoardDay, Lane, letter
from dispatch.board.rows import planned_row
from dispatch.board.words import Words
from dispatch.models import Round, TaskStatus
from dispatch.outlook.promises import LATE, RISK, minutes_between
from dispatch.selectors import Row

FOLDED = frozenset({TaskStatus.DONE, TaskStatus.FAILED})


def column(board: BoardDay, lane: Lane, words: Words, *, url: str, show_done: bool = False) -> SafeString:
    """The whole column as HTML. `url` is the board's own address, for what works without a script."""
    person = lane.membership is not None
    label = words.stops_of % {"name": lane.name}
    thread = "".join(_lists(board, lane, words, label, show_done=show_done))
    body = _head(board, lane, words) + _fold(lane, url, show_done=show_done) + f'<div class="bd-thread">{thread}</div>'
    return mark_safe(  # noqa: S308  every value above is escaped where it is written
        f'<section class="run{drawing.colour_class(lane.colour)}" id="{lane.key}" data-lane="{lane.key}" '
        f'data-name="{escape(lane.name)}" data-person="{"1" if person else ""}" aria-label="{escape(lane.name)}">{body}</section>'
    )


def _head(board: BoardDay, lane: Lane, words: Words) -> str:
    badge = f'<span class="who" aria-hidden="true">{escape(lane.initials)}</span>'
    if lane.membership is None:
        badge = f'<span class="bead up" aria-hidden="true">{escape(lane.initials)}</span>'
    states = "".join(
        f'<span class="st {state} t12">{drawing.glyph(state)}{count}<span class="vh"> {escape(word)}</span></span>'
        for state, word, count in ((LATE, words.late, lane.count(LATE)), (RISK, words.at_risk, lane.count(RISK)))
        if count
    )
    menu, most = words.menu(_kind(lane), lane.name), lane.capacity
    loads = words.loads(lane.load, most.weight_g if most else 0, most.volume_l if most else 0)
    return (
        f'<header><div class="row">{badge}<h3 class="nm grow clip">{escape(lane.name)}</h3>{states}{menu}</div>'
        f"{_hours(lane, words)}{loads}{_end_row(lane, words)}</header>"
    )


def _kind(lane: Lane) -> str:
    if lane.membership is None:
        return "round"
    return "loose" if lane.loose is not None else "person"


def _hours(lane: Lane, words: Words) -> str:
    if lane.membership is None:
        return f'<div class="row t12 sub"><span class="faint nb">{escape(_("nobody rides it yet"))}</span></div>'
    if not lane.shifts and _working(lane):
        return f'<div class="row t12 sub">{_working(lane)}</div>'
    if not lane.shifts:
        return f'<div class="row t12 sub"><span class="st risk t12">{drawing.glyph("risk")}{escape(_("not on shift"))}</span></div>'
    hours = ", ".join(f"{words.clock(shift.starts_at)}–{words.clock(shift.ends_at)}" for shift in lane.shifts)
    pause = next((shift.break_at for shift in lane.shifts if shift.break_at), None)
    rest = f'<span class="faint nb clip">{escape(words.break_word % {"time": words.clock(pause)})}</span>' if pause else ""
    return f'<div class="row t12 sub"><span class="nb">{hours}</span>{_working(lane) or rest}</div>'


def _working(lane: Lane) -> str:
    """What the courier's own taps say: at work, or on a break."""
    state, since = lane.at_work.state, lane.at_work.since
    if state == ON:
        return f'<span class="st go t12 nb">{drawing.glyph("go")}{escape(_("at work %(time)s") % {"time": clock(since)})}</span>'
    if state == RESTING:
        return f'<span class="st wait t12 nb">{drawing.glyph("wait")}{escape(_("on a break %(time)s") % {"time": clock(since)})}</span>'
    return ""


def _end_row(lane: Lane, words: Words) -> str:
    parts = []
    if lane.day.ends_at:
        late = lane.ends_at is not None and lane.day.ends_at > lane.ends_at
        ends = f'{escape(words.end)} <b class="t13">{words.clock(lane.day.ends_at)}</b>'
        parts.append(f'<span class="nb{" risk-t" if late else ""}">{ends}</span>')
    if lane.load.unknown:
        unknown = ngettext("%(count)s weight?", "%(count)s weights?", lane.load.unknown) % {"count": lane.load.unknown}
        parts.append(f'<b class="risk-t nb">{escape(unknown)}</b>')
    if lane.overdue and lane.day.ends_at:
        said = ngettext("%(count)s not seen", "%(count)s not seen", lane.overdue) % {"count": lane.overdue}
        sign = drawing.glyph("risk")
        parts.append(
            f'<span class="st risk t12 nb">{sign}{escape(said)}<span class="vh"> {escape(_("for more than 3 minutes"))}</span></span>'
        )
    elif lane.unseen:
        parts.append(words.not_seen(lane.unseen))
    finished = f'{lane.done}/{lane.counted}<span class="vh"> {escape(words.finished)}</span>'
    return f'<div class="row t12 endrow">{"".join(parts)}<span class="push faint nb">{finished}</span></div>'


def _fold(lane: Lane, url: str, *, show_done: bool) -> str:
    over = [row for row in lane.rows if row.status in FOLDED and row.finished_at]
    if not over:
        return ""
    first = min(row.finished_at for row in over if row.finished_at)
    words = ngettext("%(count)s finished since %(time)s", "%(count)s finished since %(time)s", len(over))
    text = escape(words % {"count": len(over), "time": clock(first)})
    arrow = drawing.icon("chevron-up" if show_done else "chevron-down")
    target = url if show_done else f"{url}&done={lane.key}"
    return (
        f'<a class="fold" href="{escape(target)}" data-fold="{"" if show_done else "1"}" role="button" '
        f'aria-expanded="{"true" if show_done else "false"}">{drawing.glyph("ok")}<span>{text}</span><span class="push">{arrow}</span></a>'
    )


def _lists(board: BoardDay, lane: Lane, words: Words, label: str, *, show_done: bool) -> Iterator[str]:
    """One list per round, so that each has its own version. The loose one is there even when it holds nothing yet."""
    numbers = _numbers(lane.rows)
    if lane.membership is not None and lane.loose is None:
        yield _list(None, f"c:{lane.membership.ref}", label, [])
    last = lane.rounds[-1] if lane.rounds else None
    for owned in lane.rounds:
        shown = [n for n, row in enumerate(lane.rows) if row.round_id == owned.pk and (show_done or row.status not in FOLDED)]
        items: list[str] = []
        for n in shown:
            if n == lane.day.pause_before:
                items.append(_pause(lane))
            row = lane.rows[n]
            items.append(
                planned_row(
                    row,
                    number=numbers[n],
                    arrival=lane.day.arrivals[n],
                    outlook=lane.outlooks[n],
                    weights=board.freights.of(row),
                    words=words,
                    unseen=lane.membership is not None and row.is_live and row.seen_at is None,
                    early=row.pk in lane.before_pickup,
                    tags=board.tags.of(row.delivery_id),
                )
            )
        if owned is last:
            items.append(_home(lane, words))
        named = bool(owned.name) and lane.membership is not None
        to = f"c:{lane.membership.ref}" if lane.membership is not None and not owned.name else f"r:{owned.ref}"
        yield (_round_head(owned, words) if named else "") + _list(owned, to, f"{owned.name}: {label}" if named else label, items)


def _list(owned: Round | None, to: str, label: str, items: list[str]) -> str:
    version = f' data-round="{owned.ref}" data-v="{owned.version}"' if owned else ""
    holds = any("data-t=" in item for item in items)
    role = f' role="listbox" aria-multiselectable="true" tabindex="0" aria-label="{escape(label)}"' if holds else ' role="presentation"'
    return f'<ol class="stops" data-to="{to}"{version}{role} data-label="{escape(label)}">{"".join(items)}</ol>'


def _round_head(owned: Round, words: Words) -> str:
    starts = f" {words.clock(owned.starts_at)}" if owned.starts_at else ""
    bead = f'<span class="bead up" aria-hidden="true">{letter(owned)}</span>'
    title = f'<b class="grow clip">{escape(owned.name)}</b><span class="faint">{starts}</span>{words.menu("within", owned.name)}'
    colour = drawing.colour_class(owned.colour)
    return f'<div class="rh{colour}" data-round-head="{owned.ref}" data-v="{owned.version}">{bead}{title}</div>'


def _numbers(rows: list[Row]) -> list[int]:
    """What the beads show: the place in the courier's day; a withdrawn stop has none."""
    count, numbers = 0, []
    for row in rows:
        count += row.status != TaskStatus.CANCELLED
        numbers.append(0 if row.status == TaskStatus.CANCELLED else count)
    return numbers


def _pause(lane: Lane) -> str:
    shift = next(shift for shift in lane.shifts if shift.break_at and shift.break_minutes)
    start = timezone.localtime(shift.break_at)
    words = _("Break %(start)s–%(end)s") % {"start": clock(start), "end": clock(start + timedelta(minutes=shift.break_minutes))}
    return f'<li class="pause" role="presentation"><span>{drawing.icon("coffee")} {escape(words)}</span></li>'


def _home(lane: Lane, words: Words) -> str:
    end, shift_end = lane.day.ends_at, lane.ends_at
    way = f'<span class="push nb">{escape(km(lane.day.distance_m))}</span>' if lane.day.distance_m else ""
    if end is None:
        return ""
    if shift_end is None:
        return f'<li class="home" role="presentation">{drawing.icon("house")}<b>{words.clock(end)}</b> {way}</li>'
    spare = minutes_between(end, shift_end)
    if end > shift_end:
        over = minutes_between(shift_end, end)
        said = escape(_("%(count)s min after the shift") % {"count": over})
        margin = f'<span class="st risk t12">{drawing.glyph("risk")}{said}</span>'
    else:
        margin = f'<span class="clip">{escape(words.spare % {"count": spare})}</span>'
    return f'<li class="home" role="presentation">{drawing.icon("house")}<b>{words.clock(end)}</b> {margin}{way}</li>'
