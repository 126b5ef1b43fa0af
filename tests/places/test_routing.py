import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from coopdelivery.places.geometry import Point, encode_line, haversine_m
from coopdelivery.places.routing import Leg, matrix, route
from tests.places.outside import outside

ANNANKATU, PENGER, STATION = Point(60.167667, 24.935705), Point(60.175559, 24.951563), Point(60.1717, 24.9414)
MONTREUIL = [Point(48.8622, 2.4419), Point(48.8583, 2.4352), Point(48.8570, 2.4300)]
HELSINKI = st.builds(Point, st.floats(60.1645, 60.1788), st.floats(24.9355, 24.9530))


def test_without_streets_the_distance_is_straight_times_the_detour() -> None:
    found = route(MONTREUIL[:2])
    straight_m = haversine_m(*MONTREUIL[:2])
    assert found.distance_m == round(straight_m * 1.35)
    assert found.duration_s == round(straight_m * 1.35 / 15 * 3.6)
    assert found.estimated
    assert found.line == tuple(MONTREUIL[:2])


def test_in_helsinki_the_route_follows_the_streets() -> None:
    found = route([ANNANKATU, PENGER])
    assert not found.estimated
    assert found.distance_m > haversine_m(ANNANKATU, PENGER)
    assert found.distance_m < 2 * haversine_m(ANNANKATU, PENGER)
    assert len(found.line) > 20
    assert haversine_m(found.line[0], ANNANKATU) < 60


def test_a_leg_that_leaves_the_tiles_is_estimated_and_says_so() -> None:
    assert route([ANNANKATU, Point(60.30, 24.95)]).estimated


def test_a_place_nobody_located_adds_no_kilometres() -> None:
    known = route([ANNANKATU, PENGER])
    found = route([None, ANNANKATU, None, PENGER, None])
    assert (found.distance_m, found.duration_s, found.unknown) == (known.distance_m, known.duration_s, 3)
    assert [leg.known for leg in found.legs] == [True, False, True, False]
    assert found.legs[0] == Leg(0, 0)
    assert found.legs[2] == known.legs[0]


@pytest.mark.parametrize("points", [[], [None], [ANNANKATU], [None, ANNANKATU, None]])
def test_fewer_than_two_known_points_are_no_way_at_all(points: list[Point | None]) -> None:
    found = route(points)
    assert (found.distance_m, found.duration_s, found.estimated) == (0, 0, False)
    assert len(found.legs) == max(0, len(points) - 1)


def test_a_round_longer_than_one_question_keeps_all_its_legs() -> None:
    points = [Point(60.1665 + 0.00005 * i, 24.938 + 0.001 * (i % 9)) for i in range(120)]
    found = route(points)
    assert len(found.legs) == 119
    assert found.distance_m == sum(leg.distance_m for leg in found.legs)


@given(st.lists(HELSINKI, min_size=2, max_size=6))
def test_anywhere_in_helsinki_there_is_an_answer(points: list[Point]) -> None:
    found = route(points)
    assert len(found.legs) == len(points) - 1
    assert found.duration_s >= 0


def test_a_matrix_has_a_row_for_each_point_and_nothing_on_its_diagonal() -> None:
    found = matrix([ANNANKATU, PENGER, STATION])
    assert not found.estimated
    assert [row[index] for index, row in enumerate(found.distances_m)] == [0, 0, 0]
    assert found.distances_m[0][1] > 1000
    assert found.durations_s[0][1] > 200


def test_without_streets_a_matrix_is_estimated() -> None:
    found = matrix(MONTREUIL)
    assert found.estimated
    assert found.distances_m[0][2] == found.distances_m[2][0] > found.distances_m[0][1]


