"""Tasks as the dialect writes them, hundreds at a time: one query for the tasks, one for their parcels, one for their neighbours."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Coalesce

from collectives.api.shapes import Json
from coopdelivery.places.addresses import one_line
from dispatch.models import ALONG, Incident, Leg, Tagged, Task
from orders.models import Parcel


class Row(NamedTuple):
    pk: int
    kind: str
    leg: int
    status: str
    on: date
    round_id: int | None
    position: int | None
    created_at: datetime
    finished_at: datetime | None
    delivery_id: int
    number: str
    delivery_note: str
    partner_id: int | None
    partner: str | None
    window_start: datetime
    window_end: datetime
    contact: str
    phone: str
    note: str
    stop_id: int
    place_id: int
    place_name: str
    street: str
    postcode: str
    city: str
    place_note: str
    latitude: float | None
    longitude: float | None
    courier: str | None
    round_name: str | None
    collect_cents: int
    doorstep: bool
    has_incidents: bool


def _own(field: str) -> Any:
    """The task's own place where it has one (a hub), else the stop's."""
    return Coalesce(f"place__{field}", f"stop__place__{field}")


def _point(field: str) -> Any:
    return Case(When(place=None, then=F(f"stop__place__{field}")), default=F(f"place__{field}"))


COLUMNS = (
    "pk", "kind", "leg", "status", "on", "round_id", "position", "created_at", "finished_at", "delivery_id", "delivery__number",
    "delivery__note", "delivery__partner_id", "delivery__partner__name", Coalesce("opens_at", "stop__window_start"),
    Coalesce("closes_at", "stop__window_end"), Coalesce("place__contact_name", "stop__contact_name"),
    Coalesce("place__phone", "stop__phone"), "stop__note", "stop_id", Coalesce("place_id", "stop__place_id"), _own("name"),
    _own("street_address"), _own("postcode"), _own("city"), _own("note"), _point("latitude"), _point("longitude"),
    "round__courier__person__username", "round__name", "stop__collect_cents", "stop__doorstep",
)  # fmt: skip
ORDER = ("round_id", "position", "stop__window_end", "delivery_id", "stop__position", "pk")


def rows(condition: Q, *, order: Sequence[str] = ORDER) -> list[Row]:
    """In the order of the plan unless another is given."""
    found = Task.objects.filter(condition).annotate(told=Exists(Incident.objects.filter(task=OuterRef("pk")))).order_by(*order)
    return [Row._make(values) for values in found.values_list(*COLUMNS, "told")]


def shaped(found: Sequence[Row], zone: ZoneInfo, *, contacts: bool = True, hubs: bool = True, tags: bool = True) -> list[Json]:
    """The tasks of the rows. Without `contacts` names and telephones are left out: couriers see those of today's stops only.

    Without `hubs` a way through a hub is left out of what comes before and after, and without `tags` the co-op's own words: both are
    no business of who ordered.
    """
    deliveries = {row.delivery_id for row in found}
    parcels = parcels_of(deliveries)
    chain = neighbours(deliveries, hubs=hubs)
    clock = clock_in(zone)
    words = tags_told(deliveries) if tags else {}
    return [told(row, parcels, chain, clock, contacts=contacts, tags=words.get(row.delivery_id, ())) for row in found]


def tag_card(pk: int, slug: str, name: str, colour: int) -> Json:
    return {"@id": f"/api/tags/{pk}", "@type": "Tag", "id": pk, "name": name, "slug": slug, "color": colour_of(colour)}


def tags_told(deliveries: Iterable[int]) -> dict[int, list[Json]]:
    """By delivery, in the order of their names; those without any are left out."""
    found: dict[int, list[Json]] = defaultdict(list)
    rows = Tagged.objects.filter(delivery__in=list(deliveries)).order_by("tag__name")
    for delivery_id, pk, slug, name, colour in rows.values_list("delivery_id", "tag_id", "tag__slug", "tag__name", "tag__colour"):
        found[delivery_id].append(tag_card(pk, slug, name, colour))
    return found


COLOURS = ("#2B459F", "#B0413E", "#2F7D4F", "#8A5A00", "#7A3B8F", "#00788A", "#A33B6F", "#4D6A1F", "#5B5B6B")


def colour_of(number: int) -> str:
    return COLOURS[(number - 1) % len(COLOURS)]


class Neighbours(NamedTuple):
    previous: int | None
    next: int | None
    position: int
    of: int


def neighbours(deliveries: Iterable[int], *, hubs: bool = True) -> dict[int, Neighbours]:
    """For each task the one before and after it in its delivery, its number there and how many there are."""
    chains: dict[int, list[int]] = defaultdict(list)
    found = Task.objects.filter(delivery__in=list(deliveries)).order_by("delivery_id", *ALONG)
    found = found if hubs else found.filter(leg=Leg.STOP)
    for pk, delivery_id in found.values_list("pk", "delivery_id"):
        chains[delivery_id].append(pk)
    return {
        pk: Neighbours(chain[n - 1] if n else None, chain[n + 1] if n + 1 < len(chain) else None, n + 1, len(chain))
        for chain in chains.values()
        for n, pk in enumerate(chain)
    }


class Parcels(NamedTuple):
    packages: list[Json]
    weight_g: int | None


def parcels_of(deliveries: Iterable[int]) -> dict[tuple[str, int], Parcels]:
    """What is unloaded at each drop (`("dropoff", stop)`) and taken at each pickup (`("pickup", delivery)`)."""
    found: dict[tuple[str, int], list[tuple[str, str | None, int, int | None, int | None]]] = defaultdict(list)
    columns = ("delivery_id", "dropoff_id", "name", "type__short_code", "quantity", "weight_g", "type_id")
    for delivery_id, stop_id, *rest in Parcel.objects.filter(delivery__in=list(deliveries)).order_by("pk").values_list(*columns):
        for key in (("dropoff", stop_id), ("pickup", delivery_id)):
            found[key].append(tuple(rest))
    return {key: parcels_as_told(each) for key, each in found.items()}


def parcels_as_told(each: list[tuple[str, str | None, int, int | None, int | None]]) -> Parcels:
    """Name, short code, pieces, grams together, kind."""
    weights = [weight for *_rest, weight, _type in each]
    known = [weight for weight in weights if weight is not None]
    packages: list[Json] = [
        {
            "type": name,
            "name": name,
            "short_code": code or name[:2].upper(),
            "quantity": quantity,
            "volume_per_package": 1,
            "package": f"/api/packages/{kind}" if kind else None,
            "labels": [],
        }
        for name, code, quantity, _weight, kind in each
    ]
    return Parcels(packages, sum(known) if len(known) == len(weights) else None)


def clock_in(zone: ZoneInfo) -> Callable[[datetime], str]:
    """ISO 8601 with the zone's offset and no fraction; many tasks share their windows, so each instant is written once."""
    return cache(lambda instant: instant.astimezone(zone).isoformat(timespec="seconds"))


