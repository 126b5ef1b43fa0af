"""The rows of the board, shaped by hand: there are hundreds, each sent again at every change, so every byte and lookup counts."""

from datetime import datetime
from html import escape

from dispatch.board.words import Tags, Words
from dispatch.models import TaskKind, TaskStatus
from dispatch.outlook.promises import OK, Outlook
from dispatch.selectors import LIVE, Row, Weights

CLASSES: dict[str, str] = {TaskStatus.DOING: " going", TaskStatus.DONE: " done", TaskStatus.FAILED: " failed", TaskStatus.CANCELLED: " off"}
BEADS: dict[str, str] = {TaskStatus.DONE: " done", TaskStatus.CANCELLED: " withdrawn"}
PICKUP = TaskKind.PICKUP


def planned_row(
    row: Row,
    *,
    number: int,
    arrival: datetime | None,
    outlook: Outlook,
    weights: Weights,
    words: Words,
    unseen: bool,
    early: bool,
    tags: Tags = (),
) -> str:
    """A stop in a round: where, when it is planned, what was promised. 38 px, two lines, no control inside."""
    status, up = row.status, row.kind == PICKUP
    live = status in LIVE
    state = f" {outlook.state}" if live and outlook.state != OK else ""
    at = arrival or row.finished_at
    start, end = row.window_start, row.window_end
    planned = f"{words.planned_mark}{words.clock(at)}" if at else ""
    where = f"<b>{escape(row.where)}</b>{_marks(row, weights, words, unseen=unseen)}"
    return (
        f'<li class="stop{CLASSES.get(status, "")}{state}" role="option" aria-selected="false" tabindex="-1" '
        f'data-t="{row.ref}" data-d="{row.delivery_id}"{_slugs(tags)}{"" if live else " data-over"}>'
        f'<span class="bead{" up" if up else ""}{BEADS.get(status, "")}"><span class="vh">{words.pickup if up else words.drop} </span>'
        f'{number or "×"}</span><div class="grow"><div class="l1">{where}</div>'
        f'<div class="l2"><span class="t">{planned}</span>{gauge(start, end, at, state) if live and at else ""}'
        f'<span class="w">{words.promise(start, end)}</span>{words.tags(tags)}'
        f"{_end(row, outlook, weights, words, early=early)}</div></div></li>"
    )


def free_row(row: Row, *, outlook: Outlook, weights: Weights, words: Words, tags: Tags = ()) -> str:
    """A stop nobody has: one line."""
    state = "" if outlook.state == OK else f" {outlook.state}"
    mark = words.left(outlook) if state else ""
    return (
        f'<li class="stop tr{state}" role="option" aria-selected="false" tabindex="-1" '
        f'data-t="{row.ref}" data-d="{row.delivery_id}"{_slugs(tags)}>'
        f'<span class="bead{" up" if row.is_pickup else ""}">{words.up if row.is_pickup else words.down}</span>'
        f'<div class="grow l1"><b>{escape(row.where)}</b>{_marks(row, weights, words, unseen=False)}{words.tags(tags)}{mark}'
        f'<span class="w">{words.promise(row.window_start, row.window_end)}</span>'
        f'<span class="k">{words.kg(weights.weight_g, weights.unknown)}</span></div></li>'
    )


def _slugs(tags: Tags) -> str:
    """What the filter of the page reads."""
    return f' data-g="{" ".join(tag.slug for tag in tags)}"' if tags else ""


def _marks(row: Row, weights: Weights, words: Words, *, unseen: bool) -> str:
    marks = ""
    if row.attempt > 1:
        marks += f'<span class="x"><span class="vh">{words.again} </span>{row.attempt}.</span>'
    if row.leg:
        marks += words.hub
    if weights.pieces > 1:
        marks += f'<span class="x">×{weights.pieces}</span>'
    if row.to_check or row.latitude is None:
        marks += words.pin
    if unseen:
        marks += words.eye
    return marks + (words.pen if row.has_note else "")


def gauge(start: datetime, end: datetime, at: datetime, state: str) -> str:
    """The promise as a band over the middle half, the plan as a tick in steps of a 24th; decoration beside the figures."""
    opens = start.timestamp()
    share = (at.timestamp() - opens) / max(1.0, end.timestamp() - opens)
    step = min(23, max(1, round(6 + 12 * share)))
    return f'<i class="gauge{state} x{step}"></i>'


def _end(row: Row, outlook: Outlook, weights: Weights, words: Words, *, early: bool) -> str:
    fixed = words.ends.get(row.status)
    if fixed is not None:
        return fixed
    going = words.going if row.status == TaskStatus.DOING else ""
    if outlook.state != OK:
        return going + words.state(outlook)
    if early:
        return f'{going}<span class="st risk">{words.risk_glyph}<span class="vh">{words.early}</span></span>'
    return f'{going}<span class="kgs">{words.kg(weights.weight_g, weights.unknown)}</span>' if weights.pieces else going
