"""GeoJSON, as people really paste it."""

import contextlib
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectives import selectors, services
from collectives.areas import parse_area
from collectives.models import Collective, Membership, Zone
from collectives.refusals import BadArea, NameTaken
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.places.areas import holds
from coopdelivery.places.geometry import Point

SQUARE = [[2.43, 48.85], [2.45, 48.85], [2.45, 48.87], [2.43, 48.87], [2.43, 48.85]]


def polygon(*rings: list[Any]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def test_a_polygon_is_kept_as_it_is() -> None:
    assert parse_area(json.dumps(polygon(SQUARE))) == polygon(SQUARE)


@pytest.mark.parametrize("wrapped", [
    {"type": "Feature", "geometry": polygon(SQUARE), "properties": {"name": "Bas-Montreuil"}},
    {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": polygon(SQUARE)}]},
])  # fmt: skip
def test_a_feature_is_unwrapped(wrapped: dict[str, Any]) -> None:
    assert parse_area(wrapped) == polygon(SQUARE)


def test_two_islands_make_one_area() -> None:
    other = [[x + 0.1, y] for x, y in SQUARE]
    area = parse_area({"type": "MultiPolygon", "coordinates": [[SQUARE], [other]]})
    assert area["type"] == "MultiPolygon"
    assert holds(area, Point(48.86, 2.54))
    assert not holds(area, Point(48.86, 2.50))


def test_a_hole_is_outside() -> None:
    hole = [[2.435, 48.855], [2.44, 48.855], [2.44, 48.86], [2.435, 48.855]]
    area = parse_area(polygon(SQUARE, hole))
    assert not holds(area, Point(48.856, 2.439))
    assert holds(area, Point(48.866, 2.439))


def test_heights_are_dropped() -> None:
    ring = [[x, y, 35] for x, y in SQUARE]
    assert parse_area(polygon(ring)) == polygon(SQUARE)


BOWTIE = [[2.43, 48.85], [2.45, 48.87], [2.45, 48.85], [2.43, 48.87], [2.43, 48.85]]
CIRCLE = [[2.44 + math.cos(n * math.tau / 2001) / 50, 48.86 + math.sin(n * math.tau / 2001) / 50] for n in range(2001)]
REFUSED: dict[str, tuple[object, str]] = {
    "no json": ("{", "cannot be read as JSON"),
    "deep json": ("[" * 100_000, "cannot be read as JSON"),
    "a long text": ("[" + "1," * 250_000 + "1]", "too long"),
    "nothing at all": ("", "Draw the area on the map"),
    "words": ("around the corner", "Line 1 is not"),
    "a line": ({"type": "LineString", "coordinates": SQUARE}, "this is something else"),
    "nothing": (polygon(), "at least three corners"),
    "rings of nothing": (polygon([]), "at least three corners"),
    "numbers for rings": ({"type": "Polygon", "coordinates": [1, 2]}, "cannot be read"),
    "no coordinates": ({"type": "Polygon"}, "cannot be read"),
    "no features": ({"type": "FeatureCollection", "features": []}, "several, or none"),
    "two features": ({"type": "FeatureCollection", "features": [{}, {}]}, "several, or none"),
    "crossing itself": (polygon(BOWTIE), "edges of this area cross"),
    "a flat line": (polygon([[2.43, 48.85], [2.44, 48.85], [2.45, 48.85], [2.43, 48.85]]), "has no inside"),
    "two points": (polygon([[2.43, 48.85], [2.44, 48.86], [2.43, 48.85]]), "has no inside"),
    "one number": (polygon([[2.43], *SQUARE]), "cannot be read"),
    "no number": ('{"type":"Polygon","coordinates":[[[NaN,1],[2,2],[3,1],[NaN,1]]]}', "."),
    "endless": ('{"type":"Polygon","coordinates":[[[1e999,1],[2,2],[3,1],[1,1]]]}', "."),
    "a huge number": (polygon([[10**400, 1], *SQUARE]), "cannot be read"),
    "off the earth": (polygon([[2.43, 98.85], *SQUARE]), "not on the earth"),
    "a crowd": (polygon([*CIRCLE, CIRCLE[0]]), "2002 points; 2,000 is the most"),
    "parts that overlap": ({"type": "MultiPolygon", "coordinates": [[SQUARE], [[[x + 0.01, y] for x, y in SQUARE]]]}, "cross each other"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_an_area_is_refused_in_a_sentence(kind: str) -> None:
    source, sentence = REFUSED[kind]
    with pytest.raises(BadArea, match=sentence) as refused:
        parse_area(source)
    assert refused.value.field == "area"


def test_an_outline_left_open_is_closed() -> None:
    assert parse_area(polygon(SQUARE[:-1])) == polygon(SQUARE)


def test_corners_may_be_typed_one_on_each_line() -> None:
    typed = "\n".join(f"{latitude}, {longitude}" for longitude, latitude in SQUARE[:-1])
    assert parse_area(typed) == polygon(SQUARE)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "coordinates", "geometry", "features"]), inner),
    max_leaves=20,
)
shapes = st.fixed_dictionaries({"type": st.sampled_from(["Polygon", "MultiPolygon", "Feature"]), "coordinates": json_values})


