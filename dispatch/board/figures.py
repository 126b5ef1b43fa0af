"""The figures of one column, and the reason somebody writes when they are more than a bike, a shift or the rule allows."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from collectives.access import needs
from collectives.policies import policies_in_force
from dispatch.board.acts import person_of, told
from dispatch.board.asked import collective_of, day_asked, refs_asked
from dispatch.board.day import board_of
from dispatch.board.reply import board_url, done
from dispatch.board.worth import excess, figures_of, floor_cents
from dispatch.models import PlanChange
from dispatch.services.explain import explain_change
from dispatch.services.refusals import CannotMove, Refused


@require_GET
@needs("board.view")
def lane_figures(request: HttpRequest) -> HttpResponse:
    """One column of the day `on`, named by `lane`."""
    collective = collective_of(request)
    try:
        on = day_asked(request.GET.get("on", ""), collective)
    except Refused as refusal:
        return TemplateResponse(request, "dispatch/refused.html", {"refusal": refusal}, status=400)
    board = board_of(collective, on, timezone.now())
    lane = next((lane for lane in board.lanes if lane.key == request.GET.get("lane")), None)
    if lane is None:
        raise Http404
    rules = policies_in_force(board.today)
    figures = figures_of(lane, collective.currency, floor_cents(rules))
    context = {
        "board": board,
        "lane": lane,
        "figures": figures,
        "rule": rules.get("round_floor"),
        "excess": list(excess(lane, figures).values()),
        "url": board_url(request, board),
    }
    name = "dispatch/board/_figures.html" if request.headers.get("X-Dialog") else "dispatch/board/figures.html"
    return TemplateResponse(request, name, context)


@require_POST
@needs("rounds.plan")
@told
def board_why(request: HttpRequest) -> HttpResponse:
    """Write why the gesture `change` was made although it is more than a bike, a shift or the rule allows."""
    change = get_object_or_404(PlanChange, ref=refs_asked([request.POST.get("change", "")], "change")[0])
    reason = request.POST.get("reason", "").strip()
    if not reason:
        raise CannotMove(_("Write why, or leave it."), field="reason")
    explain_change(change=change, reason=reason, by=person_of(request))
    return done(request, None, _("The reason is kept in the history"))
