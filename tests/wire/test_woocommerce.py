"""The WooCommerce plugin 1.1.0, unmodified."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from collectives.models import Collective
from collectives.services.programs import Keys
from dispatch.models import Task
from orders.models import Delivery, Partner
from tests.wire.conftest import PARIS, tomorrow
from tests.wire.plugin import Plugin

pytestmark = pytest.mark.django_db
DAYS = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}


@pytest.fixture
def plugin(keys: Keys) -> Plugin:
    return Plugin(keys)


def order(collective: Collective, **dropoff: Any) -> dict[str, Any]:
    """What the plugin sends when an order is being processed."""
    return {
        "pickup": {"comments": "Order #1041\nFleurs de Maine http://shop.example\n******\n2 x Bouquet"},
        "dropoff": {
            "address": {"streetAddress": "7 place du Ralliement 93100 Montreuil", "contactName": "Mme Roux", "telephone": "06 39 98 12 40"},
            "timeSlot": f"{tomorrow(collective)} 10:00-12:00",
            "comments": "Second floor",
            **dropoff,
        },
    }


def test_saving_the_settings_finds_our_entry_point(client: Client, db: None) -> None:
    answer = client.get("/api", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["@context"]) == (200, "/api/contexts/Entrypoint")
    assert answer["Content-Type"].startswith("application/ld+json")


def test_saving_the_settings_signs_in(plugin: Plugin) -> None:
    answer = plugin.token()
    assert (answer.status_code, answer.json()["token_type"], answer.json()["expires_in"]) == (200, "Bearer", 3600)


def test_saving_the_settings_shows_the_application(plugin: Plugin) -> None:
    me = plugin.get("/api/me").json()
    assert (me["@context"], me["name"]) == ("/api/contexts/ApiApp", "Shop plugin")


def test_the_checkout_page_walks_to_the_opening_hours(plugin: Plugin, florist: Partner) -> None:
    store = plugin.get("/api/me").json()["store"]
    assert store == f"/api/stores/{florist.pk}"
    slot = plugin.get(plugin.get(store).json()["timeSlot"]).json()
    assert (slot["interval"], slot["priorNotice"]) == ("2 days", None)
    assert {day for hours in slot["openingHoursSpecification"] for day in hours["dayOfWeek"]} == DAYS
    assert slot["openingHoursSpecification"][1]["opens"] == "02:00"


def test_an_order_becomes_a_delivery(plugin: Plugin, open_montreuil: Collective, florist: Partner) -> None:
    answer = plugin.post("/api/deliveries", order(open_montreuil))
    placed = Delivery.objects.get()
    assert answer.status_code == 201
    assert answer.json()["@id"] == f"/api/deliveries/{placed.pk}"
    assert answer.json()["dropoff"]["id"] == Task.objects.get(kind="dropoff").pk
    assert placed.partner == florist
    pickup, drop = placed.stops.select_related("place")
    assert (pickup.place_id, pickup.note) == (florist.place_id, order(open_montreuil)["pickup"]["comments"])
    assert (drop.contact_name, drop.phone, drop.note) == ("Mme Roux", "+33639981240", "Second floor")
    ten = dt.datetime.combine(tomorrow(open_montreuil), dt.time(10), tzinfo=PARIS)
    assert (drop.window_start, drop.window_end) == (ten, ten + dt.timedelta(hours=2))


def test_an_order_without_a_slot_takes_the_next_window(plugin: Plugin, open_montreuil: Collective) -> None:
    assert plugin.post("/api/deliveries", order(open_montreuil, timeSlot="")).status_code == 201
    assert Delivery.objects.get().status == "placed"


def test_a_telephone_that_is_none_loses_no_order(plugin: Plugin, open_montreuil: Collective) -> None:
    address = {"streetAddress": "7 place du Ralliement 93100 Montreuil", "telephone": "ask the neighbour"}
    assert plugin.post("/api/deliveries", order(open_montreuil, address=address)).status_code == 201
    assert "ask the neighbour" in Delivery.objects.get().stops.get(kind="dropoff").note


def test_long_comments_lose_no_order(plugin: Plugin, open_montreuil: Collective) -> None:
    assert plugin.post("/api/deliveries", order(open_montreuil, comments="tulips " * 200)).status_code == 201


def test_wrong_keys_are_refused_as_the_plugin_expects(keys: Keys) -> None:
    answer = Plugin(Keys(keys.application, "wrong", "wrong")).token()
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert {"error_description", "message"} <= set(answer.json())
