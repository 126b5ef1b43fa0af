"""Valhalla inside this process, on an archive of routing tiles. Needs the optional package pyvalhalla: import this late."""

import logging
import os
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from valhalla import Actor
from valhalla.config import get_config

from coopdelivery.places.geometry import Point
from coopdelivery.places.routing.base import Matrix, NoRoute, Profile, Route, joined
from coopdelivery.places.routing.straight import Straight
from coopdelivery.places.routing.valhalla_words import matrix_question, read_matrix, read_route, route_question

MOST_POINTS = 1000  # our own process: no need to be frugal

log = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()  # an Actor is not made for several threads


class ValhallaLocal:
    def __init__(self, tiles: Path) -> None:
        self._tiles = tiles

    def route(self, points: Sequence[Point], profile: Profile) -> Route:
        """Where two points have no way between them, only that leg is estimated."""
        try:
            return read_route(self._ask("route", route_question(points, profile)))
        except NoRoute as error:
            if len(points) == 2:
                log.info("a leg is estimated: %s", error)
                return Straight().route(points, profile)
        middle = len(points) // 2
        return joined([self.route(points[: middle + 1], profile), self.route(points[middle:], profile)])

    def matrix(self, points: Sequence[Point], profile: Profile) -> Matrix:
        return read_matrix(self._ask("matrix", matrix_question(points, profile)))

    def _ask(self, verb: str, question: dict[str, Any]) -> Any:
        try:
            with _one_at_a_time:
                return getattr(_actor(str(self._tiles), os.getpid()), verb)(question)
        except (RuntimeError, OSError, ValueError) as error:  # Valhalla raises RuntimeError for all it cannot do
            raise NoRoute(f"Valhalla: {error}") from error


@lru_cache(maxsize=4)
def _actor(tiles: str, process: int) -> Actor:
    """One per archive and process: it does not survive a fork."""
    config = get_config(tile_extract=tiles, tile_dir="", verbose=False)
    limits = config["service_limits"]["bicycle"]
    limits["max_locations"] = MOST_POINTS
    limits["max_matrix_location_pairs"] = MOST_POINTS**2
    return Actor(config)
