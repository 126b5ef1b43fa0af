"""The towns that come with Coopdelivery: one folder each under data/, written by bin/demo-geography."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from coopdelivery.places.geometry import Bounds, Point, haversine_m

DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True)
class Town:
    slug: str
    name: str
    also_called: tuple[str, ...]
    country: str
    centre: Point
    bounds: Bounds
    tiles: Path | None
    base_map: str
    attribution: str
    attribution_url: str

    def rows(self) -> Iterator[dict[str, str]]:
        """The gazetteer: street, also_called, number ("" for the street itself), postcode, city, latitude, longitude."""
        with (DATA / self.slug / "gazetteer.csv").open(encoding="utf-8", newline="") as sheet:
            yield from csv.DictReader(sheet)


@cache
def towns() -> tuple[Town, ...]:
    return tuple(_read(path) for path in sorted(DATA.glob("*/town.json")))


def town_around(point: Point) -> Town | None:
    """The town whose centre is at most three kilometres away, the nearest one."""
    near = [town for town in towns() if haversine_m(town.centre, point) < 3_000]
    return min(near, key=lambda town: haversine_m(town.centre, point), default=None)


def _read(path: Path) -> Town:
    facts = json.loads(path.read_text(encoding="utf-8"))
    return Town(
        slug=path.parent.name,
        name=facts["name"],
        also_called=tuple(facts.get("also_called", ())),
        country=facts["country"],
        centre=Point(*facts["centre"]),
        bounds=Bounds(*facts["bounds"]),
        tiles=path.parent / facts["tiles"] if facts["tiles"] else None,
        base_map=facts["base_map"],
        attribution=facts["attribution"],
        attribution_url=facts["attribution_url"],
    )
