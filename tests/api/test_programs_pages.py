"""The page of programs: keys shown once, calls with their answers."""

import pytest
from django.test import Client

from collectives.models import ApiApplication, Membership, WebhookCall
from collectives.services.programs import Keys, switch_off
from collectives.webhooks.services import announce, subscribe
from orders.models import Partner
from tests.api.world import as_application, make_application
from tests.orders.conftest import florist, open_montreuil

__all__ = ["florist", "open_montreuil"]
pytestmark = pytest.mark.django_db
PAGE = "/c/montreuil/partners/programs/"


@pytest.fixture
def office(client: Client, ada: Membership) -> Client:
    client.force_login(ada.person)
    return client


@pytest.fixture
def keys(florist: Partner) -> Keys:
    return make_application(florist.collective, florist)


def test_new_keys_are_shown_once_and_work(office: Client, florist: Partner) -> None:
    answer = office.post(PAGE, {"name": "Web shop", "kind": "shop", "partner": florist.pk})
    made = ApiApplication.objects.get()
    assert answer.status_code == 200
    assert made.client_id in answer.content.decode()
    assert (made.partner_ref, made.scopes) == (florist.ref, ["deliveries", "tasks"])
    assert made.client_id not in office.get(PAGE).content.decode()


def test_a_shops_program_needs_a_partner(office: Client, florist: Partner) -> None:
    assert office.post(PAGE, {"name": "Web shop", "kind": "shop"}).status_code == 422
    assert not ApiApplication.objects.exists()


def test_switched_off_means_at_once(office: Client, keys: Keys) -> None:
    api = as_application(keys.application)
    assert api.get("/api/me").status_code == 200
    office.post(f"{PAGE}{keys.application.ref}/off/")
    assert api.get("/api/me").status_code == 401


def test_new_keys_end_the_old_ones(office: Client, keys: Keys) -> None:
    api = as_application(keys.application)
    office.post(f"{PAGE}{keys.application.ref}/keys/")
    assert api.get("/api/me").status_code == 401


def test_every_call_is_shown_and_can_be_sent_again(office: Client, keys: Keys, florist: Partner) -> None:
    subscribe(application=keys.application, event="delivery.failed", url="https://shop.example/hook", by=None)
    announce(partner_ref=florist.ref, event="delivery.failed", subject="/api/deliveries/7", event_id=1)
    call = WebhookCall.objects.get()
    assert "/api/deliveries/7" in office.get(f"{PAGE}{keys.application.ref}/").content.decode()
    office.post(f"{PAGE}{keys.application.ref}/calls/{call.ref}/again/")
    assert [each.body for each in WebhookCall.objects.all()] == [call.body, call.body]


def test_an_api_key_is_a_token_that_does_not_end(keys: Keys) -> None:
    api = as_application(keys.application)
    api.headers = {"Authorization": f"Bearer {keys.api_key}"}
    assert api.get("/api/me").json()["name"] == "Shop plugin"
    switch_off(application=keys.application, by=None)
    assert api.get("/api/me").status_code == 401
