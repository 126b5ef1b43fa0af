"""The PrestaShop module 0.3.4, unmodified: plain curl, no redirects followed, success is 200, 201 or 204."""

from typing import Any

import pytest
from django.test import Client

from collectives.models import Collective
from collectives.services.programs import Keys
from orders.models import Delivery, Partner
from tests.wire.conftest import tomorrow
from tests.wire.plugin import Plugin

pytestmark = pytest.mark.django_db


@pytest.fixture
def plugin(keys: Keys) -> Plugin:
    return Plugin(keys, accept="application/json")


def order(collective: Collective, **pickup: Any) -> dict[str, Any]:
    return {
        "dropoff": {
            "address": {"streetAddress": "7 place du Ralliement, 93100 Montreuil", "description": "Code 12A", "contactName": "Mme Roux"},
            "timeSlot": f"{tomorrow(collective)} 14:00-16:00",
        },
        "pickup": {"comments": "Order RTFGHJ", **pickup},
    }


def test_the_carrier_gets_the_name_of_the_co_op(client: Client, montreuil: Collective) -> None:
    answer = client.get("/api/settings", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["brand_name"]) == (200, "Montreuil")


def test_the_host_name_says_which_co_op(client: Client, montreuil: Collective, nantes: Collective) -> None:
    assert client.get("/api/settings", headers={"X-Collective": "nantes"}).json()["brand_name"] == "Nantes"
    assert client.get("/api/settings").json()["brand_name"] == "Coopdelivery"


def test_the_entry_point_answers_without_redirect(client: Client, db: None) -> None:
    answer = client.get("/api", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["@context"]) == (200, "/api/contexts/Entrypoint")


def test_the_carrier_step_reads_the_hours(plugin: Plugin) -> None:
    slot = plugin.get(plugin.get(plugin.get("/api/me").json()["store"]).json()["timeSlot"])
    assert slot["Content-Type"].startswith("application/json")
    assert all(isinstance(hours["dayOfWeek"], list) for hours in slot.json()["openingHoursSpecification"])


def test_a_paid_order_becomes_a_delivery(plugin: Plugin, open_montreuil: Collective) -> None:
    answer = plugin.post("/api/deliveries", order(open_montreuil))
    assert (answer.status_code, answer.json()["@id"]) == (201, f"/api/deliveries/{Delivery.objects.get().pk}")
    assert "Code 12A" in Delivery.objects.get().stops.get(kind="dropoff").note


def test_a_pickup_with_only_a_telephone_is_at_the_store(plugin: Plugin, open_montreuil: Collective, florist: Partner) -> None:
    assert plugin.post("/api/deliveries", order(open_montreuil, address={"telephone": "01 45 67 89 01"})).status_code == 201
    pickup = Delivery.objects.get().stops.get(kind="pickup")
    assert (pickup.place_id, pickup.phone) == (florist.place_id, "+33145678901")


def test_a_telephone_that_is_false_is_none(plugin: Plugin, open_montreuil: Collective) -> None:
    assert plugin.post("/api/deliveries", order(open_montreuil, address={"telephone": False})).status_code == 201


def test_the_shops_own_address_may_be_given(plugin: Plugin, open_montreuil: Collective, florist: Partner) -> None:
    assert (
        plugin.post("/api/deliveries", order(open_montreuil, address={"streetAddress": "3 rue de Paris, 93100 Montreuil"})).status_code
        == 201
    )
    assert Delivery.objects.get().stops.get(kind="pickup").place_id != florist.place_id
