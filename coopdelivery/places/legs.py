"""Travel between two points, asked once and remembered: plans are reckoned again at every drag, and never wait for a router.

`known` answers from memory and the database; `learn` asks the router, outside every transaction. What no router has answered is
missing, and the caller estimates it.
"""

import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from coopdelivery.places import routing
from coopdelivery.places.geometry import Point
from coopdelivery.places.models import TravelLeg

MOST_REMEMBERED = 200_000
ASK_AGAIN_S = 20.0
MOST_AT_ONCE = 400
DIGITS = 5  # about a metre

Pair = tuple[Point, Point]
_memory: dict[tuple[str, str, str], "Way"] = {}
_missed: dict[tuple[str, str, str], float] = {}


class Way(NamedTuple):
    """Metres, seconds and metres up along real streets; `climb_m` None: nobody knows the heights."""

    distance_m: int
    duration_s: int
    climb_m: int | None = None


def known(pairs: Iterable[Pair], profile: str = "bicycle") -> Mapping[Pair, Way]:
    """The ways somebody has ridden on the map before. One query at most, none when they are remembered or were missing just now."""
    wanted = {pair: _key(pair, profile) for pair in pairs if pair[0] != pair[1]}
    now = time.monotonic()
    ask = {key for key in wanted.values() if key not in _memory and now - _missed.get(key, -ASK_AGAIN_S) >= ASK_AGAIN_S}
    if ask:
        _load(ask, profile, now)
    return {pair: _memory[key] for pair, key in wanted.items() if key in _memory}


def _load(ask: set[tuple[str, str, str]], profile: str, now: float) -> None:
    if len(_memory) + len(_missed) > MOST_REMEMBERED:
        forget()
    starts, ends = {key[1] for key in ask}, {key[2] for key in ask}
    rows = TravelLeg.objects.filter(profile=profile, start__in=starts, end__in=ends)
    for start, end, distance_m, duration_s, climb_m in rows.values_list("start", "end", "distance_m", "duration_s", "climb_m"):
        _memory[(profile, start, end)] = Way(distance_m, duration_s, climb_m)
    for key in ask - _memory.keys():
        _missed[key] = now


def learn(pairs: Iterable[Pair], profile: str = "bicycle") -> int:
    """Ask the router for those nobody has asked before; how many were learnt. Asks the network: call it outside transactions."""
    wanted = {pair: _key(pair, profile) for pair in pairs if pair[0] != pair[1]}
    have = known(wanted, profile)
    learnt = 0
    for pair, key in [(pair, key) for pair, key in wanted.items() if pair not in have][:MOST_AT_ONCE]:
        found = routing.route(pair, profile)
        if found.estimated:
            continue
        way = Way(found.distance_m, found.duration_s, found.climb_m)
        TravelLeg.objects.get_or_create(profile=profile, start=key[1], end=key[2], defaults=way._asdict())
        _memory[key] = way
        _missed.pop(key, None)
        learnt += 1
    return learnt


def forget() -> None:
    """Empty the memory of this process; the rows stay."""
    _memory.clear()
    _missed.clear()


def _key(pair: Pair, profile: str) -> tuple[str, str, str]:
    start, end = (f"{point[0]:.{DIGITS}f},{point[1]:.{DIGITS}f}" for point in pair)
    return profile, start, end
