"""Questions about the work of a day. Rows are plain tuples shaped by one query each, because the board asks for hundreds."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce

from collectives.models import Collective, Shift
from coopdelivery.kit.prepared import Prepared
from coopdelivery.kit.windows import day_bounds
from coopdelivery.places import legs
from coopdelivery.places.geometry import Point
from dispatch.models import Leg, Round, Task, TaskKind, TaskStatus
from dispatch.outlook.arrivals import Call, Day, Pause, Service, Travel, Ways, pairs_of, ride
from dispatch.outlook.load import Freight, Load, carry
from orders.models import Parcel

SEEN_WITHIN = timedelta(minutes=3)
FAR = datetime.max.replace(tzinfo=UTC)
LIVE = frozenset({TaskStatus.TODO, TaskStatus.DOING})


class Row(NamedTuple):
    """A task with what every screen shows of it."""

    pk: int
    ref: UUID
    kind: str
    status: str
    leg: int
    attempt: int
    on: date
    round_id: int | None
    position: int | None
    started_at: datetime | None
    finished_at: datetime | None
    received_at: datetime | None
    seen_at: datetime | None
    sent_at: datetime | None
    delivery_id: int
    number: str
    delivery_note: str
    partner: str | None
    stop_id: int
    window_start: datetime
    window_end: datetime
    contact: str
    phone: str
    note: str
    place_name: str
    street: str
    place_note: str
    latitude: float | None
    longitude: float | None
    to_check: bool

    @property
    def is_pickup(self) -> bool:
        return self.kind == TaskKind.PICKUP

    @property
    def at_hub(self) -> bool:
        return self.leg != Leg.STOP

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    def is_overdue(self, now: datetime) -> bool:
        """Sent to a courier's day more than three minutes ago, and their phone has not shown it to anybody."""
        return self.is_live and self.seen_at is None and self.sent_at is not None and now - self.sent_at > SEEN_WITHIN

    @property
    def where(self) -> str:
        """What people call the stop: the partner's or the place's own name, else the street."""
        return self.place_name or (self.partner if self.is_pickup and self.partner and not self.at_hub else "") or self.street

    @property
    def point(self) -> Point | None:
        return None if self.latitude is None or self.longitude is None else Point(self.latitude, self.longitude)

    @property
    def notes(self) -> list[str]:
        """What somebody wrote for whoever stands there."""
        return [text for text in (self.note, self.delivery_note, self.place_note) if text]

    @property
    def has_note(self) -> bool:
        return bool(self.note or self.place_note or self.delivery_note)


def _own(field: str) -> Any:
    """The task's own place where it has one (a hub), else the stop's."""
    return Coalesce(f"place__{field}", f"stop__place__{field}")


def _point(field: str) -> Any:
    return Case(When(place=None, then=F(f"stop__place__{field}")), default=F(f"place__{field}"))


COLUMNS = (
    "pk", "ref", "kind", "status", "leg", "attempt", "on", "round_id", "position", "started_at", "finished_at", "received_at", "seen_at",
    "sent_at",
    "delivery_id", "delivery__number", "delivery__note", "delivery__partner__name", "stop_id",
    Coalesce("opens_at", "stop__window_start"), Coalesce("closes_at", "stop__window_end"),
    Coalesce("place__contact_name", "stop__contact_name"), Coalesce("place__phone", "stop__phone"), "stop__note",
    _own("name"), _own("street_address"), _own("note"), _point("latitude"), _point("longitude"), _own("to_check"),
)  # fmt: skip


def rows_asked(condition: Q) -> QuerySet[Any, Any]:
    """In the order of the plan: by round and position; what nobody has, by the end of its promise."""
    found = Task.objects.filter(condition).order_by("round_id", "position", "stop__window_end", "delivery_id", "stop__position", "pk")
    return found.values_list(*COLUMNS)


def rows(condition: Q) -> list[Row]:
    return [Row._make(values) for values in rows_asked(condition)]


def rounds_of_day(on: date) -> list[Round]:
    return ordered(Round.objects.filter(on=on).select_related("vehicle", "trailer"))


def ordered(rounds: QuerySet[Round]) -> list[Round]:
    """A courier's day, round after round: by the hour a round starts, else by its first promise. The same on every screen.

    It follows from what people planned alone, and does not change while stops are being done.
    """
    first = Task.objects.filter(round=OuterRef("pk")).order_by("stop__window_start").values("stop__window_start")[:1]
    found: Any = rounds.annotate(first_promise=Subquery(first))
    return in_order(found, {row.pk: row.first_promise for row in found})


def in_order(rounds: Iterable[Round], first_promises: Mapping[int, datetime | None]) -> list[Round]:
    """As `ordered`, when the first promise of each round is known already."""
    return sorted(rounds, key=lambda row: (row.starts_at or first_promises.get(row.pk) or FAR, bool(row.name), row.pk))


