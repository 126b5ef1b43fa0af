"""The board on a phone, and for who plans without a script: ticks by order, “Give to…”, a person, undo."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from collectives.access import membership_of, needs
from dispatch.board.asked import collective_of, day_asked
from dispatch.board.day import board_of
from dispatch.board.narrowed import narrowed, offered
from dispatch.board.relay import hubs
from dispatch.board.reply import board_url
from dispatch.services.refusals import Refused


@require_GET
@needs("board.view")
def board_phone(request: HttpRequest) -> HttpResponse:
    """What is to give, most urgent first; `?view=team` shows the couriers instead. Both are narrowed as the person narrowed the board."""
    collective = collective_of(request)
    try:
        on = day_asked(request.GET.get("on", ""), collective)
    except Refused as refusal:
        return TemplateResponse(request, "dispatch/refused.html", {"refusal": refusal}, status=400)
    board = board_of(collective, on, timezone.now())
    view = "team" if request.GET.get("view") == "team" else "give"
    membership = membership_of(request)
    view_of = board.views.get(membership.pk) if membership else None
    seen = narrowed(board, view_of["chips"] if view_of else ())
    context = {
        "board": board,
        "url": board_url(request, board),
        "view": view,
        "live_after": board.live_after,
        "hubs": hubs(),
        "seen": seen,
        "hidden": seen.hidden_given if view == "team" else seen.hidden_free,
        "offered": offered(board),
    }
    return TemplateResponse(request, f"dispatch/board/phone_{view}.html", context)
