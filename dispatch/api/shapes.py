"""Deliveries, courier's days, tours and incidents as the dialect writes them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import polyline
from django.conf import settings
from django.db.models import Q

from collectives.api.dates import out
from collectives.api.shapes import Json, address, iri
from collectives.models import Collective, Membership
from coopdelivery.places.geometry import Point, haversine_m
from dispatch.api.rows import Row, colour_of, rows, shaped
from dispatch.models import Incident, Leg, Round
from orders.api.shapes import order_card
from orders.models import Delivery, Stop
from orders.tracking.links import tracking_path

STOPS = ("delivery_id", "stop__position", "attempt", "pk")
SPEED_M_PER_S = 4.2  # for the duration shown with a delivery: fifteen kilometres an hour
DAY_DIGITS = 10**8


def deliveries(found: Sequence[Delivery], zone: ZoneInfo, *, tags: bool) -> list[Json]:
    """With `order`, `partner` and `stops__place` at hand; `tags` are the co-op's own words. Constant number of queries."""
    tasks = rows(Q(delivery__in=[each.pk for each in found], leg=Leg.STOP), order=STOPS)
    by_delivery: dict[int, list[Json]] = {}
    for row, task in zip(tasks, shaped(tasks, zone, hubs=False, tags=tags), strict=True):
        by_delivery.setdefault(row.delivery_id, []).append(task)
    return [
        delivery(each, by_delivery.get(each.pk) or [_promised(stop, zone) for stop in each.stops.all()], each.stops.all()) for each in found
    ]


def delivery(delivery: Delivery, tasks: list[Json], stops: Iterable[Stop]) -> Json:
    """One of them, with its tasks in order. `order` at hand."""
    drops = [task for task in tasks if task["type"] == "DROPOFF"]
    stop = next((stop for stop in stops if stop.kind == "dropoff"), None)
    return {
        "@id": iri("deliveries", delivery.pk),
        "@type": "http://schema.org/ParcelDelivery",
        "id": delivery.pk,
        "number": delivery.number,
        "status": delivery.status,
        "store": iri("stores", delivery.partner_id) if delivery.partner_id else None,
        "distance": delivery.distance_m or 0,
        "duration": int((delivery.distance_m or 0) / SPEED_M_PER_S),
        "polyline": five_digits(delivery.line),
        "pickup": next((task for task in tasks if task["type"] == "PICKUP"), None),
        "dropoff": drops[0] if drops else None,
        "tasks": tasks,
        "trackingUrl": f"{settings.BASE_URL}{tracking_path(stop)}" if stop else None,
        "order": order_card(delivery.order),
        "comments": delivery.note,
    }


def _promised(stop: Stop, zone: ZoneInfo) -> Json:
    """A stop of a delivery that is not work yet: it waits for its payment."""
    start, end = out(stop.window_start, zone), out(stop.window_end, zone)
    return {
        "@id": None,
        "@type": "Task",
        "id": None,
        "type": stop.kind.upper(),
        "status": "TODO",
        "address": address(stop.place, contact_name=stop.contact_name, phone=stop.phone),
        "after": start,
        "before": end,
        "doneAfter": start,
        "doneBefore": end,
        "comments": stop.note,
        "packages": [],
        "weight": None,
        "tags": [],
        "metadata": {},
    }


def five_digits(line: str) -> str:
    """Our lines have six decimals; the dialect's have five."""
    return str(polyline.encode(polyline.decode(line, 6), 5)) if line else ""


def task_list_id(member: Membership, on: date) -> int:
    """One number for a courier's day, from which both can be read again: nothing is kept for who only looks."""
    return member.pk * DAY_DIGITS + int(f"{on:%Y%m%d}")


def day_card(member: Membership, on: date, found: Sequence[Row], zone: ZoneInfo, changed: datetime) -> Json:
    """A courier's day without its items."""
    key = task_list_id(member, on)
    points = [Point(row.latitude, row.longitude) for row in found if row.latitude is not None and row.longitude is not None]
    metres = int(sum(haversine_m(a, b) for a, b in pairwise(points)))
    return {
        "@id": iri("task_lists", key),
        "@type": "TaskList",
        "id": key,
        "date": on.isoformat(),
        "username": member.person.username,
        "color": colour_of(member.colour),
        "distance": metres,
        "duration": int(metres / SPEED_M_PER_S),
        "polyline": str(polyline.encode([(point.latitude, point.longitude) for point in points], 5)) if points else "",
        "isTempList": False,
        "vehicle": None,
        "trailer": None,
        "createdAt": out(changed, zone),
        "updatedAt": out(changed, zone),
    }


def tour(row: Round, tasks: Sequence[int], zone: ZoneInfo) -> Json:
    """A named round; `items` are links."""
    return {
        "@id": iri("tours", row.pk),
        "@type": "Tour",
        "id": row.pk,
        "name": row.name,
        "date": row.on.isoformat(),
        "color": colour_of(row.colour),
        "items": [iri("tasks", pk) for pk in tasks],
        "tasks": [iri("tasks", pk) for pk in tasks],
        "assignedTo": row.courier.person.username if row.courier else None,
        "startsAt": out(row.starts_at, zone),
        "version": row.version,
        "distance": 0,
        "duration": 0,
        "polyline": "",
        "createdAt": out(row.created_at, zone),
        "updatedAt": out(row.created_at, zone),
    }


def incident(row: Incident, collective: Collective) -> Json:
    """`task` is the link itself: the app compares it with those it holds."""
    data: dict[str, Any] = {
        "@id": iri("incidents", row.pk),
        "@type": "Incident",
        "id": row.pk,
        "title": row.get_reason_display(),
        "description": row.note,
        "status": "OPEN" if row.state == Incident.State.OPEN else "CLOSED",
        "failureReasonCode": row.reason.upper(),
        "task": iri("tasks", row.task_id),
        "createdAt": out(row.reported_at, collective.zone),
        "tags": [],
        "metadata": [],
        "images": [],
    }
    return data
