"""What I ask about my work, and the rounds I may take where the members decided so."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collectives.access import needs
from collectives.policies import policy_value
from coopdelivery.people.models import person_of
from dispatch.models import CourierAction, Round, RoundRequest
from dispatch.pocket import actions
from dispatch.pocket.acting import act
from dispatch.pocket.actions import BadAction, from_form
from dispatch.pocket.views.shared import me, rounds_to_discuss, screens
from dispatch.services.refusals import Refused
from dispatch.services.requests import withdraw_request
from dispatch.services.rounds import take_round
from dispatch.services.who import may_volunteer


@needs("pocket.use")
@require_http_methods(["GET", "HEAD", "POST"])
def requests(request: HttpRequest) -> HttpResponse:
    """What I asked in the last thirty days; POST asks."""
    courier, error = me(request), ""
    if request.method == "POST":
        try:
            row = act(from_form(actions.ASK, request.POST), by=courier)
            if row.outcome == CourierAction.Outcome.DONE:
                messages.success(request, _("Asked. A person answers; nothing is counted."))
                return redirect("pocket:requests")
            error = row.answer["message"]
        except BadAction as refused:
            error = refused.sentence
    context = {
        **screens(),
        "asked": RoundRequest.objects.filter(membership=courier).select_related("round", "decided_by"),
        "rounds": rounds_to_discuss(courier),
        "error": error,
        "typed": {name: request.POST.get(name, "") for name in ("reason", "about", "note")},
    }
    return TemplateResponse(request, "courier/requests.html", context, status=400 if error else 200)


@needs("pocket.use")
@require_POST
def request_withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    found = RoundRequest.objects.select_related("membership").filter(ref=ref, membership=me(request)).first()
    if found is None:
        raise Http404
    try:
        withdraw_request(request=found, by=person_of(request))
        messages.success(request, _("Taken back."))
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect("pocket:requests")


@needs("pocket.use")
@require_http_methods(["GET", "HEAD", "POST"])
def free_rounds(request: HttpRequest) -> HttpResponse:
    """Rounds of today and later that nobody rides; POST takes one, where the members decided that couriers may."""
    courier, error, status = me(request), "", 200
    if request.method == "POST":
        try:
            row = _free(courier.collective.today(), request.POST.get("round", ""))
            take_round(round=row, by=person_of(request), version=_version(request))
            messages.success(request, _("“%(name)s” is yours.") % {"name": row.name})
            return redirect("pocket:day" if row.on == courier.collective.today() else "pocket:free_rounds")
        except Refused as refused:
            error, status = refused.sentence, 409
    found = (
        Round.objects.filter(courier=None, hidden=False, on__gte=courier.collective.today())
        .exclude(name="")
        .order_by("on", "starts_at", "pk")
    )
    context = {
        "allowed": may_volunteer(courier),
        "decided": policy_value("self_assignment"),
        "rounds": found.prefetch_related("tasks__stop__place")[:50],
        "error": error,
        "now": timezone.now(),
    }
    return TemplateResponse(request, "courier/free_rounds.html", context, status=status)


def _free(today: date, ref: str) -> Round:
    """Raises Refused."""
    try:
        row = Round.objects.filter(ref=UUID(ref), on__gte=today).first()
    except ValueError:
        row = None
    if row is None:
        raise Refused(_("This round is not there any more."))
    return row


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
