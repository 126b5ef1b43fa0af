"""Deliveries: placed, read, cancelled, as shops do it."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.api.callers import Caller
from collectives.api.endpoint import Answer, Call, Endpoint, Rule
from collectives.api.errors import ApiError
from collectives.api.shapes import Json, collection, iri, paged
from dispatch.api import fresh, sandbox, shapes
from dispatch.api.acting import finish
from dispatch.models import Leg, SandboxDelivery, Task, TaskKind
from orders.api.changed import wanted
from orders.api.reading import Reader, text_of
from orders.api.seen import deliveries_of, one
from orders.api.views.prices import EXAMPLE, asked_at, quote_agreed_on, quote_named
from orders.api.views.stores import store_or_404
from orders.changes.refusals import NotChangeable, NothingChanged
from orders.changes.services import change_delivery, propose_change
from orders.changes.wanted import stops_of
from orders.models import Delivery
from orders.requests import DeliveryRequest
from orders.selectors import is_staff
from orders.services import cancel_delivery, place_delivery

PLACES = frozenset({"deliveries"})
CHANGED = {"dropoff": {"comments": "Third floor", "address": {"contactName": "Rosa"}}}
READS = frozenset({"deliveries", "tasks", "tasks:all", "orders:all"})


def whole(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """With all that the shape shows."""
    return rows.select_related("order", "partner").prefetch_related("stops__place")


def shaped(call: Call, delivery: Delivery) -> Json:
    fresh: Any = whole(Delivery.objects.filter(pk=delivery.pk))
    return shapes.deliveries(list(fresh), call.collective.zone, tags=sees_tags(call.caller))[0]


def sees_tags(caller: Caller) -> bool:
    """Staff, and programs of the co-op's own: nobody who orders."""
    if caller.membership is not None:
        return is_staff(caller.membership)
    return caller.partner_ref is None and not caller.is_sandbox


class Deliveries(Endpoint):
    rules = {
        "GET": Rule("deliveries.view", READS, summary="Deliveries, newest first", answers="Delivery", query=("page", "itemsPerPage")),
        "POST": Rule("deliveries.place", PLACES, summary="Order a delivery", example=EXAMPLE, answers="Delivery", status=201),
    }

    def get(self, call: Call) -> Answer:
        return listed(call, deliveries_of(call.caller))

    def post(self, call: Call) -> Answer:
        """201 with the delivery; the same `Idempotency-Key` again returns the same one."""
        request, desk = asked_at(call)
        partner = desk.partner
        if call.caller.is_sandbox:
            row = sandbox.place(caller=call.caller, request=request, partner=partner)
            return Answer(sandbox.shaped(row), 201, "Delivery", {"Location": row.shown["@id"]})
        delivery = place_delivery(
            request=request,
            partner=partner,
            by=call.caller.person,
            idempotency_key=order_key(call),
            quote=quote_agreed_on(call, request, desk) or quote_named(call, partner),
            desk=desk,
        )
        told = fresh.shaped(delivery, call.collective.zone, desk) or shaped(call, delivery)
        return Answer(told, 201, "Delivery", {"Location": iri("deliveries", delivery.pk)})


def order_key(call: Call) -> str:
    """One order for each key of a caller, whatever happens to the kept answer; without a key every request is another order."""
    key = call.request.headers.get("Idempotency-Key", "")
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{call.caller.key}:{key}").hex if key else ""


def listed(call: Call, rows: QuerySet[Delivery]) -> Answer:
    """A page of deliveries, newest first; `order[dropoff.before]` turns it round when it says `asc`."""
    newest = call.query.get("order[dropoff.before]", "desc") != "asc"
    if call.caller.is_sandbox:
        own = SandboxDelivery.objects.filter(application=call.caller.application).order_by("-pk" if newest else "pk")
        page, total, view = paged(call.request, own)
        return Answer(collection(call.request.path, [sandbox.shaped(row) for row in page], total=total, view=view), context="Delivery")
    page, total, view = paged(call.request, whole(rows).order_by("-pk" if newest else "pk"))
    members = shapes.deliveries(list(page), call.collective.zone, tags=sees_tags(call.caller))
    return Answer(collection(call.request.path, members, total=total, view=view), context="Delivery")