def road_shifts(on: date, zone: Any) -> list[Shift]:
    """Who is on the road that day, in the order in which people joined; one person may have two shifts."""
    start, end = day_bounds(on, zone)
    shifts = Shift.objects.filter(kind=Shift.Kind.ROAD, starts_at__lt=end, ends_at__gt=start)
    return list(shifts.select_related("membership__person").order_by("membership__joined_at", "membership_id", "starts_at"))


class Weights(NamedTuple):
    weight_g: int = 0
    volume_l: int = 0
    unknown: int = 0
    pieces: int = 0

    def plus(self, other: "Weights") -> "Weights":
        return Weights._make(a + b for a, b in zip(self, other, strict=True))


NOTHING = Weights()


def weights_of(delivery_ids: Iterable[int]) -> tuple[dict[int, Weights], dict[int, Weights]]:
    """What each drop unloads (by stop) and each delivery weighs in all. A parcel without weight is unknown, never nothing."""
    drops: dict[int, Weights] = {}
    wholes: dict[int, Weights] = {}
    for stop_id, delivery_id, grams, litres, unknown, pieces in _SUMS(set(delivery_ids)):
        drop = drops[stop_id] = Weights(grams or 0, litres or 0, unknown or 0, pieces or 0)
        wholes[delivery_id] = wholes[delivery_id].plus(drop) if delivery_id in wholes else drop
    return drops, wholes


def _sums(delivery_ids: list[int]) -> QuerySet[Any, Any]:
    found = Parcel.objects.filter(delivery_id__in=delivery_ids).values_list("dropoff_id", "delivery_id").order_by()
    return found.annotate(
        grams=Sum("weight_g"),
        litres=Sum("volume_l"),
        unknown=Sum("quantity", filter=Q(weight_g=None)),
        pieces=Sum("quantity"),
    )


_SUMS = Prepared(_sums, list)


@dataclass(frozen=True, slots=True)
class Freights:
    """The weights of a day's deliveries, asked for once."""

    drops: Mapping[int, Weights]
    wholes: Mapping[int, Weights]

    def of(self, row: Row) -> Weights:
        whole = row.is_pickup and not row.at_hub
        return self.wholes.get(row.delivery_id, NOTHING) if whole else self.drops.get(row.stop_id, NOTHING)

    def freight(self, row: Row, source: Hashable) -> Freight:
        """`source` is what ties a drop to the pickup before it: see `sources_of`."""
        found = self.of(row)
        over = row.status == TaskStatus.DONE
        counts = over or row.status in LIVE
        return Freight(source, row.is_pickup, found.weight_g, found.volume_l, found.unknown, over=over, counts=counts)


def freights_of(found: Iterable[Row]) -> Freights:
    return Freights(*weights_of(row.delivery_id for row in found))


def load_of(found: Sequence[Row], freights: Freights) -> Load:
    return carry([freights.freight(row, source) for row, source in zip(found, sources_of(found), strict=True)])


def sources_of(found: Sequence[Row]) -> list[Hashable]:
    """For each row what its parcels come from: the delivery's pickup, or the hub when the list holds the way on from there.

    A pickup and the drops that need it have the same source.
    """
    onward = {row.stop_id for row in found if row.leg == Leg.FROM_HUB}
    return [("hub", row.stop_id) if row.stop_id in onward and row.leg != Leg.TO_HUB else row.delivery_id for row in found]


def ways_of(lists: Iterable[Sequence[Row]]) -> Ways:
    """The ways through these lists that a router has answered before; asked for once for a whole board."""
    found = legs.known(pair for rows in lists for pair in pairs_of(row.point for row in rows if row.status != TaskStatus.CANCELLED))
    return {pair: Travel(*way) for pair, way in found.items()}


def service_of(collective: Collective) -> Service:
    """How long its people stand at a pickup and at a drop."""
    return Service(timedelta(minutes=collective.pickup_minutes), timedelta(minutes=collective.drop_minutes))


def day_of(
    found: Sequence[Row], rounds: Mapping[int, Round], shifts: Sequence[Shift], now: datetime | None, ways: Ways, service: Service
) -> Day:
    """The arrivals of one courier's rows, which are in order."""
    calls: list[Call] = []
    begun: set[int | None] = set()
    for row in found:
        owner = rounds.get(row.round_id) if row.round_id is not None else None
        not_before = owner.starts_at if owner is not None and row.round_id not in begun else None
        begun.add(row.round_id)
        counts = row.status != TaskStatus.CANCELLED
        calls.append(
            Call(row.point, row.window_start, row.window_end, row.finished_at, counts, not_before, service.at(pickup=row.is_pickup))
        )
    start = min((shift.starts_at for shift in shifts), default=None)
    return ride(calls, start=start, now=now, pause=_pause(shifts), ways=ways)


def _pause(shifts: Sequence[Shift]) -> Pause | None:
    return next((Pause(shift.break_at, shift.break_minutes) for shift in shifts if shift.break_at and shift.break_minutes), None)