def test_valhalla_over_http_answers(settings: Settings) -> None:
    legs = [{"summary": {"length": 0.812, "time": 201.4}, "shape": encode_line(MONTREUIL[:2])}]
    table = [[{"distance": 0, "time": 0}, {"distance": 0.8, "time": 200}], [{"distance": 0.9, "time": 220}, {"distance": 0, "time": 0}]]
    with outside({"/route": {"trip": {"legs": legs}}, "/sources_to_targets": {"sources_to_targets": table}}) as service:
        settings.ROUTER, settings.ROUTER_URL = "valhalla_http", service.url
        found, again, pairs = route(MONTREUIL[:2]), route(MONTREUIL[:2]), matrix(MONTREUIL[:2])
    assert (found.distance_m, found.duration_s, found.estimated) == (812, 201, False)
    assert found == again
    assert pairs.distances_m == ((0, 800), (900, 0))
    assert found.climb_m is None
    assert [path for path, _ in service.asked] == ["/route", "/height", "/height", "/sources_to_targets"]


@pytest.mark.parametrize(
    ("heights", "climb_m"),
    [
        ([10, 11, 10, 11, 10], 0),
        ([10, 14, 12, 18], 10),
        ([10, 11, 12, 13, 14], 4),
        ([30, 20, 10], 0),
        ([-3.0, 2.5], 6),
        ([10, None, 30], None),
        ([], None),
        ("high", None),
        ([{}], None),
    ],
)
def test_where_valhalla_knows_the_heights_a_way_says_how_far_up_it_goes(settings: Settings, heights: object, climb_m: int | None) -> None:
    """Less than two metres are the grain of the heights. Without them the way is as good as before."""
    legs = [{"summary": {"length": 0.812, "time": 201.4}, "shape": encode_line(MONTREUIL[:2])}]
    with outside({"/route": {"trip": {"legs": legs}}, "/height": {"height": heights}}) as service:
        settings.ROUTER, settings.ROUTER_URL = "valhalla_http", service.url
        found = route(MONTREUIL[:2])
    assert (found.distance_m, found.climb_m, found.estimated) == (812, climb_m, False)
    assert json.loads(service.asked[1][1]["json"][0])["encoded_polyline"] == encode_line(MONTREUIL[:2])


def test_osrm_over_http_answers(settings: Settings) -> None:
    best = {"legs": [{"distance": 812.4, "duration": 201.4}], "geometry": encode_line(MONTREUIL[:2])}
    with outside({"/route/v1/bike/": {"routes": [best]}, "/table/v1/bike/": {"distances": [[0, 5.4]], "durations": [[0, 2]]}}) as service:
        settings.ROUTER, settings.ROUTER_URL = "osrm_http", service.url
        found, pairs = route(MONTREUIL[:2]), matrix(MONTREUIL[:2])
    assert (found.distance_m, found.duration_s, found.estimated) == (812, 201, False)
    assert pairs.distances_m == ((0, 5),)
    assert service.asked[0][0] == "/route/v1/bike/2.441900,48.862200;2.435200,48.858300"


@pytest.mark.parametrize("name", ["valhalla_http", "osrm_http"])
@pytest.mark.parametrize(
    "body", [b"oops", b"{}", b"[]", b'{"routes": [{"legs": [], "geometry": "~~~"}]}', b'{"trip": {"legs": [{}]}}', b"null"]
)
def test_a_router_that_answers_nonsense_leaves_an_estimate(settings: Settings, name: str, body: bytes) -> None:
    with outside({"/": body}) as service:
        settings.ROUTER, settings.ROUTER_URL = name, service.url
        assert route(MONTREUIL[:2]).estimated
        assert matrix(MONTREUIL[:2]).estimated


@pytest.mark.parametrize("name", ["valhalla_http", "osrm_http"])
def test_a_router_that_is_down_leaves_an_estimate(settings: Settings, nowhere: str, name: str) -> None:
    settings.ROUTER, settings.ROUTER_URL = name, nowhere
    assert all(route(MONTREUIL[:2]).estimated for _ in range(5))


def test_tiles_that_are_not_there_leave_an_estimate(settings: Settings) -> None:
    settings.ROUTER_TILES = "/nowhere/tiles.tar"
    assert route([ANNANKATU, PENGER]).estimated


def test_the_straight_router_can_be_chosen(settings: Settings) -> None:
    settings.ROUTER = "straight"
    assert route([ANNANKATU, PENGER]).estimated
