"""The day on paper: one A4 sheet per list, in the order of the board, with boxes to tick. A browser prints it, or keeps it as PDF."""

import segno
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET

from collectives.access import needs
from dispatch.board.asked import collective_of, day_asked
from dispatch.board.day import BoardDay, Lane, board_of
from dispatch.board.words import Tags
from dispatch.models import TaskStatus
from dispatch.selectors import Row, Weights
from dispatch.services.refusals import Refused


@require_GET
@needs("board.view")
def round_sheets(request: HttpRequest) -> HttpResponse:
    """The lists of a day that hold stops; `lane` narrows to those columns."""
    collective = collective_of(request)
    try:
        on = day_asked(request.GET.get("on", ""), collective)
    except Refused as refusal:
        return TemplateResponse(request, "dispatch/refused.html", {"refusal": refusal}, status=400)
    board = board_of(collective, on, timezone.now())
    wanted = set(request.GET.getlist("lane"))
    lanes = [lane for lane in board.lanes if lane.rows and (not wanted or lane.key in wanted)]
    sheets = [(lane, lines_of(board, lane)) for lane in lanes]
    return TemplateResponse(request, "dispatch/board/sheets.html", {"board": board, "sheets": sheets, "code": _code(request)})


def lines_of(board: BoardDay, lane: Lane) -> list[tuple[int, Row, object, Weights, Tags]]:
    """Each stop that is not cancelled: its number on the board, the row, the planned arrival, what is loaded or unloaded, its tags."""
    kept = [(row, arrival) for row, arrival, _outlook in lane.shown if row.status != TaskStatus.CANCELLED]
    return [
        (n, row, arrival or row.finished_at, board.freights.of(row), board.tags.of(row.delivery_id))
        for n, (row, arrival) in enumerate(kept, 1)
    ]


def _code(request: HttpRequest) -> SafeString:
    """Leads a courier's phone to its own day."""
    drawing = segno.make(request.build_absolute_uri(reverse("pocket:day")), error="m")
    return mark_safe(drawing.svg_inline(scale=2, border=1))  # noqa: S308  drawn by segno from an address of ours
