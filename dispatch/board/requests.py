"""What couriers ask about their own work, to be answered by a person."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from collectives.access import needs
from dispatch.board.acts import person_of, told
from dispatch.board.reply import done
from dispatch.models import RoundRequest
from dispatch.services.requests import answer_request


@require_GET
@needs("rounds.plan")
def requests(request: HttpRequest) -> HttpResponse:
    """What is open, oldest first; then what was answered, until it is deleted."""
    found = RoundRequest.objects.select_related("membership__person", "round", "decided_by")
    waiting = found.filter(state=RoundRequest.State.OPEN).order_by("asked_at")
    answered = found.filter(state__in=[RoundRequest.State.GRANTED, RoundRequest.State.DECLINED])
    return TemplateResponse(
        request, "dispatch/board/requests.html", {"waiting": waiting[:200], "answered": answered.order_by("-decided_at")[:50]}
    )


@require_POST
@needs("rounds.plan")
@told
def request_answer(request: HttpRequest, ref: UUID) -> HttpResponse:
    found = get_object_or_404(RoundRequest.objects.select_related("membership__person", "round"), ref=ref)
    granted = request.POST.get("answer_is") == "yes"
    answer_request(request=found, granted=granted, answer=request.POST.get("answer", "").replace("\x00", ""), by=person_of(request))
    name = found.membership.person.first_name
    words = (
        _("%(name)s is told yes. Change the plan now: nothing moves by itself.")
        if granted
        else _("%(name)s is told that it is not possible.")
    )
    return done(request, None, words % {"name": name})
