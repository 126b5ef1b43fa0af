"""What needs attention on a day, as one list: incidents, what is late, at risk, with nobody near its hour, not seen, not pictured."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from collectives.access import needs
from dispatch.board.asked import collective_of, day_asked
from dispatch.board.day import BoardDay, Group, Lane, board_of
from dispatch.board.reply import board_url
from dispatch.models import Incident, Task
from dispatch.outlook.promises import LATE, RISK
from dispatch.selectors import Row
from dispatch.services.asked import awaiting_pictures
from dispatch.services.refusals import Refused

INCIDENT, TOO_LATE, NOBODY, AT_RISK, UNSEEN, UNPICTURED = range(6)


@dataclass(slots=True)
class Need:
    """One stop and all that is wrong with it: `signs` are a state and its words, the worst first; `who` is empty when nobody has it."""

    rank: int
    ref: UUID
    where: str
    number: str
    who: str
    start: datetime
    end: datetime
    signs: list[tuple[str, str]] = field(default_factory=list)


def attention_of(board: BoardDay) -> list[Need]:
    """Each stop once, the worst first, then the promise that closes first."""
    found: dict[UUID, Need] = {}
    for need in _needs(board):
        known = found.setdefault(need.ref, need)
        if known is not need:
            known.signs += need.signs
    return sorted(found.values(), key=lambda need: (need.rank, need.end, need.number))


def _needs(board: BoardDay) -> Iterator[Need]:
    """Incidents come first, so that a stop with one stands under it."""
    for incident in board.open_incidents:
        yield _told(incident)
    for lane in board.lanes:
        yield from _planned(board, lane)
    for group in board.groups:
        if group.outlook.state in {LATE, RISK}:
            yield _free(group)
    for task in awaiting_pictures(board.on):
        courier = task.round.courier if task.round else None
        sign = (RISK, _("photo awaited"))
        yield _of(UNPICTURED, task, courier.person.first_name if courier else "", sign)


def _told(incident: Incident) -> Need:
    task = incident.task
    return _of(INCIDENT, task, incident.reported_by.first_name, ("failed", str(incident.get_reason_display())))


def _of(rank: int, task: Task, who: str, sign: tuple[str, str]) -> Need:
    return Need(rank, task.ref, task.where, task.delivery.number, who, task.stop.window_start, task.stop.window_end, [sign])


def _planned(board: BoardDay, lane: Lane) -> Iterator[Need]:
    who = lane.name if lane.membership else ""
    for row, _arrival, outlook in lane.shown:
        signs, rank = [], UNSEEN
        if outlook.state == LATE:
            rank = TOO_LATE
            signs.append((LATE, _("late by %(n)s min") % {"n": outlook.minutes}))
        elif outlook.state == RISK:
            rank = AT_RISK
            said = _("planned %(n)s min after the promise")
            signs.append((RISK, said % {"n": outlook.minutes}))
        if lane.membership and board.on == board.today and row.is_overdue(board.now):
            signs.append((RISK, _("not seen for 3 min")))
        if signs:
            yield _need(rank, row, who, signs)


def _free(group: Group) -> Need:
    """The stop of the delivery whose promise closes first."""
    row, minutes = min(group.rows, key=lambda row: row.window_end), group.outlook.minutes
    if group.outlook.state == LATE:
        return _need(TOO_LATE, row, "", [(LATE, _("late by %(n)s min") % {"n": minutes})])
    return _need(NOBODY, row, "", [(RISK, ngettext("closes in %(n)s min", "closes in %(n)s min", minutes) % {"n": minutes})])


def _need(rank: int, row: Row, who: str, signs: list[tuple[str, str]]) -> Need:
    return Need(rank, row.ref, row.where, row.number, who, row.window_start, row.window_end, signs)


@require_GET
@needs("board.view")
def board_attention(request: HttpRequest) -> HttpResponse:
    """The list of the day `on`, as a dialog of the board or as a page of its own."""
    collective = collective_of(request)
    try:
        on = day_asked(request.GET.get("on", ""), collective)
    except Refused as refusal:
        return TemplateResponse(request, "dispatch/refused.html", {"refusal": refusal}, status=400)
    board = board_of(collective, on, timezone.now())
    context = {"board": board, "needs": attention_of(board), "url": board_url(request, board)}
    name = "dispatch/board/_attention.html" if request.headers.get("X-Dialog") else "dispatch/board/attention.html"
    return TemplateResponse(request, name, context)
