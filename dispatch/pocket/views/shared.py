"""What the courier's pages have in common: their context, and one refusal page."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone

from collectives.access import membership_of
from collectives.models import Membership
from dispatch.models import CourierAction, IncidentReason, Round, RoundRequest
from dispatch.pocket.day import PocketDay, day_of_courier
from dispatch.pocket.visits import Visit
from dispatch.services.progress import UNDO_FOR

REASON_ICONS = {
    IncidentReason.ABSENT: "user-x",
    IncidentReason.ADDRESS: "map-pin-off",
    IncidentReason.REFUSED: "ban",
    IncidentReason.DAMAGED: "package-x",
    IncidentReason.ACCESS: "door-closed",
    IncidentReason.NOT_READY: "timer",
}


def me(request: HttpRequest) -> Membership:
    """The courier; behind `needs("pocket.use")` there always is one."""
    membership = membership_of(request)
    if membership is None:
        raise Http404
    return membership


def my_visit(request: HttpRequest, ref: object) -> tuple[PocketDay, Visit]:
    """Today's stop that holds this task. 404 for anybody else's, and for another day's."""
    day = day_of_courier(me(request))
    visit = day.of_task(ref)
    if visit is None:
        raise Http404
    return day, visit


def day_page(request: HttpRequest, day: PocketDay, current: Visit | None, *, error: str = "", status: int = 200) -> TemplateResponse:
    """The day with one stop in front."""
    context = {**screens(), "day": day, "current": current, "error": error, "undoable": undoable(request), "now": day.read_at}
    return TemplateResponse(request, "courier/day.html", context, status=status)


def screens() -> dict[str, Any]:
    """What the proof and incident screens need, on their own page or inside the day."""
    return {
        "reasons": [(value, label, REASON_ICONS.get(IncidentReason(value), "pencil")) for value, label in IncidentReason.choices],
        "client_id": uuid4(),
        "kinds": RoundRequest.Kind.choices,
    }


def rounds_to_discuss(courier: Membership) -> list[Round]:
    """The courier's rounds of today and the coming week."""
    today = courier.collective.today()
    found = Round.objects.filter(courier=courier, on__gte=today, on__lte=today + timedelta(days=7))
    return list(found.order_by("on", "starts_at", "pk"))


def undoable(request: HttpRequest) -> CourierAction | None:
    """The tap the page was sent after, while it can still be taken back."""
    try:
        row = CourierAction.objects.filter(client_id=request.GET.get("undo", ""), by=me(request).person_id).first()
    except (ValueError, TypeError, ValidationError):
        return None
    fresh = row is not None and timezone.now() - row.received_at < UNDO_FOR
    return row if row is not None and fresh and row.outcome != CourierAction.Outcome.WITHDRAWN else None
