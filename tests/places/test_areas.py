import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopdelivery.places.areas import BadArea, area_in_text, holds
from coopdelivery.places.geometry import Point

SQUARE = {"type": "Polygon", "coordinates": [[[24.93, 60.16], [24.96, 60.16], [24.96, 60.18], [24.93, 60.18], [24.93, 60.16]]]}
JSON = st.recursive(st.none() | st.floats() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=4), max_leaves=12)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(SQUARE),
        json.dumps({"type": "Feature", "properties": {}, "geometry": SQUARE}),
        json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": SQUARE}]}),
        "60.16, 24.93\n60.16, 24.96\n\n60.18, 24.96\n60.18, 24.93",
    ],
)
def test_an_area_may_be_pasted_in_several_shapes(text: str) -> None:
    assert area_in_text(text) == SQUARE


def test_a_point_inside_is_told_from_one_outside() -> None:
    assert holds(SQUARE, Point(60.17, 24.94))
    assert holds(SQUARE, Point(60.16, 24.94))
    assert not holds(SQUARE, Point(60.15, 24.94))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Draw the area"),
        ("{oops", "cannot be read as JSON"),
        ('{"type": "Point", "coordinates": [24, 60]}', "something else"),
        ('{"type": "FeatureCollection", "features": []}', "one area only"),
        ('{"type": "Polygon", "coordinates": [[[24, 60], [24.1, 60]]]}', "corners"),
        ('{"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}', "cross each other"),
        ('{"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 2], [0, 0]]]}', "no inside"),
        ('{"type": "Polygon", "coordinates": [[[0, 91], [1, 91], [1, 92], [0, 91]]]}', "not on the earth"),
        ('{"type": "Polygon", "coordinates": []}', "three corners"),
        ("60.1, 24.9\nhere", "Line 2"),
        ("60.1, 24.9\n60.2, 24.9", "three corners"),
    ],
)
def test_a_bad_area_is_refused_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(BadArea, match=says):
        area_in_text(text)


@given(JSON)
def test_no_coordinates_break_the_check(coordinates: object) -> None:
    try:
        area_in_text(json.dumps({"type": "Polygon", "coordinates": coordinates}))
    except BadArea:
        return
