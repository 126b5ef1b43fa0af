"""What a collective's zone must be, on top of what any area on a map must be."""

import math
from typing import Any

import shapely
from django.utils.translation import gettext_lazy as _
from shapely.geometry import mapping, shape

from collectives.refusals import BadArea
from coopdelivery.places import areas

MOST_POINTS = 2_000
MOST_CHARACTERS = 400_000
FAR_KM = 150
KM_PER_DEGREE = 111.2

TOO_MANY = _("The outline has %(count)s points; 2,000 is the most. Simplify it.")
TOO_LONG = _("This text is too long: 400,000 characters is the most. Simplify the outline.")
FAR = _("This area lies %(km)s km from %(town)s. GeoJSON writes longitude first, then latitude: are they swapped?")


def parse_area(source: object) -> dict[str, Any]:
    """A valid Polygon or MultiPolygon, at most 2,000 points, without heights. Raises BadArea.

    Takes GeoJSON as text or data (geometry, Feature, FeatureCollection of one), or text with one "latitude, longitude" per line.
    """
    if isinstance(source, str) and len(source) > MOST_CHARACTERS:
        raise BadArea(TOO_LONG)
    try:
        found = areas.area_in_text(source) if isinstance(source, str) else areas.checked_area(source)
    except areas.BadArea as error:
        raise BadArea(str(error)) from error
    flat = shapely.force_2d(shape(found))
    count = int(shapely.get_num_coordinates(flat))
    if count > MOST_POINTS:
        raise BadArea(TOO_MANY, count=count)
    return {"type": found["type"], "coordinates": _lists(mapping(flat)["coordinates"])}


def _lists(part: Any) -> Any:
    """Tuples as lists, as the database gives them back."""
    return [_lists(inner) for inner in part] if isinstance(part, tuple | list) else part


def refuse_far(area: dict[str, Any], *, latitude: float, longitude: float, town: str) -> None:
    """Raises BadArea when the area's middle is over 150 km from the town: longitude and latitude were probably swapped."""
    middle = shape(area).centroid
    east = (middle.x - longitude) * math.cos(math.radians(latitude))
    distance = math.hypot(east, middle.y - latitude) * KM_PER_DEGREE
    if distance > FAR_KM:
        raise BadArea(FAR, km=round(distance), town=town)
