import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopdelivery.places.addresses import address_key, normalised, one_line
from coopdelivery.places.geometry import BadPoint, Point, checked_point, decode_line, encode_line, haversine_m, length_m, point_in_text

POINTS = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))


def test_one_degree_along_a_meridian_is_about_111_kilometres() -> None:
    assert round(haversine_m(Point(60, 25), Point(61, 25))) == 111_195


@given(POINTS, POINTS)
def test_distance_is_the_same_both_ways_and_never_more_than_half_the_earth(start: Point, end: Point) -> None:
    there = haversine_m(start, end)
    assert 0 <= there <= math.pi * 6_371_009
    assert there == pytest.approx(haversine_m(end, start), abs=1e-3)


@given(st.lists(POINTS, min_size=1, max_size=20))
def test_a_line_survives_encoding(line: list[Point]) -> None:
    back = decode_line(encode_line(line))
    assert len(back) == len(line)
    assert all(a == pytest.approx(b, abs=1e-6) for a, b in zip(back, line, strict=True))


@given(st.text(max_size=40))
def test_any_text_is_a_line_or_a_bad_point(text: str) -> None:
    try:
        line = decode_line(text)
    except BadPoint:
        return
    assert length_m(line) >= 0


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("60.1699, 24.9384", Point(60.1699, 24.9384)),
        (" 60.1699 24.9384 ", Point(60.1699, 24.9384)),
        ("-20.5;-99.25", Point(-20.5, -99.25)),
        ("Mannerheimintie 20", None),
        ("12 14", None),
        ("", None),
    ],
)
def test_coordinates_are_told_from_addresses(text: str, point: Point | None) -> None:
    assert point_in_text(text) == point


def test_a_point_off_the_earth_is_refused() -> None:
    with pytest.raises(BadPoint):
        point_in_text("99.5, 24.9")


@pytest.mark.parametrize("latitude", ["nan", "inf", "91", "", "60,1", None])
def test_only_numbers_on_the_earth_make_a_point(latitude: object) -> None:
    with pytest.raises(BadPoint):
        checked_point(latitude, 24)


def test_accents_case_and_punctuation_do_not_tell_addresses_apart() -> None:
    assert normalised("  12, RUE de l'Échappement ") == normalised("12 rue de l’echappement") == "12 rue de l echappement"
    assert address_key("Vilhonkatu 4", "00100", "Helsinki") == address_key("VILHONKATU  4,", "00100", "helsinki")


def test_an_address_in_one_line_leaves_out_what_is_not_known() -> None:
    assert one_line("Vilhonkatu 4", "", "Helsinki") == "Vilhonkatu 4, Helsinki"
    assert one_line("Vilhonkatu 4", "", "") == "Vilhonkatu 4"
