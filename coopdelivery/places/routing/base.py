"""What every router takes and gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from coopdelivery.places.geometry import Point, encode_line


class NoRoute(Exception):
    """This router cannot answer for these points; the message says why. Never leaves `coopdelivery.places.routing`."""


@dataclass(frozen=True)
class Profile:
    """How somebody rides. `bicycle_type` is Valhalla's word for it."""

    name: str
    speed_kmh: float
    bicycle_type: str


PROFILES = {
    "bicycle": Profile("bicycle", 15.0, "Hybrid"),
    "cargo": Profile("cargo", 13.0, "City"),
    "trailer": Profile("trailer", 12.0, "City"),
}


@dataclass(frozen=True)
class Leg:
    """From the last known point to this one. `known` is False when this point has no coordinates: then nothing is counted."""

    distance_m: int
    duration_s: int
    known: bool = True


@dataclass(frozen=True)
class Route:
    """Travel through points in their order. `legs[i]` arrives at the point i + 1 of the question.

    `estimated` is True when no real streets were followed; `unknown` counts the points without coordinates; `climb_m` is None where
    the router knows no heights.
    """

    distance_m: int
    duration_s: int
    line: tuple[Point, ...]
    legs: tuple[Leg, ...]
    estimated: bool
    unknown: int = 0
    climb_m: int | None = None

    def encoded(self) -> str:
        """The line as an encoded polyline of six digits, for the browser and other programs."""
        return encode_line(self.line)


def joined(parts: Sequence[Route]) -> Route:
    """One route from parts that each begin where the one before ends."""
    climbs = [part.climb_m for part in parts]
    return Route(
        sum(part.distance_m for part in parts),
        sum(part.duration_s for part in parts),
        tuple(point for part in parts for point in part.line),
        tuple(leg for part in parts for leg in part.legs),
        estimated=any(part.estimated for part in parts),
        climb_m=None if None in climbs else sum(climb or 0 for climb in climbs),
    )


@dataclass(frozen=True)
class Matrix:
    """Row = from, column = to."""

    distances_m: tuple[tuple[int, ...], ...]
    durations_s: tuple[tuple[int, ...], ...]
    estimated: bool


class Router(Protocol):
    """Both methods get known points only and may raise NoRoute."""

    def route(self, points: Sequence[Point], profile: Profile) -> Route:
        """Through at least two points."""

    def matrix(self, points: Sequence[Point], profile: Profile) -> Matrix:
        """Between all pairs."""
