"""What the map of a collective is drawn on."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse

from coopdelivery.places.geometry import Bounds, Point
from coopdelivery.places.towns import town_around

OWN_MAPS = "map"  # in DATA_DIR: the operator's own .pmtiles
OSM_URL = "https://www.openstreetmap.org/copyright"
OSM = "© OpenStreetMap contributors"


@dataclass(frozen=True)
class BaseMap:
    """`kind` is raster (any tile server), pmtiles (vector tiles of ours), geojson (streets of an invented town) or none."""

    kind: str
    url: str = ""
    attribution: str = ""
    attribution_url: str = ""
    bounds: Bounds | None = None


def base_map_at(point: Point) -> BaseMap:
    """The tile server of the settings, else the operator's own `region.pmtiles`, else the map of the demo town around the point."""
    if settings.MAP_TILES_URL:
        return BaseMap("raster", settings.MAP_TILES_URL, OSM, OSM_URL)
    if map_file("region") is not None:
        return BaseMap("pmtiles", reverse("maps:basemap", kwargs={"name": "region"}), OSM, OSM_URL)
    town = town_around(point)
    if town is None:
        return BaseMap("none")
    if town.base_map.endswith(".pmtiles"):
        url = reverse("maps:basemap", kwargs={"name": town.base_map.removesuffix(".pmtiles")})
        return BaseMap("pmtiles", url, town.attribution, town.attribution_url, town.bounds)
    return BaseMap("geojson", static(f"map/{town.base_map}"), town.attribution, town.attribution_url, town.bounds)


def map_file(name: str) -> Path | None:
    """The file of this map: the operator's own, else one that comes with Coopdelivery. The name is a slug, so it names no other folder."""
    for folder in (settings.DATA_DIR / OWN_MAPS, settings.ROOT / "static" / "map"):
        path: Path = folder / f"{name}.pmtiles"
        if path.is_file():
            return path
    return None
