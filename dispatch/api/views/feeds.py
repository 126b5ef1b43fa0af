"""What others read at their own pace: the feed of events, calendars, exports."""

import csv
import io
from collections.abc import Sequence
from datetime import date

import polyline
from django.conf import settings
from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from collectives.api.dates import day_of, out
from collectives.api.endpoint import Answer, Call, Endpoint, Rule
from collectives.api.errors import ApiError, invalid, not_found
from collectives.api.shapes import Json, collection, iri
from collectives.models import Membership
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.journal.tail import position
from coopdelivery.kit.refs import BadLink, sign, unsign
from dispatch.api.rows import Row, rows
from dispatch.api.shapes import STOPS
from dispatch.api.views.planning import tour_for
from dispatch.calendars import calendar_of
from dispatch.models import Leg
from orders.api.seen import deliveries_of, one
from orders.models import Delivery

READS = frozenset({"deliveries", "tasks", "tasks:all", "orders:all"})
SCANNED = 1000
A_PAGE = 100
CALENDAR = "calendar"
HEADERS = ("id", "number", "type", "status", "after", "before", "address", "name", "courier", "latitude", "longitude")


class Events(Endpoint):
    """What happened to the caller's deliveries, in order, after an event's number. `hydra:next` goes on where this page ends.

    The newest ten seconds are left out, so that nothing written at the same time is ever missed.
    """

    rules = {"GET": Rule("deliveries.view", READS, summary="What happened, in order", answers="Event", query=("after",))}

    def get(self, call: Call) -> Answer:
        after = _number(call.query.get("after", "0"))
        wanted = {"collective_id": call.collective.pk, "name__startswith": "delivery.", "pk__gt": after, "pk__lte": position()}
        found = list(Event.objects.filter(**wanted).order_by("pk")[:SCANNED])
        visible = deliveries_of(call.caller).filter(ref__in={event.subject for event in found})
        keys = {str(ref): pk for ref, pk in visible.values_list("ref", "pk")}
        told = [event for event in found if event.subject in keys][:A_PAGE]
        last = told[-1].pk if len(told) == A_PAGE else found[-1].pk if found else after
        view: Json = {
            "@id": call.request.get_full_path(),
            "@type": "hydra:PartialCollectionView",
            "hydra:next": f"/api/events?after={last}",
        }
        members = [_event(event, keys[event.subject], call) for event in told]
        return Answer(collection("/api/events", members, view=view), context="Event")


def _event(event: Event, pk: int, call: Call) -> Json:
    data: Json = {"@id": iri("events", event.pk), "@type": "Event", "id": event.pk, "name": event.name}
    return {**data, "object": iri("deliveries", pk), "createdAt": out(event.at, call.collective.zone)}


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise invalid("after", _("Write the number of an event."), "bad_number")
    return int(text)


class MyCalendar(Endpoint):
    """The address of one's own calendar of rounds and shifts; whoever has it can read it, until the person leaves."""

    rules = {"GET": Rule("collective.view", summary="The address of my calendar")}

    def get(self, call: Call) -> Answer:
        membership = call.caller.membership
        if membership is None:
            raise ApiError(403, _("Only a person does this: sign in as a member of the co-op."))
        token = sign(f"{membership.collective_id}_{membership.ref}", purpose=CALENDAR)
        return Answer({"url": settings.BASE_URL + reverse("api:calendar", kwargs={"token": token})})


class Calendar(Endpoint):
    open_because = "calendar programs cannot sign in: the signed link says whose rounds and shifts they are"
    rules = {"GET": Rule("", summary="Rounds and shifts as iCalendar")}

    def get(self, call: Call, token: str) -> HttpResponse:
        member = _member(token)
        if member is None:
            raise not_found()
        collective = member.collective
        with acting_for(collective), timezone.override(collective.zone), translation.override(member.person.language):
            content = calendar_of(member, collective)
        return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers={"Cache-Control": "private, max-age=300"})


def _member(token: str) -> Membership | None:
    try:
        pk, ref = unsign(token, purpose=CALENDAR).split("_")
    except (BadLink, ValueError):
        return None
    with acting_for(int(pk)):
        return Membership.objects.select_related("person", "collective").filter(ref=ref, is_active=True).first()


class TasksCsv(Endpoint):
    """The tasks of a day as a table."""

    rules = {"GET": Rule("board.view", frozenset({"tasks:all"}), summary="A day as CSV", query=("date",))}

    def get(self, call: Call) -> HttpResponse:
        return table(rows(Q(on=_day(call))), call)


class DeliveriesCsv(Endpoint):
    """The stops of the caller's deliveries of a day as a table, one line for each."""

    rules = {"GET": Rule("deliveries.view", READS, summary="Deliveries of a day as CSV", query=("date",))}

    def get(self, call: Call) -> HttpResponse:
        mine = deliveries_of(call.caller).order_by().values("pk")
        return table(rows(Q(on=_day(call), leg=Leg.STOP, delivery__in=mine), order=STOPS), call)


class TourCsv(Endpoint):
    """The tasks of a tour as a table, in its order."""

    rules = {"GET": Rule("board.view", frozenset({"tasks:all"}), summary="A tour as CSV")}

    def get(self, call: Call, pk: int) -> HttpResponse:
        return table(rows(Q(round=tour_for(pk))), call)


def _day(call: Call) -> date:
    text = call.query.get("date", "")
    return day_of(text, "date") if text else call.collective.today()


def table(found: Sequence[Row], call: Call) -> HttpResponse:
    """As a spreadsheet reads it, times in the collective's zone."""
    zone, sheet = call.collective.zone, io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(HEADERS)
    for row in found:
        cells = (row.pk, row.number, row.kind, row.status, out(row.window_start, zone), out(row.window_end, zone), row.street)
        writer.writerow([_safe(cell) for cell in (*cells, row.contact, row.courier or "", row.latitude, row.longitude)])
    return HttpResponse(sheet.getvalue(), content_type="text/csv; charset=utf-8", headers={"Cache-Control": "no-store"})


def _safe(cell: object) -> object:
    """A spreadsheet would run a text that begins like a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and not cell[1:2].isdigit() else cell


class TourGeoJson(Endpoint):
    rules = {"GET": Rule("board.view", frozenset({"tasks:all"}), summary="A tour as GeoJSON")}

    def get(self, call: Call, pk: int) -> HttpResponse | Answer:
        found = [row for row in rows(Q(round=tour_for(pk))) if row.latitude is not None and row.longitude is not None]
        points = [_feature("Point", [row.longitude, row.latitude], id=row.pk, type=row.kind, number=row.number) for row in found]
        line = [_feature("LineString", [[row.longitude, row.latitude] for row in found])] if len(found) > 1 else []
        return Answer({"type": "FeatureCollection", "features": points + line})


class DeliveryGeoJson(Endpoint):
    rules = {"GET": Rule("deliveries.view", READS, summary="A delivery as GeoJSON")}

    def get(self, call: Call, pk: int) -> Answer:
        delivery: Delivery = one(deliveries_of(call.caller).prefetch_related("stops__place"), pk)
        places = [(stop.kind, stop.place) for stop in delivery.stops.all() if stop.place.point]
        points = [_feature("Point", [place.longitude, place.latitude], type=kind, name=str(place)) for kind, place in places]
        way = [[lng, lat] for lat, lng in polyline.decode(delivery.line, 6)] if delivery.line else []
        line = [_feature("LineString", way, distance=delivery.distance_m)] if way else []
        return Answer({"type": "FeatureCollection", "features": points + line})


def _feature(kind: str, coordinates: object, **properties: object) -> Json:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}
