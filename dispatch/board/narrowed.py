"""The day narrowed to what a person wants to see of it, for the phone's pages; the board's own script narrows by the same rules."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dispatch.board.day import BoardDay, Group, Lane
from dispatch.outlook import promises
from dispatch.outlook.promises import LATE, RISK, Outlook
from dispatch.selectors import Row
from dispatch.services.board_views import TAG

LABELS: dict[str, Promise] = {
    "late": pgettext_lazy("filter", "late"),
    "risk": pgettext_lazy("filter", "at risk"),
    "pickup": _("pickups"),
    "drop": _("drops"),
    "note": _("with a note"),
    "unseen": _("not seen on the phone yet"),
    "check": _("place to check on the map"),
}
GROUPS = (frozenset({LATE, RISK}), frozenset({"pickup", "drop"}), frozenset({"note"}), frozenset({"unseen"}), frozenset({"check"}))
Shown = list[tuple[Row, datetime | None, Outlook]]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """`hidden` counts the stops still to do that are left out: of what is to give, and of the team's lists."""

    chips: list[str]
    groups: list[Group]
    lanes: list[tuple[Lane, Shown]]
    hidden_free: int
    hidden_given: int


def offered(board: BoardDay) -> list[tuple[str, object]]:
    """Each filter with its label: the board's own, then the co-op's tags."""
    return [*LABELS.items(), *((f"{TAG}{tag.slug}", tag.name) for tag in board.tags.known)]


def narrowed(board: BoardDay, chips: Collection[str]) -> Narrowed:
    """A delivery that nobody has is shown whole when one of its stops fits. A tag that is not kept any more narrows nothing."""
    on = [chip for chip, _label in offered(board) if chip in chips]
    groups = [group for group in board.groups if any(_fits(board, row, _free_state(board, row), on, unseen=False) for row in group.rows)]
    lanes = [(lane, [each for each in lane.shown if _planned_fits(board, lane, each[0], each[2], on)]) for lane in board.lanes]
    live = sum(row.is_live for lane in board.lanes for row in lane.rows)
    return Narrowed(
        on,
        groups,
        lanes,
        board.to_give - sum(len(group.rows) for group in groups),
        live - sum(row.is_live for _lane, shown in lanes for row, _arrival, _outlook in shown),
    )


def _free_state(board: BoardDay, row: Row) -> str:
    return promises.of_ungiven(row.window_end, board.now).state


def _planned_fits(board: BoardDay, lane: Lane, row: Row, outlook: Outlook, on: list[str]) -> bool:
    unseen = lane.membership is not None and row.is_live and row.seen_at is None
    return _fits(board, row, outlook.state, on, unseen=unseen)


def _fits(board: BoardDay, row: Row, state: str, on: list[str], *, unseen: bool) -> bool:
    """One of each group that has any on; tags are a group of their own."""
    has = {state, "pickup" if row.is_pickup else "drop", *(f"{TAG}{tag.slug}" for tag in board.tags.of(row.delivery_id))}
    has |= {name for name, is_so in (("note", row.has_note), ("unseen", unseen), ("check", row.to_check or row.latitude is None)) if is_so}
    wanted = [group.intersection(on) for group in (*GROUPS, frozenset(chip for chip in on if chip.startswith(TAG)))]
    return all(not group or group & has for group in wanted)
