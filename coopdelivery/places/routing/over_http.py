"""Valhalla and OSRM as services of the operator's own, behind a breaker and a cache."""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from django.core.cache import cache

from coopdelivery.kit import http
from coopdelivery.places.breaker import Breaker
from coopdelivery.places.geometry import BadPoint, Point, decode_line
from coopdelivery.places.routing.base import Leg, Matrix, NoRoute, Profile, Route
from coopdelivery.places.routing.valhalla_words import height_question, matrix_question, read_climb, read_matrix, read_route, route_question

TIMEOUT_S = 2.5
KEEP_S = 24 * 3600

log = logging.getLogger(__name__)


class Service:
    """Asks one address for JSON."""

    def __init__(self, name: str, url: str) -> None:
        self._url = url.rstrip("/")
        self._breaker = Breaker(f"router-{name}")

    def ask(self, path: str, **params: str) -> Any:
        """The answer, at most a day old. Raises NoRoute when there is none in time."""
        asked = json.dumps([self._url, path, params], sort_keys=True)
        key = f"route:{hashlib.sha256(asked.encode()).hexdigest()}"
        known = cache.get(key)
        if known is not None:
            return known
        answer = self._fetch(path, params)
        cache.set(key, answer, timeout=KEEP_S)
        return answer

    def _fetch(self, path: str, params: dict[str, str]) -> Any:
        if self._breaker.is_open:
            raise NoRoute("the router did not answer a moment ago and is left alone for now")
        try:
            status, body = http.fetch("GET", f"{self._url}{path}", timeout_s=TIMEOUT_S, allow_private=True, params=params)
        except http.OutsideFailed as error:
            self._breaker.failed()
            raise NoRoute(str(error)) from error
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._breaker.failed()
        if status != HTTPStatus.OK:
            raise NoRoute(f"the router answered {status}")
        self._breaker.worked()
        try:
            return json.loads(body)
        except ValueError as error:
            raise NoRoute("the router did not send JSON") from error


class ValhallaHttp:
    """The heights are a service of their own there: one that has none leaves the climb unknown, and the way as it is."""

    def __init__(self, url: str) -> None:
        self._service = Service("valhalla", url)
        self._heights = Service("valhalla-heights", url)

    def route(self, points: Sequence[Point], profile: Profile) -> Route:
        found = read_route(self._service.ask("/route", json=json.dumps(route_question(points, profile))))
        return replace(found, climb_m=self._climb(found.line))

    def _climb(self, line: Sequence[Point]) -> int | None:
        try:
            return read_climb(self._heights.ask("/height", json=json.dumps(height_question(line))))
        except NoRoute as error:
            log.info("nobody knows how far up this way goes: %s", error)
            return None

    def matrix(self, points: Sequence[Point], profile: Profile) -> Matrix:
        return read_matrix(self._service.ask("/sources_to_targets", json=json.dumps(matrix_question(points, profile))))


class OsrmHttp:
    """OSRM knows one bicycle, the one its data was prepared for; the profile's speed is applied to its durations by nobody."""

    def __init__(self, url: str) -> None:
        self._service = Service("osrm", url)

    def route(self, points: Sequence[Point], profile: Profile) -> Route:
        answer = self._service.ask(f"/route/v1/bike/{_path(points)}", overview="full", geometries="polyline6")
        try:
            best = answer["routes"][0]
            legs = tuple(Leg(round(leg["distance"]), round(leg["duration"])) for leg in best["legs"])
            line = decode_line(best["geometry"])
        except (KeyError, IndexError, TypeError, BadPoint) as error:
            raise NoRoute("OSRM sent an answer of another shape") from error
        return Route(sum(leg.distance_m for leg in legs), sum(leg.duration_s for leg in legs), line, legs, estimated=False)

    def matrix(self, points: Sequence[Point], profile: Profile) -> Matrix:
        answer = self._service.ask(f"/table/v1/bike/{_path(points)}", annotations="distance,duration")
        try:
            distances = tuple(tuple(round(cell) for cell in row) for row in answer["distances"])
            durations = tuple(tuple(round(cell) for cell in row) for row in answer["durations"])
        except (KeyError, TypeError) as error:
            raise NoRoute("OSRM sent an answer of another shape") from error
        return Matrix(distances, durations, estimated=False)


def _path(points: Sequence[Point]) -> str:
    return ";".join(f"{point.longitude:.6f},{point.latitude:.6f}" for point in points)
