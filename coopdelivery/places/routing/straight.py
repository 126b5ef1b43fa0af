"""Straight lines, made longer because streets are not straight. Always answers."""

from collections.abc import Sequence
from itertools import pairwise

from coopdelivery.places.geometry import Point, haversine_m
from coopdelivery.places.routing.base import Leg, Matrix, Profile, Route

DETOUR = 1.35


class Straight:
    def route(self, points: Sequence[Point], profile: Profile) -> Route:
        legs = tuple(_leg(start, end, profile) for start, end in pairwise(points))
        distance_m, duration_s = sum(leg.distance_m for leg in legs), sum(leg.duration_s for leg in legs)
        return Route(distance_m, duration_s, tuple(points), legs, estimated=True)

    def matrix(self, points: Sequence[Point], profile: Profile) -> Matrix:
        legs = [[_leg(start, end, profile) for end in points] for start in points]
        return Matrix(
            tuple(tuple(leg.distance_m for leg in row) for row in legs),
            tuple(tuple(leg.duration_s for leg in row) for row in legs),
            estimated=True,
        )


def _leg(start: Point, end: Point, profile: Profile) -> Leg:
    distance_m = haversine_m(start, end) * DETOUR
    return Leg(round(distance_m), round(distance_m / profile.speed_kmh * 3.6))
