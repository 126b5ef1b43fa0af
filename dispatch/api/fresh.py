"""A delivery just placed, told from what was written: nothing is read again."""

from collections import defaultdict
from zoneinfo import ZoneInfo

from collectives.api.shapes import Json
from dispatch.api.rows import Neighbours, Parcels, Row, clock_in, parcels_as_told, told
from dispatch.api.shapes import delivery as delivery_shape
from dispatch.models import Leg, Task, TaskStatus
from orders.models import Delivery, Parcel, Stop
from orders.services.desk import Desk


def shaped(delivery: Delivery, zone: ZoneInfo, desk: Desk) -> Json | None:
    """As reading it anew would tell it; None for what was not written a moment ago at this desk, or is not work yet."""
    if delivery.at_hand is None or delivery.partner is None:
        return None
    stops, parcels = delivery.at_hand
    if not all(stop.at_hand for stop in stops):
        return None
    tasks: list[Task] = [stop.at_hand[0] for stop in stops]
    freight, chain, clock = _freight(parcels, desk), _chain([task.pk for task in tasks]), clock_in(zone)
    rows = [_row(delivery, stop, task) for stop, task in zip(stops, tasks, strict=True)]
    return delivery_shape(delivery, [told(row, freight, chain, clock, contacts=True) for row in rows], stops)


def _row(delivery: Delivery, stop: Stop, task: Task) -> Row:
    """To do, in nobody's hands, at the stop's own place."""
    place, partner = stop.place, delivery.partner
    return Row(
        pk=task.pk,
        kind=str(stop.kind),
        leg=Leg.STOP,
        status=TaskStatus.TODO,
        on=task.on,
        round_id=None,
        position=None,
        created_at=task.created_at,
        finished_at=None,
        delivery_id=delivery.pk,
        number=delivery.number,
        delivery_note=delivery.note,
        partner_id=delivery.partner_id,
        partner=partner.name if partner else None,
        window_start=stop.window_start,
        window_end=stop.window_end,
        contact=stop.contact_name,
        phone=stop.phone,
        note=stop.note,
        stop_id=stop.pk,
        place_id=place.pk,
        place_name=place.name,
        street=place.street_address,
        postcode=place.postcode,
        city=place.city,
        place_note=place.note,
        latitude=place.latitude,
        longitude=place.longitude,
        courier=None,
        round_name=None,
        collect_cents=stop.collect_cents,
        doorstep=stop.doorstep,
        has_incidents=False,
    )


def _freight(parcels: list[Parcel], desk: Desk) -> dict[tuple[str, int], Parcels]:
    codes = {pk: kind.short_code for pk, kind in desk.types(parcel.type_id for parcel in parcels if parcel.type_id).items()}
    found = defaultdict(list)
    for parcel in parcels:
        values = (parcel.name, codes.get(parcel.type_id or 0), parcel.quantity, parcel.weight_g, parcel.type_id)
        for key in (("dropoff", parcel.dropoff_id), ("pickup", parcel.delivery_id)):
            found[key].append(values)
    return {key: parcels_as_told(each) for key, each in found.items()}


def _chain(keys: list[int]) -> dict[int, Neighbours]:
    ends = [None, *keys, None]
    return {pk: Neighbours(ends[n], ends[n + 2], n + 1, len(keys)) for n, pk in enumerate(keys)}
