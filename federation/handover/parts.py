"""What goes with a hand-over: stop by stop for who has it, and only so much for who is asked that one can decide."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.utils.translation import gettext as _

from collectives.tenancy import acting_for
from coopdelivery.places.geometry import haversine_m
from coopdelivery.places.models import Place
from dispatch.models import Leg, Task, TaskKind
from federation.models import HandedTask, Handover
from orders.models import Parcel
from orders.proof_rules import DROP, REQUIRED

PROOFS = ("photo", "name", "signature", "code", "scan")


@dataclass(frozen=True, slots=True)
class Part:
    """One stop of the receiver's way: where it takes over first, then the drops. `handed` is the giver's work that it does."""

    pickup: bool
    place: Place
    opens_at: datetime
    closes_at: datetime
    contact_name: str
    phone: str
    note: str
    doorstep: bool
    parcels: Sequence[Parcel]
    handed: Sequence[HandedTask]


@dataclass(frozen=True, slots=True)
class Rough:
    """A stop as it is shown before anybody agreed: the area, never the door."""

    pickup: bool
    area: str
    opens_at: datetime
    closes_at: datetime
    pieces: int
    weight_g: int
    unweighed: int
    volume_l: int
    doorstep: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """What is needed to decide: no name, no telephone, no street, no note of the sender's."""

    parts: Sequence[Rough]
    distance_km: int | None
    proofs: Sequence[str]

    @property
    def pieces(self) -> int:
        return sum(part.pieces for part in self.parts)

    @property
    def weight_g(self) -> int:
        return sum(part.weight_g for part in self.parts)

    @property
    def unweighed(self) -> int:
        return sum(part.unweighed for part in self.parts)

    @property
    def volume_l(self) -> int:
        return sum(part.volume_l for part in self.parts)


def parts_of(handover: Handover) -> list[Part]:
    """As the giver has them now."""
    with acting_for(handover.giver_id):
        rows = HandedTask.objects.filter(handover=handover).select_related("task__stop__place", "task__place")
        handed = list(rows.order_by("task__stop__position", "id"))
        parcels = list(Parcel.objects.filter(dropoff__in=[row.task.stop_id for row in handed]).order_by("pk"))
    pickups = [row for row in handed if row.task.kind == TaskKind.PICKUP]
    drops = [row for row in handed if row.task.kind == TaskKind.DROPOFF]
    points = [_point(handover, pickups)] if handover.place_id else [_point(handover, [row]) for row in pickups]
    return [*points, *(_drop(row, [each for each in parcels if each.dropoff_id == row.task.stop_id]) for row in drops)]


def outline_of(handover: Handover) -> Outline:
    """What the co-op that is asked may know. Its own hub the giver names; every other place is an area."""
    parts = parts_of(handover)
    rough = [
        Rough(
            pickup=part.pickup,
            area=part.place.one_line if part.pickup and handover.place_id else area_of(part.place),
            opens_at=part.opens_at,
            closes_at=part.closes_at,
            pieces=sum(parcel.quantity for parcel in part.parcels),
            weight_g=sum(parcel.weight_g or 0 for parcel in part.parcels),
            unweighed=sum(parcel.quantity for parcel in part.parcels if parcel.weight_g is None),
            volume_l=sum(parcel.volume_l or 0 for parcel in part.parcels),
            doorstep=part.doorstep,
        )
        for part in parts
    ]
    return Outline(rough, _distance_km(part.place for part in parts), proofs_asked(handover))


def area_of(place: Place) -> str:
    """Postcode and town; without them, a point rounded to about a kilometre."""
    words = " ".join(word for word in (place.postcode, place.city) if word)
    if words or place.point is None:
        return words or _("not on the map yet")
    return _("around %(latitude).2f, %(longitude).2f") % {"latitude": place.point.latitude, "longitude": place.point.longitude}


def proofs_asked(handover: Handover) -> list[str]:
    """What the sender always wants to see at a drop."""
    words = {"photo": _("photo"), "name": _("name"), "signature": _("signature"), "code": _("code"), "scan": _("scan")}
    with acting_for(handover.giver_id):
        partner = handover.delivery.partner
    return [words[kind] for kind in PROOFS if partner is not None and partner.asks(DROP, kind) == REQUIRED]


def _point(handover: Handover, pickups: Sequence[HandedTask]) -> Part:
    """Where the receiver takes over: a hub of the giver's, with its people to call; or the sender's own place."""
    tasks = [row.task for row in pickups]
    stop, at_hub = tasks[0].stop, tasks[0].leg == Leg.FROM_HUB
    giver = handover.giver
    return Part(
        pickup=True,
        place=tasks[0].location,
        opens_at=min(task.window_start for task in tasks),
        closes_at=max(task.window_end for task in tasks),
        contact_name=giver.name if at_hub else stop.contact_name,
        phone=giver.phone if at_hub else stop.phone,
        note="" if at_hub else stop.note,
        doorstep=False,
        parcels=(),
        handed=pickups,
    )


def _drop(row: HandedTask, parcels: Sequence[Parcel]) -> Part:
    task: Task = row.task
    stop = task.stop
    return Part(
        pickup=False,
        place=task.location,
        opens_at=task.window_start,
        closes_at=task.window_end,
        contact_name=stop.contact_name,
        phone=stop.phone,
        note="\n".join(text for text in (stop.note, _if_absent(task)) if text),
        doorstep=stop.doorstep,
        parcels=parcels,
        handed=[row],
    )


def _if_absent(task: Task) -> str:
    stop = task.stop
    if not stop.if_absent:
        return ""
    said = _("If nobody is there: %(choice)s") % {"choice": stop.get_if_absent_display()}
    return f"{said}, {stop.if_absent_note}" if stop.if_absent_note else said


def _distance_km(places: Iterable[Place]) -> int | None:
    """As the crow flies through the stops, in whole kilometres; None when one is not on the map."""
    points = [place.point for place in places]
    if None in points:
        return None
    metres = sum(haversine_m(one, other) for one, other in pairwise(points) if one and other)
    return max(1, round(metres / 1000))
