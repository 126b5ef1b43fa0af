"""The list of deliveries, one delivery, cancelling, the same list as a file."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collectives.access import allows, needs
from coopdelivery.kit.htmx import is_fragment
from coopdelivery.kit.windows import day_in
from orders.changes.services import cancel_or_ask, may_at_once, open_request_of
from orders.forms.delivery import NewDelivery
from orders.history import story
from orders.models import ChangeRequest, Delivery, DeliveryStatus, ParcelType, PhoneCall, StopKind
from orders.outlook import arrivals
from orders.panels import panels_of
from orders.refusals import Refused
from orders.rows import CHIPS, Filters, Pages, count_words, counts, filtered, in_order, rows_of
from orders.seats import partners_granting
from orders.selectors import deliveries_visible_to, is_staff, may
from orders.services import CancelTerms, cancel_terms
from orders.services.supplements import may_supplement
from orders.tracking.links import tracking_path
from orders.views.here import chosen_partner, collective_of, member, partners, person
from orders.views.new import new_context

PAGE_SIZE = 40
CHANGEABLE = (DeliveryStatus.PLACED, DeliveryStatus.PICKED_UP)


@require_safe
@needs("deliveries.view")
def deliveries(request: HttpRequest) -> HttpResponseBase:
    """Where, who, when, what happened; a partner's people order on the same page."""
    filters = filters_of(request)
    visible = deliveries_visible_to(member(request))
    zone = collective_of(request).zone
    page = Pages(in_order(filtered(visible, filters, zone)), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": rows_of(list(page.object_list)),
        "filters": filters,
        "chips": _chips(request, visible, filters),
        "staff": is_staff(member(request)),
        "query": _query(request),
        "refresh_url": request.get_full_path(),
        "orders_for": partners_granting(member(request), "deliveries.place"),
        "may_order": allows(member(request), "deliveries.place"),
        "may_seat": allows(member(request), "seats.manage"),
    }
    if is_fragment(request):
        return TemplateResponse(request, "orders/delivery_list.html#list", context)
    return TemplateResponse(request, "orders/delivery_list.html", {**context, **_portal(request)})


def filters_of(request: HttpRequest) -> Filters:
    """What cannot be read is left out: a bookmark with an odd date still opens the list."""
    state = request.GET.get("state", "")
    try:
        on = day_in(request.GET.get("on", ""))
    except ValueError:
        on = None
    return Filters(state if state in CHIPS else "", on, request.GET.get("q", "").strip()[:80])


def _chips(request: HttpRequest, visible: QuerySet[Delivery], filters: Filters) -> list[dict[str, object]]:
    numbers = counts(filtered(visible, filters, collective_of(request).zone, with_state=False))
    return [
        {
            "label": label,
            "count": numbers[key],
            "shown": count_words(numbers[key]),
            "on": key == filters.state,
            "alert": key == "failed" and numbers[key] > 0,
            "query": _query(request, state=key),
        }
        for key, (label, _states) in CHIPS.items()
        if numbers[key] or key in {"", filters.state}
    ]


def _query(request: HttpRequest, **changes: str) -> str:
    """The filters of this address, with changes, without the page."""
    query = request.GET.copy()
    query.pop("page", None)
    for key, value in changes.items():
        query[key] = value
    return query.urlencode()


def _portal(request: HttpRequest) -> dict[str, object]:
    """The form on top, for people who order for exactly one partner."""
    if is_staff(member(request)):
        return {}
    choices = partners(request, "deliveries.place")
    partner = chosen_partner(request, choices) if choices else None
    if partner is None:
        return {"partners": choices}
    new = NewDelivery(None, types=list(ParcelType.objects.all()))
    return {**new_context(request, partner, new), "portal": True}


@require_safe
@needs("deliveries.view")
def delivery(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    found = _visible(request, ref)
    drops = [stop for stop in found.stops.all() if stop.kind == StopKind.DROPOFF]
    foreseen = arrivals([stop for stop in found.stops.all() if not stop.finished_at])
    row, numbers = rows_of([found])[0], {stop.pk: number for number, stop in enumerate(drops, start=1)}
    context = {
        "delivery": found,
        "row": row,
        "stops": [(stop, foreseen.get(stop.pk), numbers.get(stop.pk)) for stop in found.stops.all()],
        "links": [(stop, request.build_absolute_uri(tracking_path(stop))) for stop in drops],
        "order": found.order,
        "order_lines": found.order.lines.all(),
        "history": story(found),
        "panels": panels_of(found, member(request)),
        "placed": "placed" in request.GET,
        "may_cancel": row.cancellable and may(member(request), "deliveries.cancel", found.partner_id),
        "may_edit": may(member(request), "deliveries.change", found.partner_id),
        "documents": list(found.documents.all()),
        "favourites": list(found.favourites.all()),
        "call": PhoneCall.objects.filter(order=found.order).select_related("taken_by").first(),
        "cancelling": cancel_terms(found),
        "at_once": may_at_once(found, staff=is_staff(member(request))),
        "may_change": found.status in CHANGEABLE
        and found.partner_id is not None
        and may(member(request), "deliveries.change", found.partner_id),
        "asked": open_request_of(found),
        "answered": found.change_requests.exclude(state=ChangeRequest.State.OPEN).first(),
        "may_place": found.partner_id in {partner.pk for partner in partners(request, "deliveries.place")},
        "staff": is_staff(member(request)),
        "may_add": allows(member(request), "deliveries.decide") and may_supplement(found.order),
    }
    return TemplateResponse(request, "orders/delivery_detail.html", context)


def _visible(request: HttpRequest, ref: UUID) -> Delivery:
    rows = deliveries_visible_to(member(request)).select_related("partner", "order", "order__price_list")
    return get_object_or_404(rows.prefetch_related("stops__place", "stops__parcels", "order__lines"), ref=ref)


@require_POST
@needs("deliveries.cancel")
def delivery_cancel(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    found = _visible(request, ref)
    staff = is_staff(member(request))
    shown = request.POST.get("cost", "")
    try:
        done = cancel_or_ask(
            delivery=found,
            by=person(request),
            reason=request.POST.get("reason", ""),
            agreed_cents=int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 12 else 0,
            staff=staff,
            waive="waive" in request.POST,
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("orders:delivery", collective=collective_of(request).slug, ref=ref)
    messages.success(request, _said_of(done, found))
    return redirect("orders:delivery", collective=collective_of(request).slug, ref=ref)


def _said_of(done: CancelTerms | ChangeRequest, found: Delivery) -> str:
    if isinstance(done, ChangeRequest):
        return _("The co-op is asked to cancel %(number)s. Until it answers, the delivery goes on.") % {"number": found.number}
    if done.free:
        return _("Delivery %(number)s is cancelled. It is not billed.") % {"number": found.number}
    said = {"number": found.number, "cost": done.cost}
    return _("Delivery %(number)s is cancelled. %(cost)s are billed, as the members decided.") % said


def safe_cell(cell: str) -> str:
    """A spreadsheet must not take what somebody typed for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