def change_asked(call: Call, delivery: Delivery) -> DeliveryRequest:
    """What the body wants it to be. Raises Invalid, ApiError."""
    if delivery.partner is None:
        raise ApiError(400, str(NotChangeable.sentence))
    reader = Reader(call.caller, delivery.partner, timezone.now())
    return wanted(reader, call.sent, delivery, stops_of(delivery))


def change_delivery_of(call: Call, delivery: Delivery, asked_for: DeliveryRequest) -> bool:
    """Change it, at the price it has then; whether somebody has to say yes first. Twice the same is once."""
    membership = call.caller.membership
    staff = membership is not None and is_staff(membership)
    try:
        change = propose_change(delivery=delivery, asked=asked_for)
        waits = change_delivery(
            delivery=delivery,
            asked=asked_for,
            by=call.caller.person,
            reason=text_of(call.sent, "reason", "") or _("Changed by %(name)s.") % {"name": name_of(call)},
            agreed_cents=change.after.cents,
            staff=staff,
        )
    except NothingChanged:
        return False
    return waits is not None


def name_of(call: Call) -> str:
    return call.caller.application.name if call.caller.application else call.person.name


class StoreDeliveries(Endpoint):
    rules = {"GET": Rule("deliveries.view", READS, summary="A store's deliveries", answers="Delivery", query=("page", "itemsPerPage"))}

    def get(self, call: Call, pk: int) -> Answer:
        return listed(call, deliveries_of(call.caller).filter(partner=store_or_404(call, pk)))


class OneDelivery(Endpoint):
    rules = {
        "GET": Rule("deliveries.view", READS, summary="One delivery", answers="Delivery"),
        "PUT": Rule("deliveries.place", PLACES, summary="Change a delivery", example=CHANGED, answers="Delivery"),
        "DELETE": Rule("deliveries.cancel", PLACES, summary="Cancel a delivery before its pickup", status=204),
    }

    def get(self, call: Call, pk: int) -> Answer:
        if call.caller.is_sandbox:
            return Answer(sandbox.shaped(sandbox.of(call.caller, pk)), context="Delivery")
        return Answer(shaped(call, one(deliveries_of(call.caller), pk)), context="Delivery")

    def put(self, call: Call, pk: int) -> Answer:
        """Another address, window, parcel, name or note, at today's price. What is planned already is asked of dispatch: 202."""
        if call.caller.is_sandbox:
            raise ApiError(400, _("A sandbox delivery does not change: cancel it, and order another."))
        delivery = one(deliveries_of(call.caller).select_related("order", "partner__collective", "partner__price_list", "collective"), pk)
        waits = change_delivery_of(call, delivery, change_asked(call, delivery))
        return Answer(shaped(call, delivery), 202 if waits else 200, "Delivery")

    def delete(self, call: Call, pk: int) -> Answer:
        """Cancelling what is cancelled already answers 204 again."""
        if call.caller.is_sandbox:
            sandbox.cancel(sandbox.of(call.caller, pk))
            return Answer(status=204)
        delivery = one(deliveries_of(call.caller).select_related("order"), pk)
        if delivery.status != "cancelled":
            cancel_delivery(delivery=delivery, by=call.caller.person, reason=_("Cancelled by the shop."))
        return Answer(status=204)


class Cancel(OneDelivery):
    rules = {"PUT": Rule("deliveries.cancel", PLACES, summary="Cancel a delivery before its pickup", answers="Delivery")}

    def put(self, call: Call, pk: int) -> Answer:
        self.delete(call, pk)
        return self.get(call, pk)


class Pick(Endpoint):
    """The parcels were fetched: by the courier of the round, or by staff."""

    kind = TaskKind.PICKUP
    rules = {"PUT": Rule("tasks.report", frozenset(), summary="The pickup is done", answers="Delivery", example={})}

    def put(self, call: Call, pk: int) -> Answer:
        delivery = one(Delivery.objects.all(), pk)
        tasks = Task.objects.live().filter(delivery=delivery, kind=self.kind, leg=Leg.STOP).order_by("stop__position")
        task = tasks.select_related("stop", "delivery", "round").first()
        if task is None:
            raise ApiError(400, _("Nothing is left to do here."))
        finish(task, by=call.person, body=call.sent, now=timezone.now())
        return Answer(shaped(call, delivery), context="Delivery")


class Drop(Pick):
    """The parcels were handed over."""

    kind = TaskKind.DROPOFF
    rules = {"PUT": Rule("tasks.report", frozenset(), summary="The drop is done", answers="Delivery", example={})}
