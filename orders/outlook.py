"""What the floor above foresees for a stop. It registers one lookup when it starts; without it a stop simply has no forecast."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from orders.models import Delivery, Stop


@dataclass(frozen=True, slots=True)
class Arrival:
    """`planned_at` is the plan, not the promise. `stops_before` counts what comes first in the round; None when nobody knows.

    `courier` and `vehicle` are for the shop and the office: the recipient's page never shows a name.
    """

    planned_at: datetime | None = None
    stops_before: int | None = None
    under_way: bool = False
    courier: str = ""
    vehicle: str = ""
    electric: bool = True


Lookup = Callable[[list[Stop]], dict[int, Arrival]]
_lookups: list[Lookup] = []


def register_arrival(lookup: Lookup) -> Lookup:
    """`lookup(stops)` answers, in one go, an Arrival by stop id for those it knows; later ones win."""
    _lookups.append(lookup)
    return lookup


_planned: list[Callable[[Delivery], bool]] = []


def register_planned(lookup: Callable[[Delivery], bool]) -> Callable[[Delivery], bool]:
    """`lookup(delivery)` answers whether somebody has put it in a round."""
    _planned.append(lookup)
    return lookup


def is_planned(delivery: Delivery) -> bool:
    return any(lookup(delivery) for lookup in _planned)


def arrivals(stops: list[Stop]) -> dict[int, Arrival]:
    """What is foreseen for these stops, by their id."""
    found: dict[int, Arrival] = {}
    for lookup in _lookups:
        found.update(lookup(stops))
    return found


def arrival(stop: Stop) -> Arrival | None:
    return arrivals([stop]).get(stop.pk)
