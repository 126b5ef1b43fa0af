"""The questions and answers of Valhalla, the same in process and over HTTP."""

from collections.abc import Iterable, Sequence
from typing import Any

from coopdelivery.places.geometry import BadPoint, Point, decode_line, encode_line
from coopdelivery.places.routing.base import Leg, Matrix, NoRoute, Profile, Route

MOST_POINTS = 50  # Valhalla's own limit for one question by bicycle
STRIDE_M = 30
RISE_M = 2.0  # less than this is the grain of the heights, not a hill


def route_question(points: Sequence[Point], profile: Profile) -> dict[str, Any]:
    return {"locations": _locations(points), "directions_type": "none", "units": "kilometers", **_costing(profile)}


def matrix_question(points: Sequence[Point], profile: Profile) -> dict[str, Any]:
    return {"sources": _locations(points), "targets": _locations(points), "units": "kilometers", **_costing(profile)}


def height_question(line: Iterable[Point]) -> dict[str, Any]:
    return {"encoded_polyline": encode_line(line), "shape_format": "polyline6", "resample_distance": STRIDE_M}


def read_climb(answer: Any) -> int | None:
    """Metres up along the line; None where a height is missing. Raises NoRoute when the answer has another shape."""
    try:
        heights = answer["height"]
        if not heights or None in heights:
            return None
        low, up = float(heights[0]), 0.0
        for height in map(float, heights):
            if height >= low + RISE_M:
                up += height - low
                low = height
            low = min(low, height)
    except (KeyError, TypeError, ValueError) as error:
        raise NoRoute("Valhalla sent heights of another shape") from error
    return round(up)


def read_route(answer: Any) -> Route:
    """Raises NoRoute when the answer has another shape."""
    try:
        trip_legs = answer["trip"]["legs"]
        legs = tuple(Leg(round(leg["summary"]["length"] * 1000), round(leg["summary"]["time"])) for leg in trip_legs)
        line = tuple(point for leg in trip_legs for point in decode_line(leg["shape"]))
    except (KeyError, TypeError, BadPoint) as error:
        raise NoRoute("Valhalla sent an answer of another shape") from error
    return Route(sum(leg.distance_m for leg in legs), sum(leg.duration_s for leg in legs), line, legs, estimated=False)


def read_matrix(answer: Any) -> Matrix:
    """Raises NoRoute when the answer has another shape, or a pair has no way between."""
    try:
        rows = answer["sources_to_targets"]
        distances = tuple(tuple(round(cell["distance"] * 1000) for cell in row) for row in rows)
        durations = tuple(tuple(round(cell["time"]) for cell in row) for row in rows)
    except (KeyError, TypeError) as error:
        raise NoRoute("Valhalla sent an answer of another shape") from error
    return Matrix(distances, durations, estimated=False)


def _locations(points: Sequence[Point]) -> list[dict[str, float]]:
    return [{"lat": point.latitude, "lon": point.longitude} for point in points]


def _costing(profile: Profile) -> dict[str, Any]:
    options = {"bicycle_type": profile.bicycle_type, "cycling_speed": profile.speed_kmh, "use_ferry": 0.0}
    return {"costing": "bicycle", "costing_options": {"bicycle": options}}
