"""Points on the earth and lines between them; no Django, no network."""

import math
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import polyline

EARTH_RADIUS_M = 6_371_008.8
NUMBER = r"[-+]?\d{1,3}(?:\.\d+)?"
PAIR = re.compile(rf"\s*({NUMBER})\s*[,;\s]\s*({NUMBER})\s*")


class BadPoint(ValueError):
    """These are not a latitude and a longitude; the message says why."""


class Point(NamedTuple):
    """Degrees, WGS 84. Latitude first, as people say it; GeoJSON has them the other way round."""

    latitude: float
    longitude: float


class Bounds(NamedTuple):
    south: float
    west: float
    north: float
    east: float

    def contains(self, point: Point) -> bool:
        return self.south <= point.latitude <= self.north and self.west <= point.longitude <= self.east


def checked_point(latitude: object, longitude: object) -> Point:
    """The point of two numbers or texts of numbers. Raises BadPoint when they are not on the earth."""
    try:
        point = Point(float(str(latitude)), float(str(longitude)))
    except ValueError as error:
        raise BadPoint("a coordinate is not a number") from error
    if not (abs(point.latitude) <= 90 and abs(point.longitude) <= 180):  # also refuses NaN
        raise BadPoint("latitude goes from -90 to 90 and longitude from -180 to 180")
    return point


def point_in_text(text: str) -> Point | None:
    """The point of "60.1699, 24.9384"; None when the text is something else. Raises BadPoint for two numbers off the earth."""
    found = PAIR.fullmatch(text)
    if not found or "." not in text:
        return None
    return checked_point(found[1], found[2])


def haversine_m(start: Point, end: Point) -> float:
    """Metres as the crow flies."""
    latitude_1, latitude_2 = math.radians(start.latitude), math.radians(end.latitude)
    half_north = math.sin((latitude_2 - latitude_1) / 2)
    half_east = math.sin(math.radians(end.longitude - start.longitude) / 2)
    chord = half_north**2 + math.cos(latitude_1) * math.cos(latitude_2) * half_east**2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


def length_m(line: Sequence[Point]) -> float:
    return sum(haversine_m(start, end) for start, end in pairwise(line))


def decode_line(text: str, *, digits: int = 6) -> tuple[Point, ...]:
    """The points of an encoded polyline (6 digits: Valhalla, OSRM with polyline6). Raises BadPoint on garbage."""
    try:
        return tuple(checked_point(*pair) for pair in polyline.decode(text, digits))
    except (IndexError, ValueError, TypeError) as error:
        raise BadPoint("the encoded line is broken") from error


def encode_line(line: Iterable[Point], *, digits: int = 6) -> str:
    """An encoded polyline, as the browser and other programs read it."""
    return str(polyline.encode([(point[0], point[1]) for point in line], digits))
