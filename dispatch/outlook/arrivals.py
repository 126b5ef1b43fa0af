"""When a courier would be at each stop, in the order a person gave."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from coopdelivery.places.geometry import Point, haversine_m

SERVICE = timedelta(minutes=3)
DETOUR = 1.35
METRES_PER_SECOND = 14 / 3.6


class Service(NamedTuple):
    """How long people stand at a pickup and at a drop, as the co-op says."""

    pickup: timedelta = SERVICE
    drop: timedelta = SERVICE

    def at(self, *, pickup: bool) -> timedelta:
        return self.pickup if pickup else self.drop


class Call(NamedTuple):
    """One stop on the way. `point` None: nobody knows where it is, and no travel is counted to it.

    `finished_at` is set for what is over; `counts` False (cancelled) is passed by without stopping. `not_before`: a round that
    starts here does not start earlier. `service` is how long people stand there.
    """

    point: Point | None
    window_start: datetime
    window_end: datetime
    finished_at: datetime | None = None
    counts: bool = True
    not_before: datetime | None = None
    service: timedelta = SERVICE


@dataclass(frozen=True, slots=True)
class Pause:
    at: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class Day:
    """`arrivals[i]` belongs to `calls[i]` (None: over or cancelled). `pause_before` is the index of the call the break comes before.

    `ends_at` is when the last stop is done (None: nothing to do). `climb_m` is None unless every part of the way is known.
    """

    arrivals: tuple[datetime | None, ...]
    pause_before: int | None
    ends_at: datetime | None
    distance_m: int
    unknown: int
    climb_m: int | None = None


@lru_cache(maxsize=65_536)
def leg_m(start: Point, end: Point) -> int:
    """Metres by street, estimated from the straight line."""
    return round(haversine_m(start, end) * DETOUR)


class Travel(NamedTuple):
    """Metres and seconds along real streets; `climb_m` None: unknown."""

    distance_m: int
    duration_s: int
    climb_m: int | None


Ways = Mapping[tuple[Point, Point], Travel]


def pairs_of(points: Iterable[Point | None]) -> list[tuple[Point, Point]]:
    """The ways between points in their order; what nobody has located is passed over."""
    known = [point for point in points if point is not None]
    return [(start, end) for start, end in pairwise(known) if start != end]


def _travel(start: Point | None, call: Call, ways: Ways) -> Travel:
    """Along streets where the way is known, else an estimate from the straight line; nothing to where nobody has been located."""
    if start is None or call.point is None or not call.counts or start == call.point:
        return NOWHERE
    found = ways.get((start, call.point))
    if found is not None:
        return found
    metres = leg_m(start, call.point)
    return Travel(metres, round(metres / METRES_PER_SECOND), None)


NOWHERE = Travel(0, 0, 0)


def ride(
    calls: Sequence[Call],
    *,
    start: datetime | None,
    now: datetime | None = None,
    pause: Pause | None = None,
    ways: Ways = MappingProxyType({}),
) -> Day:
    """Ride through the calls from `start`. Waits where it is too early, takes the break when its time has come."""
    here: Point | None = None
    at = max((call.finished_at for call in calls if call.finished_at), default=None)
    at = max((moment for moment in (at, start, now) if moment is not None), default=None)
    pause_left = pause if pause and not (now and now >= pause.at + timedelta(minutes=pause.minutes)) else None
    found: list[datetime | None] = []
    pause_before: int | None = None
    distance_m = unknown = 0
    climbs: list[int | None] = []
    for index, call in enumerate(calls):
        travel = _travel(here, call, ways)
        if call.counts:
            distance_m += travel.distance_m
            climbs.append(travel.climb_m)
            unknown += call.point is None
            here = call.point or here
        if call.finished_at or not call.counts:
            found.append(None)
            continue
        arrival = _arrive(at, travel.duration_s, call)
        if pause_left and arrival >= pause_left.at:
            arrival = max(arrival, pause_left.at) + timedelta(minutes=pause_left.minutes)
            pause_left, pause_before = None, index
        found.append(arrival)
        at = arrival + call.service
    todo = any(found)
    climb = None if None in climbs or not climbs else sum(each or 0 for each in climbs)
    return Day(tuple(found), pause_before, at if todo else None, distance_m, unknown, climb)


def _arrive(at: datetime | None, seconds: int, call: Call) -> datetime:
    if at is None:
        return max(call.window_start, call.not_before) if call.not_before else call.window_start
    ready = max(at, call.not_before) if call.not_before else at
    return max(ready + timedelta(seconds=seconds), call.window_start)
