from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.http import StreamingHttpResponse
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from coopdelivery.places.basemaps import base_map_at
from coopdelivery.places.geometry import Point
from coopdelivery.places.views import _bounds

URL = "/map/helsinki.pmtiles"
FILE = (django_settings.ROOT / "static" / "map" / "helsinki.pmtiles").read_bytes()


def body(response: object) -> bytes:
    assert isinstance(response, StreamingHttpResponse)
    return b"".join(response)


def test_the_whole_map_is_served(client: Client) -> None:
    response = client.get(URL)
    assert body(response) == FILE
    assert (response["Accept-Ranges"], response["Content-Type"]) == ("bytes", "application/vnd.pmtiles")


@pytest.mark.parametrize(
    ("asked", "part"),
    [("bytes=0-126", FILE[:127]), ("bytes=100-", FILE[100:]), ("bytes=-50", FILE[-50:]), (f"bytes=10-{len(FILE) * 2}", FILE[10:])],
)
def test_a_range_is_served_as_asked(client: Client, asked: str, part: bytes) -> None:
    response = client.get(URL, headers={"Range": asked})
    assert response.status_code == 206
    assert body(response) == part
    assert response["Content-Length"] == str(len(part))
    assert response["Content-Range"].endswith(f"/{len(FILE)}")


@pytest.mark.parametrize("asked", [f"bytes={len(FILE)}-", "bytes=9-3", "bytes=-0"])
def test_a_range_outside_the_map_is_refused(client: Client, asked: str) -> None:
    response = client.get(URL, headers={"Range": asked})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(FILE)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "lines=1-2", "bytes=-", "bytes=a-b"])
def test_a_range_we_do_not_know_gets_the_whole_map(client: Client, asked: str) -> None:
    response = client.get(URL, headers={"Range": asked})
    assert response.status_code == 200
    assert body(response) == FILE


def test_an_unchanged_map_is_not_sent_again(client: Client) -> None:
    first = client.get(URL)
    body(first)
    assert client.get(URL, headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_a_range_of_a_map_that_changed_gets_the_whole(client: Client) -> None:
    response = client.get(URL, headers={"Range": "bytes=0-9", "If-Range": '"old"'})
    assert response.status_code == 200
    assert body(response) == FILE


@pytest.mark.parametrize("url", ["/map/nowhere.pmtiles", "/map/..%2f..%2fmanage.pmtiles", "/map/ATTRIBUTION"])
def test_only_maps_are_served(client: Client, url: str) -> None:
    assert client.get(url).status_code == 404


def test_a_map_is_only_read(client: Client) -> None:
    assert client.post(URL).status_code == 405


@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 300))
def test_a_range_never_leaves_the_file(first: int, last: int, size: int) -> None:
    start, end = _bounds(str(first), str(last), size)
    assert start > end or 0 <= start <= end < size


def test_each_town_has_its_map_and_elsewhere_there_is_none(settings: Settings) -> None:
    helsinki, vauclair, montreuil = (base_map_at(at) for at in (Point(60.17, 24.944), Point(47.051, 6.735), Point(48.86, 2.44)))
    assert (helsinki.kind, helsinki.url, helsinki.attribution) == ("pmtiles", URL, "© OpenStreetMap contributors")
    assert (vauclair.kind, vauclair.url) == ("geojson", "/static/map/vauclair.geojson")
    assert montreuil.kind == "none"


def test_an_operators_own_map_wins_and_a_tile_server_over_all(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "map").mkdir()
    (tmp_path / "map" / "region.pmtiles").write_bytes(b"PMTiles")
    assert base_map_at(Point(60.17, 24.944)).url == "/map/region.pmtiles"
    settings.MAP_TILES_URL = "https://tiles.example.org/{z}/{x}/{y}.png"
    assert base_map_at(Point(60.17, 24.944)).kind == "raster"
