"""Distance, duration and line through points. `route` and `matrix` always answer: when no router can, with an honest estimate."""

import importlib
import logging
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from django.conf import settings

from coopdelivery.places.geometry import Point
from coopdelivery.places.routing.base import PROFILES, Leg, Matrix, NoRoute, Route, Router, joined
from coopdelivery.places.routing.over_http import OsrmHttp, ValhallaHttp
from coopdelivery.places.routing.straight import Straight
from coopdelivery.places.routing.valhalla_words import MOST_POINTS
from coopdelivery.places.towns import towns

__all__ = ["PROFILES", "ROUTERS", "Leg", "Matrix", "Route", "climb_m", "matrix", "route"]

ROUTERS = ("auto", "straight", "valhalla", "valhalla_http", "osrm_http")

log = logging.getLogger(__name__)


def route(points: Sequence[tuple[float, float] | None], profile: str = "bicycle") -> Route:
    """Travel through the points (latitude, longitude) in their order.

    None is a place nobody has located: it is skipped and counted, and adds nothing.
    """
    known = [Point(*point) for point in points if point is not None]
    unknown = len(points) - len(known)
    if len(known) < 2:
        return Route(0, 0, tuple(known), _spread((), points), estimated=False, unknown=unknown)
    found = _through(known, profile)
    return Route(found.distance_m, found.duration_s, found.line, _spread(found.legs, points), found.estimated, unknown, found.climb_m)


def climb_m(points: Sequence[tuple[float, float] | None]) -> int | None:
    """Metres up through the points in their order; None where no router knows the heights."""
    return route(points).climb_m if settings.ROUTER == "valhalla_http" else None


def matrix(coordinates: Sequence[tuple[float, float]], profile: str = "bicycle") -> Matrix:
    """Distances and durations between all pairs of known points (latitude, longitude)."""
    points = [Point(*pair) for pair in coordinates]
    if len(points) > 1:
        try:
            return _router(points).matrix(points, PROFILES[profile])
        except NoRoute as error:
            log.warning("distances are estimated: %s", error)
    return Straight().matrix(points, PROFILES[profile])


def _through(points: Sequence[Point], profile: str) -> Route:
    try:
        return joined([_router(part).route(part, PROFILES[profile]) for part in _parts(points)])
    except NoRoute as error:
        log.warning("the route is estimated: %s", error)
        return Straight().route(points, PROFILES[profile])


def _parts(points: Sequence[Point]) -> list[Sequence[Point]]:
    """Pieces short enough for one question; each begins where the one before ends."""
    cuts = [*range(0, len(points) - 1, MOST_POINTS - 1), len(points) - 1]
    return [points[start : end + 1] for start, end in pairwise(cuts)]


def _spread(legs: Sequence[Leg], points: Sequence[tuple[float, float] | None]) -> tuple[Leg, ...]:
    """Lay the legs between known points out over all points: nothing is counted on the way to a point without coordinates."""
    remaining = iter(legs)
    nothing = Leg(0, 0)
    spread: list[Leg] = []
    started = False
    for point in points:
        if point is None:
            spread.append(Leg(0, 0, known=False))
        else:
            spread.append(next(remaining, nothing) if started else nothing)
            started = True
    return tuple(spread[1:])


def _router(points: Sequence[Point]) -> Router:
    """The router the operator chose, for these points."""
    name = settings.ROUTER
    if name == "valhalla_http":
        return _valhalla_http(settings.ROUTER_URL)
    if name == "osrm_http":
        return _osrm_http(settings.ROUTER_URL)
    tiles = _tiles_for(points) if name in ("auto", "valhalla") else None
    return _in_process(tiles) or Straight() if tiles else Straight()


def _tiles_for(points: Sequence[Point]) -> Path | None:
    """The operator's own archive, else the one of the demo town that holds all the points."""
    if settings.ROUTER_TILES:
        return Path(settings.ROUTER_TILES)
    return next((town.tiles for town in towns() if town.tiles and all(town.bounds.contains(point) for point in points)), None)


@cache
def _in_process(tiles: Path) -> Router | None:
    """None when pyvalhalla is not installed or the archive is not there."""
    if not tiles.is_file():
        log.warning("no routing tiles at %s: routes are estimated", tiles)
        return None
    try:
        module = importlib.import_module("coopdelivery.places.routing.valhalla_local")
    except ImportError:
        log.info("pyvalhalla is not installed: routes are estimated")
        return None
    router: Router = module.ValhallaLocal(tiles)
    return router


@lru_cache(maxsize=4)
def _valhalla_http(url: str) -> Router:
    return ValhallaHttp(url)


@lru_cache(maxsize=4)
def _osrm_http(url: str) -> Router:
    return OsrmHttp(url)
