"""The recipient's page: honest, small, without an account, and silent about who rides."""

import datetime as dt
import gzip
import re
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from collectives.models import Membership
from coopdelivery.journal.models import Event
from coopdelivery.kit.refs import sign
from orders import carbon, outlook
from orders.models import Delivery, Partner, Stop
from orders.outlook import Arrival
from orders.services import cancel_delivery, edit_partner, mark_stop_done, mark_stop_failed
from orders.tracking.links import tracking_path


@pytest.fixture
def drop(delivery: Delivery) -> Stop:
    return delivery.stops.get(kind="dropoff")


@pytest.fixture
def on_its_way(monkeypatch: pytest.MonkeyPatch, delivery: Delivery, carl: Membership) -> Stop:
    """Picked up; Carl comes at 10:45, two stops before."""
    at = delivery.stops.get(kind="dropoff").window_start + dt.timedelta(minutes=45)

    def soon(stops: list[Stop]) -> dict[int, Arrival]:
        return {stop.pk: Arrival(planned_at=at, stops_before=2, under_way=True, courier="Carl", vehicle="Trike 3") for stop in stops}

    monkeypatch.setattr(outlook, "_lookups", [soon])
    mark_stop_done(stop=delivery.stops.get(kind="pickup"), at=timezone.now(), by=carl.person)
    return delivery.stops.get(kind="dropoff")


def read(client: Client, stop: Stop, query: str = "") -> str:
    answer = client.get(tracking_path(stop) + query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_before_the_pickup_the_promise_is_the_big_time(client: Client, drop: Stop) -> None:
    page = read(client, drop)
    assert "<em>10–12h</em>" in page
    assert "Promised for tomorrow." in page
    assert "Fleurs de Maine" in page


def test_on_the_way_it_is_one_time_with_its_range(client: Client, on_its_way: Stop) -> None:
    page = read(client, on_its_way)
    assert "<em>10:45</em>" in page
    assert "Between 10:35 and 10:55. Promised 10–12h." in page
    assert "2 stops before yours" in page


def test_it_never_names_the_courier_nor_calls_a_third_party(client: Client, on_its_way: Stop) -> None:
    page = read(client, on_its_way)
    assert "Carl" not in page
    assert "Trike 3" not in page
    assert re.findall(r'(?:src|href|action)="(?:https?:)?//', page) == []
    assert "<script" in page
    assert set(re.findall(r'<script[^>]*src="([^"]+)"', page)) == {"/static/js/tracking.js"}


def test_it_needs_no_cookie(client: Client, drop: Stop) -> None:
    answer = client.get(tracking_path(drop))
    assert not answer.cookies
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex"


def test_page_and_styles_and_script_weigh_less_than_fifty_kilobytes(client: Client, on_its_way: Stop) -> None:
    page = read(client, on_its_way)
    files = re.findall(r'(?:href|src)="/static/((?:css|js)/[^"]+)"', page)
    assert files
    root = Path(settings.STATICFILES_DIRS[0])
    weights = [len(gzip.compress((root / name).read_bytes())) for name in files]
    assert len(gzip.compress(page.encode())) + sum(weights) < 50_000


def test_another_language_is_one_link_away(client: Client, drop: Stop) -> None:
    assert '<html lang="fr"' in read(client, drop, "?lang=fr")
    assert '<html lang="en"' in read(client, drop, "?lang=xx")


def test_when_nobody_is_home_the_recipient_says_where(client: Client, drop: Stop) -> None:
    answer = client.post(tracking_path(drop), {"choice": "neighbour", "note": "Mme Duval, 2e"})
    assert (answer.status_code, answer["Location"].endswith("&saved")) == (302, True)
    drop.refresh_from_db()
    assert (drop.if_absent, drop.if_absent_note) == ("neighbour", "Mme Duval, 2e")
    event = Event.objects.get(name="recipient.chose")
    assert (event.subject, event.data["choice"], event.by_id) == (str(drop.ref), "neighbour", None)


@pytest.mark.parametrize("data", [{}, {"choice": "window"}, {"choice": "home", "note": "x" * 201}])
def test_a_choice_that_does_not_exist_is_refused_and_kept_nowhere(client: Client, drop: Stop, data: dict[str, str]) -> None:
    assert client.post(tracking_path(drop), data).status_code == 422
    drop.refresh_from_db()
    assert drop.if_absent == ""
    assert not Event.objects.filter(name="recipient.chose").exists()


def test_medicine_never_waits_at_the_co_op(client: Client, florist: Partner, drop: Stop) -> None:
    collective = florist.collective
    collective.street_address = "4 rue de la Balance"
    collective.save(update_fields=["street_address"])
    assert 'value="collective"' in read(client, drop)
    edit_partner(partner=florist, kind=Partner.Kind.PHARMACY, by=None)
    assert 'value="collective"' not in read(client, drop)
    assert client.post(tracking_path(drop), {"choice": "collective"}).status_code == 422


def test_after_the_handover_nothing_can_be_chosen(client: Client, drop: Stop, carl: Membership) -> None:
    mark_stop_done(stop=drop, at=timezone.now(), by=carl.person, received_by="Mme Duval")
    page = read(client, drop)
    assert "Received by Mme Duval." in page
    assert "<form" not in page
    assert client.post(tracking_path(drop), {"choice": "home"}).status_code == 422


def test_when_it_failed_the_recipient_decides_what_next(client: Client, drop: Stop, carl: Membership) -> None:
    mark_stop_failed(stop=drop, at=timezone.now(), by=carl.person, reason="nobody there")
    page = read(client, drop)
    assert "What do we do?" in page
    assert 'value="home"' not in page
    assert client.post(tracking_path(drop), {"choice": "another_day", "note": "Friday"}).status_code == 302


def test_a_promise_that_has_passed_is_not_hidden(client: Client, drop: Stop) -> None:
    with time_machine.travel(drop.window_end + dt.timedelta(minutes=1), tick=False):
        assert "Later than promised" in read(client, drop)


def test_thirty_days_after_the_end_a_calm_page_says_it_is_over(client: Client, delivery: Delivery, drop: Stop) -> None:
    cancel_delivery(delivery=delivery, by=None, reason="")
    assert "cancelled" in read(client, drop)
    with time_machine.travel(timezone.now() + dt.timedelta(days=31), tick=False):
        page = read(client, drop)
        assert "This delivery is over" in page
        assert "Ralliement" not in page


@pytest.mark.parametrize("token", ["x", "a.b", "00000000-0000-0000-0000-000000000000.AAAA"])
def test_a_link_not_made_here_is_404(client: Client, drop: Stop, token: str) -> None:
    assert client.get(f"/t/{token}/").status_code == 404
    assert client.get(f"/t/{sign(str(drop.ref), purpose='invitation')}/").status_code == 404
    assert client.post(f"/t/{sign('not a ref', purpose='tracking')}/").status_code == 404


def test_a_link_for_the_whole_delivery_opens_its_drop(client: Client, delivery: Delivery) -> None:
    answer = client.get(f"/t/{sign(str(delivery.ref), purpose='tracking')}/")
    assert b"7 place du Ralliement" in answer.content


def test_the_carbon_of_a_trip_by_hand() -> None:
    found = carbon.trip(2600)
    assert (found.bike_use_g, found.bike_life_g, found.van_low_g, found.van_high_g) == (8, 39, 180, 1300)


def test_forbidden_words_are_on_no_page_of_the_recipient(client: Client, on_its_way: Stop) -> None:
    pages = read(client, on_its_way) + client.get("/t/method/").content.decode()
    for word in ("zero emission", "neutral", "green", "ecological"):
        assert word not in pages.lower()
