"""One courier's day on paper: which runs, in which order, at which doors, about when. Nothing is written to the database here but places.

The windows that shops were promised are made from it, so that most promises can be kept; a few are tight on purpose.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from coopdelivery.places.geometry import Point, haversine_m
from coopdelivery.places.models import Place
from dispatch.outlook.arrivals import METRES_PER_SECOND, SERVICE, leg_m
from federation.demo.building import found
from federation.demo.doors import Door
from federation.demo.home import Home

PICKUP_LASTS = timedelta(minutes=60)
PROMISE_LASTS = timedelta(minutes=120)
KNOWN_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Run:
    """A delivery to be: of which shop, to how many doors. `fate` is what becomes of its last drop, when it is not simply done."""

    shop: str
    drops: int = 1
    fate: str = ""  # "incident" (undecided), "retry" (to be tried again), "never" (nobody got there), "unpaid" (waits for a card)


@dataclass(frozen=True, slots=True)
class Lane:
    """`courier` by sign-in ("" is nobody yet); loose stops unless `round` names one. `gather`: all pickups first, then all drops.

    `starts` and `ends` are the shift, `late` how far the courier is behind, `tight` how many drops still to come are promised too early.
    """

    courier: str
    runs: tuple[Run, ...]
    starts: datetime
    ends: datetime
    round: str = ""
    bike: str = ""
    trailer: str = ""
    gather: bool = False
    late: timedelta = timedelta()
    tight: int = 0


@dataclass(slots=True)
class Visit:
    """A stop as the courier will see it. `window` is the promise; `task` is known once the delivery is placed."""

    place: Place
    door: Door | None
    book_ref: UUID | None
    departs: datetime
    arrives: datetime
    window: tuple[datetime, datetime]
    kind: str = "dropoff"
    task: UUID | None = None

    @property
    def leaves(self) -> datetime:
        return self.arrives + SERVICE


@dataclass(slots=True)
class Trip:
    """One run with its visits: pickup, then drops in the order of riding."""

    run: Run
    pickup: Visit
    drops: list[Visit] = field(default_factory=list)

    @property
    def visits(self) -> list[Visit]:
        return [self.pickup, *self.drops]


@dataclass(frozen=True, slots=True)
class Ridden:
    """The trips in the order they begin, and all visits in the order of riding."""

    trips: list[Trip]
    visits: list[Visit]


def waiting(home: Home, run: Run, *, starts: datetime, ends: datetime, last_start: datetime) -> Trip:
    """A run that nobody rides yet, promised between the two."""
    trip = _trip(home, run, starts)
    trip.drops = _nearest_first(trip.drops, trip.pickup.place.point)
    begins = min(floor(starts, 15), last_start)
    trip.pickup.window = (begins, begins + PICKUP_LASTS)
    for drop in trip.drops:
        drop.window = (begins, max(min(ceil(ends, 5), last_start + PROMISE_LASTS), begins + PICKUP_LASTS))
    return trip


def draw(home: Home, lane: Lane, *, last_start: datetime) -> Ridden:
    """The lane's day. No promise begins after `last_start`: it would belong to the next day's board."""
    trips = [_trip(home, run, lane.starts) for run in lane.runs]
    order = _gathered(trips) if lane.gather else [visit for trip in trips for visit in _in_riding_order(trip)]
    _time(order, trips, lane)
    for trip in trips:
        _promise(trip, last_start)
    return Ridden(trips, order)


def tighten(lane: Lane, ridden: Ridden, now: datetime) -> None:
    """Promise `lane.tight` of the drops to come a little too early for the courier, who is late: the first one's time is over."""
    ahead = [(trip, drop) for trip in ridden.trips for drop in trip.drops if drop.leaves + lane.late > now]
    for number, (trip, drop) in enumerate(ahead[: lane.tight]):
        ends = now - timedelta(minutes=6) if number == 0 and lane.tight > 1 else drop.arrives + lane.late - timedelta(minutes=9)
        begins = max(trip.pickup.window[0], floor(ends, 15) - timedelta(minutes=75))
        if ends - begins > timedelta(minutes=20):
            drop.window = (begins, floor(ends, 5))


def _trip(home: Home, run: Run, moment: datetime) -> Trip:
    partner = home.partners[run.shop]
    nowhere = (moment, moment)
    pickup = Visit(partner.place, None, None, moment, moment, nowhere, kind="pickup")
    return Trip(run, pickup, [_drop(home, run.shop, moment) for _ in range(run.drops)])


def _drop(home: Home, shop: str, moment: datetime) -> Visit:
    book = home.books[shop]
    if book and home.random.random() < KNOWN_SHARE:
        entry = home.random.choice(book)
        return Visit(entry.place, None, entry.ref, moment, moment, (moment, moment))
    door = home.door()
    return Visit(found(home, door.address), door, None, moment, moment, (moment, moment))


def _in_riding_order(trip: Trip) -> list[Visit]:
    trip.drops = _nearest_first(trip.drops, trip.pickup.place.point)
    return trip.visits


def _gathered(trips: Sequence[Trip]) -> list[Visit]:
    """Loaded once, then one way through all doors; each trip's drops keep that order."""
    way = _nearest_first([drop for trip in trips for drop in trip.drops], trips[-1].pickup.place.point)
    rank = {id(visit): number for number, visit in enumerate(way)}
    for trip in trips:
        trip.drops.sort(key=lambda visit: rank[id(visit)])
    return [*(trip.pickup for trip in trips), *way]


def _nearest_first(visits: Sequence[Visit], start: Point | None) -> list[Visit]:
    left, way, here = list(visits), [], start
    while left:
        origin = here
        following = min(left, key=lambda visit: _apart(origin, visit.place.point))
        left.remove(following)
        way.append(following)
        here = following.place.point or here
    return way


def _apart(one: Point | None, other: Point | None) -> float:
    return haversine_m(one, other) if one and other else 0.0


def _time(order: Sequence[Visit], trips: Sequence[Trip], lane: Lane) -> None:
    """Arrivals from the start of the shift to its end, with the idle time spread evenly before the pickups."""
    needed = sum((_ride(one, other) + SERVICE for one, other in pairwise(order)), SERVICE)
    idle = max(timedelta(), lane.ends - lane.starts - timedelta(minutes=25) - needed) / max(1, len(order))
    at, here = lane.starts + timedelta(minutes=8), order[0]
    for visit in order:
        visit.departs = at + idle
        visit.arrives = at = visit.departs + _ride(here, visit)
        at, here = visit.leaves, visit


def _ride(one: Visit, other: Visit) -> timedelta:
    if one.place.point is None or other.place.point is None:
        return timedelta(minutes=4)
    return timedelta(seconds=leg_m(one.place.point, other.place.point) / METRES_PER_SECOND)


def _promise(trip: Trip, last_start: datetime) -> None:
    start = min(floor(trip.pickup.arrives, 60), last_start)
    trip.pickup.window = (start, start + PICKUP_LASTS)
    for drop in trip.drops:
        begins = min(max(floor(drop.arrives - timedelta(minutes=20), 60), start), last_start)
        drop.window = (begins, begins + PROMISE_LASTS)


def floor(moment: datetime, minutes: int) -> datetime:
    """The last round quarter, half or whole hour."""
    return moment.replace(minute=moment.minute // minutes * minutes, second=0, microsecond=0)


def ceil(moment: datetime, minutes: int) -> datetime:
    return floor(moment, minutes) + timedelta(minutes=minutes)
