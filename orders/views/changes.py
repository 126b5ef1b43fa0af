"""Changing a delivery that is ordered, and what waits for the dispatcher's answer."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives.access import needs
from orders.changes.refusals import ChangeCosts, NotChangeable
from orders.changes.services import (
    Change,
    accept_request,
    change_delivery,
    may_at_once,
    open_request_of,
    open_requests,
    propose_change,
    refuse_request,
    withdraw_request,
)
from orders.forms.delivery import FREE, OTHER, NewDelivery
from orders.models import ChangeRequest, Delivery, ParcelType, StopKind
from orders.refusals import Refused
from orders.selectors import deliveries_visible_to, is_staff
from orders.views.again import asked_like
from orders.views.here import collective_of, member, person
from orders.views.new import new_context

UNPROCESSABLE, CONFLICT = 422, 409


@require_http_methods(["GET", "HEAD", "POST"])
@needs("deliveries.change")
def delivery_change(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """The delivery in a form; `act` is price (what it would cost, before and after), change, or refresh (another day's windows)."""
    delivery = _visible(request, ref)
    if request.method != "POST":
        return _page(request, delivery, NewDelivery(None, types=_types(), initial=_as_it_is(delivery)))
    act = request.POST.get("act", "price")
    typed = NewDelivery(request.POST, types=_types())
    drops = sum(stop.kind == StopKind.DROPOFF for stop in delivery.stops.all())
    if not typed.is_valid() or len(typed.drops.forms) != drops:
        return _page(request, delivery, typed, status=200 if act == "refresh" else UNPROCESSABLE)
    if act == "refresh":
        return _page(request, delivery, typed)
    try:
        if act != "change":
            return _page(request, delivery, typed, change=_proposed(request, delivery, typed))
        return _changed(request, delivery, typed)
    except ChangeCosts as costs:
        typed.main.add_error(None, str(costs))
        return _page(request, delivery, typed, change=_proposed(request, delivery, typed), status=CONFLICT)
    except Refused as refused:
        typed.refuse(refused)
        return _page(request, delivery, typed, status=UNPROCESSABLE)


def _proposed(request: HttpRequest, delivery: Delivery, typed: NewDelivery) -> Change:
    return propose_change(delivery=delivery, asked=typed.request(collective_of(request).zone))


def _changed(request: HttpRequest, delivery: Delivery, typed: NewDelivery) -> HttpResponse:
    shown = request.POST.get("cost", "")
    asked = change_delivery(
        delivery=delivery,
        asked=typed.request(collective_of(request).zone),
        by=person(request),
        reason=request.POST.get("reason", ""),
        agreed_cents=int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 12 else -1,
        staff=is_staff(member(request)),
    )
    said = {"number": delivery.number}
    if asked is None:
        messages.success(request, _("Delivery %(number)s is changed.") % said)
    else:
        messages.success(request, _("The co-op is asked. Until it answers, %(number)s stays as it is.") % said)
    return _to(request, delivery)


def _to(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    return redirect("orders:delivery", collective=collective_of(request).slug, ref=delivery.ref)


def _visible(request: HttpRequest, ref: UUID) -> Delivery:
    rows = deliveries_visible_to(member(request)).select_related("partner__place", "partner__price_list", "order", "collective")
    return get_object_or_404(rows.prefetch_related("stops__place", "stops__parcels"), ref=ref, partner__isnull=False)


def _types() -> list[ParcelType]:
    return list(ParcelType.objects.all())


def _as_it_is(delivery: Delivery) -> dict[str, Any]:
    """The form's first values: what is ordered, with the window of its first drop."""
    assert delivery.partner is not None  # noqa: S101  `_visible` asks for one
    drop = next(stop for stop in delivery.stops.all() if stop.kind == StopKind.DROPOFF)
    start, end = timezone.localtime(drop.window_start), timezone.localtime(drop.window_end)
    when = {"day": OTHER, "other_day": start.date(), "slot": FREE, "free_from": start.time(), "free_until": end.time()}
    first = asked_like(delivery, delivery.partner)
    return {**first, "main": {**first["main"], **when}}


def _page(
    request: HttpRequest, delivery: Delivery, typed: NewDelivery, *, change: Change | None = None, status: int = 200
) -> TemplateResponse:
    assert delivery.partner is not None  # noqa: S101  as above
    delivery.partner.collective = collective_of(request)
    direct = may_at_once(delivery, staff=is_staff(member(request)))
    context = {
        **new_context(request, delivery.partner, typed),
        "delivery": delivery,
        "change": change,
        "direct": direct,
        "reason": request.POST.get("reason", ""),
    }
    return TemplateResponse(request, "orders/delivery_change.html", context, status=status)


@require_POST
@needs("deliveries.change")
def change_withdraw(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """Take back what was asked for this delivery."""
    delivery = _visible(request, ref)
    asked = open_request_of(delivery)
    try:
        if asked is None:
            raise NotChangeable
        withdraw_request(request=asked, by=person(request))
        messages.success(request, _("Taken back: the delivery stays as it was ordered."))
    except Refused as refused:
        messages.error(request, str(refused))
    return _to(request, delivery)


@require_safe
@needs("deliveries.decide")
def changes(request: HttpRequest) -> HttpResponseBase:
    """What waits for an answer, and what was answered lately."""
    answered = ChangeRequest.objects.exclude(state=ChangeRequest.State.OPEN).select_related("delivery__partner", "asked_by", "decided_by")
    context = {"waiting": list(open_requests()), "answered": list(answered.order_by("-decided_at")[:30])}
    return TemplateResponse(request, "orders/changes.html", context)


@require_POST
@needs("deliveries.decide")
def change_decide(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """`decision` accept or refuse, `answer` the sentence the partner reads, `waive` for a cancellation that is not billed."""
    rows = ChangeRequest.objects.select_related("delivery__partner__place", "delivery__order", "delivery__collective")
    asked = get_object_or_404(rows, ref=ref)
    said = {"number": asked.delivery.number}
    answer, accepts = request.POST.get("answer", ""), request.POST.get("decision") == "accept"
    try:
        if accepts:
            accept_request(request=asked, by=person(request), answer=answer, waive="waive" in request.POST)
        else:
            refuse_request(request=asked, by=person(request), answer=answer)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, (_("%(number)s: accepted and done.") if accepts else _("%(number)s: refused.")) % said)
    return redirect("orders:changes", collective=collective_of(request).slug)