def parsed_or_refused(source: object) -> dict[str, Any] | None:
    with contextlib.suppress(BadArea):
        return parse_area(source)
    return None


@given(json_values | shapes | st.text())
def test_nothing_at_all_breaks_the_reader(source: object) -> None:
    area = parsed_or_refused(source)
    assert area is None or area["type"] in {"Polygon", "MultiPolygon"}


numbers = st.floats(-180, 180) | st.integers(-180, 180)


@given(st.lists(st.tuples(numbers, numbers).map(list), min_size=3, max_size=12))
def test_a_ring_of_any_numbers_is_valid_or_refused(ring: list[list[float]]) -> None:
    area = parsed_or_refused(polygon([*ring, ring[0]]))
    assert area is None or parse_area(area) == area


@pytest.mark.django_db
def test_a_zone_is_kept_and_told(montreuil: Collective, ada: Membership) -> None:
    zone = services.save_zone(collective=montreuil, name="Bas-Montreuil", area=polygon(SQUARE), by=ada.person)
    with acting_for(montreuil):
        assert Zone.objects.get().area == polygon(SQUARE)
        assert selectors.in_service_area((48.86, 2.44))
        assert not selectors.in_service_area((48.80, 2.44))
    event = Event.objects.get(name="zone.saved")
    assert (event.subject, event.data["before"], event.data["after"]["name"]) == (str(zone.ref), None, "Bas-Montreuil")


@pytest.mark.django_db
def test_without_a_zone_the_collective_rides_everywhere(montreuil: Collective) -> None:
    with acting_for(montreuil):
        assert selectors.in_service_area((0, 0))


@pytest.mark.django_db
def test_a_zone_with_swapped_numbers_is_noticed(montreuil: Collective, ada: Membership) -> None:
    swapped = polygon([[y, x] for x, y in SQUARE])
    with pytest.raises(BadArea, match=r"km from Montreuil\. GeoJSON writes longitude first"):
        services.save_zone(collective=montreuil, name="Bas-Montreuil", area=swapped, by=ada.person)
    with acting_for(montreuil):
        assert Zone.objects.count() == 0


@pytest.mark.django_db
def test_two_zones_do_not_share_a_name(montreuil: Collective, ada: Membership) -> None:
    services.save_zone(collective=montreuil, name="Nord", area=polygon(SQUARE), by=ada.person)
    with pytest.raises(NameTaken, match="already one called “Nord”"):
        services.save_zone(collective=montreuil, name="Nord ", area=polygon(SQUARE), by=ada.person)
    assert Event.objects.filter(name="zone.saved").count() == 1


@pytest.mark.django_db
def test_a_zone_changes_and_goes(montreuil: Collective, ada: Membership) -> None:
    zone = services.save_zone(collective=montreuil, name="Nord", area=polygon(SQUARE), by=ada.person)
    services.save_zone(collective=montreuil, name="Sud", area=polygon(SQUARE), is_service_area=False, by=ada.person, zone=zone)
    with acting_for(montreuil):
        assert Zone.objects.get().name == "Sud"
    services.remove_zone(zone=zone, by=ada.person)
    with acting_for(montreuil):
        assert not Zone.objects.exists()
    assert Event.objects.get(name="zone.removed").data["area"] == polygon(SQUARE)
