"""Areas drawn on a map: GeoJSON in, checked; and whether a point lies inside."""

import json
from typing import Any

from django.utils.translation import gettext as _
from shapely.errors import ShapelyError
from shapely.geometry import Point as Spot
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from coopdelivery.places.geometry import BadPoint, Point, checked_point, point_in_text

MOST_CORNERS = 5000


class BadArea(ValueError):
    """This is not an area; the message is a sentence for the person who drew or pasted it."""


def area_in_text(text: str) -> dict[str, Any]:
    """A GeoJSON Polygon or MultiPolygon from pasted GeoJSON (geometry, feature or collection), or from one "lat, long" per line."""
    text = text.strip()
    if not text:
        raise BadArea(_("Draw the area on the map, or paste it as GeoJSON."))
    if text.startswith(("{", "[")):
        try:
            return checked_area(json.loads(text))
        except (ValueError, RecursionError) as error:
            if isinstance(error, BadArea):
                raise
            raise BadArea(_("This is not GeoJSON: it cannot be read as JSON.")) from error
    return checked_area({"type": "Polygon", "coordinates": [_ring(text)]})


def checked_area(data: Any) -> dict[str, Any]:
    """The Polygon or MultiPolygon in this GeoJSON, if it is one that can be used. Raises BadArea."""
    found = _geometry(data)
    try:
        area = shape(found)
        problem = "" if area.is_valid else explain_validity(area)
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        raise BadArea(_("The corners of this area cannot be read.")) from error
    _refuse_unusable(area, problem)
    return json.loads(json.dumps(mapping(area)))  # type: ignore[no-any-return]  # tuples become lists, as the database gives them back


def holds(area: dict[str, Any], point: Point) -> bool:
    """Whether the point is in the area, its edge included."""
    return bool(shape(area).covers(Spot(point.longitude, point.latitude)))


def _geometry(data: Any) -> dict[str, Any]:
    if isinstance(data, dict) and data.get("type") == "FeatureCollection":
        features = data.get("features")
        if not isinstance(features, list) or len(features) != 1:
            raise BadArea(_("Paste one area only: this has several, or none."))
        data = features[0]
    if isinstance(data, dict) and data.get("type") == "Feature":
        data = data.get("geometry")
    if not isinstance(data, dict) or data.get("type") not in ("Polygon", "MultiPolygon"):
        raise BadArea(_("An area is a GeoJSON Polygon or MultiPolygon; this is something else."))
    return data


def _refuse_unusable(area: BaseGeometry, problem: str) -> None:
    if area.is_empty:
        raise BadArea(_("An area needs at least three corners."))
    west, south, east, north = area.bounds
    try:
        checked_point(south, west)
        checked_point(north, east)
    except BadPoint as error:
        raise BadArea(_("A corner is not on the earth. GeoJSON has the longitude first, then the latitude.")) from error
    if "Self-intersection" in problem and area.convex_hull.area > 0:
        raise BadArea(_("The edges of this area cross each other. Move a corner so that they do not."))
    if problem or area.area == 0:
        raise BadArea(_("This area has no inside. Draw at least three corners that are not in one line."))
    if sum(len(part.exterior.coords) for part in getattr(area, "geoms", [area])) > MOST_CORNERS:
        raise BadArea(_("This area has more corners than can be shown. Simplify it first."))


def _ring(text: str) -> list[list[float]]:
    corners: list[list[float]] = []
    for number, line in enumerate(filter(str.strip, text.splitlines()), start=1):
        try:
            point = point_in_text(line)
        except BadPoint:
            point = None
        if point is None:
            raise BadArea(_("Line %(number)d is not a latitude and a longitude such as 60.1699, 24.9384.") % {"number": number})
        corners.append([point.longitude, point.latitude])
    if len(corners) < 3:
        raise BadArea(_("An area needs at least three corners."))
    return [*corners, corners[0]]
