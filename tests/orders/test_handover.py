"""The photo of a handover: for who received it and for the shop, for nobody else, and for thirty days."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from collectives.models import Membership
from dispatch.models import Proof, Task
from dispatch.services.proofs import Given, add_proof
from orders.models import Delivery, Stop
from orders.services import mark_stop_done
from orders.tracking.links import KEPT, tracking_path
from tests.orders import world


@pytest.fixture
def handed(delivery: Delivery, carl: Membership, settings: Any, tmp_path: Any) -> Proof:
    """Carl photographed the bouquet at Mme Roux's door."""
    settings.MEDIA_ROOT = tmp_path
    for stop in delivery.stops.order_by("position"):
        mark_stop_done(stop=stop, by=carl.person, at=timezone.now(), received_by="Mme Roux")
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "green").save(out, "JPEG")
    return add_proof(task=Task.objects.get(stop__kind="dropoff"), proof=Given(kind="photo", image=out.getvalue()), by=carl.person)


def test_who_received_it_sees_the_photo_and_no_name_of_who_rode(client: Client, handed: Proof) -> None:
    drop = Stop.objects.select_related("delivery").get(kind="dropoff")
    page = tracking_path(drop)
    shown = client.get(page).content.decode()
    assert f"{handed.ref}.jpg" in shown
    assert "Carl" not in shown
    assert client.get(f"{page}{handed.ref}.jpg").getvalue()[:2] == b"\xff\xd8"


def test_another_recipients_link_opens_no_photo(client: Client, handed: Proof, delivery: Delivery) -> None:
    other = world.make_delivery(world.make_partner(delivery.collective, "Other"))
    drop = other.stops.select_related("delivery").get(kind="dropoff")
    assert client.get(f"{tracking_path(drop)}{handed.ref}.jpg").status_code == 404
    assert client.get(f"/t/made-up/{handed.ref}.jpg").status_code == 404


def test_after_thirty_days_there_is_no_photo(client: Client, handed: Proof, delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(finished_at=timezone.now() - KEPT - timedelta(days=1))
    drop = Stop.objects.select_related("delivery").get(kind="dropoff")
    assert client.get(f"{tracking_path(drop)}{handed.ref}.jpg").status_code == 404


def test_the_shop_sees_it_in_its_list(client: Client, handed: Proof, sam: Membership) -> None:
    client.force_login(sam.person)
    assert f"/board/proofs/{handed.ref}/" in client.get("/c/montreuil/deliveries/").content.decode()
