"""The sandbox: a simulated courier walks a program's deliveries through their states in a minute and a half.

What is asked is checked and priced as everywhere; then it stays out of the plan, of the books and of everybody's sight.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from collectives.api.callers import Caller
from collectives.api.dates import out
from collectives.api.errors import ApiError
from collectives.api.shapes import Json, address, iri
from collectives.models import ApiApplication
from collectives.webhooks.services import announce
from coopdelivery.kit.money import Money
from dispatch.api.shapes import SPEED_M_PER_S, five_digits
from dispatch.models import SandboxDelivery
from orders.models import Partner, PriceList
from orders.pricing.engine import net_cents
from orders.requests import DeliveryRequest
from orders.services.prepare import PlannedStop, Prepared
from orders.services.quote import estimate

FIRST = 10**12  # their numbers begin far above those of real deliveries
STEPS = (
    (timedelta(seconds=10), "delivery.assigned", "TODO", "TODO"),
    (timedelta(seconds=20), "delivery.started", "DOING", "TODO"),
    (timedelta(seconds=40), "delivery.picked", "DONE", "TODO"),
    (timedelta(seconds=60), "delivery.in_transit", "DONE", "DOING"),
    (timedelta(seconds=90), "delivery.completed", "DONE", "DONE"),
)
KEPT = timedelta(days=7)


def place(*, caller: Caller, request: DeliveryRequest, partner: Partner) -> SandboxDelivery:
    """As `place_delivery` would, with all its refusals, and nothing of what follows from it."""
    if caller.application is None:
        raise ApiError(403, "Only applications have a sandbox.")
    lines, prepared = estimate(request=request, partner=partner)
    row = SandboxDelivery.objects.create(collective=caller.collective, application=caller.application)
    row.shown = _shown(row, prepared, Money(net_cents(lines), caller.collective.currency), partner)
    row.save(update_fields=["shown"])
    return row


def _shown(row: SandboxDelivery, prepared: Prepared, net: Money, partner: Partner) -> Json:
    zone, metres = partner.collective.zone, prepared.way.distance_m
    rate = PriceList.objects.values_list("vat_rate", flat=True).get(pk=partner.price_list_id)
    vat = net.share(rate).cents
    key = FIRST + row.pk
    number = f"TEST-{row.pk}"
    return {
        "@id": iri("deliveries", key),
        "@type": "http://schema.org/ParcelDelivery",
        "id": key,
        "number": number,
        "store": iri("stores", partner.pk),
        "distance": metres,
        "duration": int(metres / SPEED_M_PER_S),
        "polyline": five_digits(prepared.way.line),
        "tasks": [_task(stop, FIRST + row.pk * 100 + n, zone) for n, stop in enumerate(prepared.stops)],
        "trackingUrl": None,
        "order": {
            "@id": iri("orders", key),
            "id": key,
            "number": number,
            "total": net.cents + vat,
            "taxTotal": vat,
            "currency": net.currency,
        },
        "sandbox": True,
    }


def _task(stop: PlannedStop, key: int, zone: Any) -> Json:
    after, before = out(stop.window.start, zone), out(stop.window.end, zone)
    return {
        "@id": iri("tasks", key),
        "@type": "Task",
        "id": key,
        "type": stop.kind.upper(),
        "address": {**address(stop.place, contact_name=stop.contact_name, phone=stop.phone), "@id": None, "id": None},
        "after": after,
        "before": before,
        "doneAfter": after,
        "doneBefore": before,
        "comments": stop.note,
        "packages": [{"name": parcel.name, "quantity": parcel.quantity} for parcel in stop.parcels],
        "weight": None,
        "tags": [],
        "metadata": {},
    }


def shaped(row: SandboxDelivery, now: datetime | None = None) -> Json:
    """The delivery as far as the simulated courier is."""
    pickup, dropoff = _states(row, now or timezone.now())
    tasks = [{**task, "status": pickup if task["type"] == "PICKUP" else dropoff} for task in row.shown["tasks"]]
    drops = [task for task in tasks if task["type"] == "DROPOFF"]
    return {**row.shown, "tasks": tasks, "pickup": tasks[0], "dropoff": drops[0]}


def _states(row: SandboxDelivery, now: datetime) -> tuple[str, str]:
    if row.cancelled_at is not None:
        return "CANCELLED", "CANCELLED"
    reached = [(pickup, dropoff) for after, _event, pickup, dropoff in STEPS if row.began_at + after <= now]
    return reached[-1] if reached else ("TODO", "TODO")


def of(caller: Caller, pk: int) -> SandboxDelivery:
    """The caller's own. Raises ApiError (404)."""
    row = SandboxDelivery.objects.filter(application=caller.application, pk=pk - FIRST).first() if FIRST < pk < FIRST * 10 else None
    if row is None:
        raise ApiError(404, "There is no such delivery in your sandbox.")
    return row


def cancel(row: SandboxDelivery) -> None:
    """Before the pickup. Raises ApiError (400)."""
    now = timezone.now()
    if row.cancelled_at is None and _states(row, now)[0] in {"DONE"}:
        raise ApiError(400, "This delivery is already on its way or finished.")
    if SandboxDelivery.objects.filter(pk=row.pk, cancelled_at=None).update(cancelled_at=now):
        _tell(row, "delivery.cancelled", len(STEPS))


def walk() -> int:
    """Announce every step reached since the last time, in the acting collective; how many. Forgets what is a week old."""
    now, told = timezone.now(), 0
    SandboxDelivery.objects.filter(began_at__lt=now - KEPT).delete()
    for row in SandboxDelivery.objects.filter(told__lt=len(STEPS), cancelled_at=None).select_related("application").order_by("pk"):
        for n, (after, event, _pickup, _dropoff) in enumerate(STEPS):
            reached = n >= row.told and row.began_at + after <= now
            if reached and SandboxDelivery.objects.filter(pk=row.pk, told=n).update(told=F("told") + 1):
                _tell(row, event, n)
                told += 1
    return told


def _tell(row: SandboxDelivery, event: str, step: int) -> None:
    """Events of the sandbox have numbers below zero, so that they never meet those of the journal."""
    application: ApiApplication = row.application
    announce(event=event, subject=iri("deliveries", FIRST + row.pk), event_id=-(row.pk * 10 + step + 1), only=application)