NOTHING = Parcels([], None)


def told(
    row: Row,
    parcels: dict[tuple[str, int], Parcels],
    chain: dict[int, Neighbours],
    clock: Callable[[datetime], str],
    *,
    contacts: bool,
    tags: Sequence[Json] = (),
) -> Json:
    """One of them."""
    after, before = clock(row.window_start), clock(row.window_end)
    freight = parcels.get(("pickup", row.delivery_id) if row.kind == "pickup" and not row.leg else ("dropoff", row.stop_id), NOTHING)
    place = chain[row.pk]
    notes = [note for note in (row.note, row.delivery_note) if note]
    return {
        "@id": f"/api/tasks/{row.pk}",
        "@type": "Task",
        "id": row.pk,
        "type": row.kind.upper(),
        "status": row.status.upper(),
        "address": _address(row, contacts=contacts),
        "after": after,
        "before": before,
        "doneAfter": after,
        "doneBefore": before,
        "comments": "\n".join(notes),
        "weight": freight.weight_g,
        "packages": freight.packages,
        "barcode": {"barcode": None, "label": {}, "packages": []},
        "createdAt": clock(row.created_at),
        "updatedAt": clock(row.finished_at or row.created_at),
        "tags": list(tags),
        "metadata": _metadata(row, place),
        "orgName": row.partner or "",
        "previous": f"/api/tasks/{place.previous}" if place.previous else None,
        "next": f"/api/tasks/{place.next}" if place.next else None,
        "group": None,
        "hasIncidents": row.has_incidents,
        "isAssigned": row.courier is not None,
        "assignedTo": row.courier,
        "tour": f"/api/tours/{row.round_id}" if row.round_name else None,
        "position": row.position,
        "doorstep": row.doorstep and not row.leg,
        "images": [],
        "incidents": [],
    }


def _metadata(row: Row, place: Neighbours) -> Json:
    """Always an object; `store` and the order's number when a partner ordered, what to take in cash at the door, in cents."""
    data: dict[str, Any] = {"order_number": row.number, "delivery_position": place.position}
    if row.partner_id:
        data["store"] = f"/api/stores/{row.partner_id}"
    if row.collect_cents and not row.leg:
        data |= {"payment_method": "CASH_ON_DELIVERY", "order_total": row.collect_cents}
    return data


@lru_cache(4096)
def _line(street: str, postcode: str, city: str) -> str:
    return one_line(street, postcode, city)


def _address(row: Row, *, contacts: bool) -> Json:
    contact = row.contact if contacts else ""
    first, _space, last = contact.partition(" ")
    return {
        "@id": f"/api/addresses/{row.place_id}",
        "@type": "http://schema.org/Place",
        "id": row.place_id,
        "geo": {"@type": "GeoCoordinates", "latitude": row.latitude or 0.0, "longitude": row.longitude or 0.0},
        "streetAddress": _line(row.street, row.postcode, row.city),
        "telephone": (row.phone if contacts else "") or None,
        "name": row.place_name or (row.partner if row.kind == "pickup" and not row.leg else None) or None,
        "contactName": contact or None,
        "firstName": first or None,
        "lastName": last or None,
        "description": row.place_note or None,
        "provider": None,
    }
