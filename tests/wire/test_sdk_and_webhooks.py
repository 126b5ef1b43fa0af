"""The PHP SDK, and the webhooks it subscribes to."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from collectives.models import Collective, Membership, Webhook, WebhookCall
from collectives.services.programs import Keys
from collectives.webhooks import deliver
from collectives.webhooks.services import send_again
from coopdelivery.journal import services as journal
from coopdelivery.notices.models import Message
from dispatch.services.plan import loose_round_of, plan_tasks
from dispatch.services.progress import finish_task, start_task
from orders.models import Delivery, Partner
from orders.services import cancel_delivery
from tests.api.world import Api, as_application, make_application
from tests.dispatch.conftest import tasks_of
from tests.orders import world
from tests.wire.plugin import Plugin
from tests.wire.receiver import Receiver, receiving

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def sdk(keys: Keys, settings: Settings) -> Api:
    settings.WEBHOOKS_TO_PRIVATE_ADDRESSES = True
    return as_application(keys.application)


def subscribe(sdk: Api, shop: Receiver, *events: str) -> list[dict[str, Any]]:
    made = [sdk.post("/api/webhooks", {"event": event, "url": shop.url}) for event in events]
    assert [answer.status_code for answer in made] == [201] * len(events)
    return [answer.json() for answer in made]


def told(shop: Receiver) -> list[str]:
    return [json.loads(body)["data"]["event"] for _headers, body in shop.calls]


def test_the_sdk_orders_with_a_text_and_a_relative_time(keys: Keys, open_montreuil: Collective) -> None:
    plugin = Plugin(keys)
    assert plugin.token("tasks deliveries").status_code == 200
    body = {"dropoff": {"address": "7 place du Ralliement, Montreuil", "before": "tomorrow 13:00"}}
    answer = plugin.post("/api/deliveries", body)
    assert answer.status_code == 201
    assert answer.json()["dropoff"]["before"].startswith(f"{open_montreuil.today() + dt.timedelta(days=1)}T13:00:00+")


def test_the_secret_of_a_webhook_is_told_once(sdk: Api, shop: Receiver) -> None:
    made = subscribe(sdk, shop, "delivery.completed")[0]
    assert (made["@context"], made["@type"]) == ("/api/contexts/Webhook", "Webhook")
    assert made["secret"].startswith("whsec_")
    assert "secret" not in sdk.get(made["@id"]).json()


@pytest.mark.parametrize(("event", "url"), [("delivery.eaten", "https://shop.example"), ("delivery.failed", "ftp://shop.example")])
def test_what_cannot_be_told_is_refused(sdk: Api, event: str, url: str) -> None:
    answer = sdk.post("/api/webhooks", {"event": event, "url": url})
    assert (answer.status_code, answer.json()["@type"]) == (400, "ConstraintViolationList")
    assert not Webhook.objects.exists()


def ride(delivery: Delivery, carl: Membership, dana: Membership) -> None:
    """Given to Carl, and ridden."""
    tasks = tasks_of(delivery)
    with journal.source("web"):
        plan_tasks(tasks=[task.ref for task in tasks], to_round=loose_round_of(carl, tasks[0].on), by=dana.person)
    for task in tasks:
        task.refresh_from_db()
        start_task(task=task, by=carl.person, at=timezone.now())
        finish_task(task=task, by=carl.person, at=timezone.now())


EVENTS = ["delivery.assigned", "delivery.started", "delivery.picked", "delivery.in_transit", "delivery.completed"]


def test_a_delivery_tells_its_whole_way_in_order(
    sdk: Api, shop: Receiver, keys: Keys, florist: Partner, carl: Membership, dana: Membership, any_query: None
) -> None:
    subscribe(sdk, shop, *EVENTS)
    delivery = world.make_delivery(florist)
    ride(delivery, carl, dana)
    journal.run_waiting()
    assert deliver.send_for(keys.application) == 5
    assert told(shop) == EVENTS
    assert shop.calls[0][1] == b'{"data":{"object":"\\/api\\/deliveries\\/%d","event":"delivery.assigned"}}' % delivery.pk


@pytest.fixture
def any_query(settings: Settings) -> None:
    """Calls are claimed one by one on purpose: the watch for repeated queries is not for them."""
    settings.ZEAL_ALLOWLIST = [{"model": "*"}]


@pytest.fixture
def cancelled(sdk: Api, shop: Receiver, florist: Partner, any_query: None) -> str:
    """A cancelled delivery that the shop wants to hear of; the secret."""
    secret: str = subscribe(sdk, shop, "delivery.cancelled")[0]["secret"]
    cancel_delivery(delivery=world.make_delivery(florist), by=None, reason="")
    journal.run_waiting()
    return secret


def test_both_signatures_are_over_the_bytes_sent(shop: Receiver, keys: Keys, cancelled: str) -> None:
    deliver.send_for(keys.application)
    headers, body = shop.calls[0]
    dialect = base64.b64encode(hmac.new(cancelled.encode(), body, hashlib.sha256).digest()).decode()
    assert headers["x-coopcycle-signature"] == dialect
    key = base64.b64decode(cancelled.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    assert headers["webhook-signature"] == "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def test_the_same_fact_twice_is_told_once(keys: Keys, cancelled: str, shop: Receiver) -> None:
    deliver.send_for(keys.application)
    assert deliver.send_for(keys.application) == 0
    assert len(shop.calls) == 1


def test_a_failure_is_tried_again_later_with_the_same_id(keys: Keys, cancelled: str, shop: Receiver, time_machine: Any) -> None:
    shop.answers = [500]
    assert deliver.send_for(keys.application) == 0
    call = WebhookCall.objects.get()
    assert (call.status, call.answer, call.attempts) == (500, "thanks", 1)
    time_machine.move_to(timezone.now() + dt.timedelta(seconds=6), tick=False)
    assert deliver.send_for(keys.application) == 1
    assert shop.calls[0][0]["webhook-id"] == shop.calls[1][0]["webhook-id"]


def test_after_three_days_it_is_given_up_and_after_five_switched_off_with_notice(
    keys: Keys, cancelled: str, shop: Receiver, ada: Membership, time_machine: Any
) -> None:
    shop.answers = [500] * 50
    start = timezone.now()
    for hours in range(0, 80, 4):
        time_machine.move_to(start + dt.timedelta(hours=hours), tick=False)
        deliver.send_for(keys.application)
    assert WebhookCall.objects.get().given_up_at is not None
    time_machine.move_to(start + dt.timedelta(days=5, hours=1), tick=False)
    send_again(call=WebhookCall.objects.get(), by=None)
    deliver.send_for(keys.application)
    assert not Webhook.objects.get().is_active
    journal.run_waiting()
    assert Message.objects.filter(kind="webhook.switched_off").count() == 1


def test_a_broken_receiver_delays_nobody_else(keys: Keys, cancelled: str, shop: Receiver, florist: Partner, settings: Settings) -> None:
    other = make_application(florist.collective, florist).application
    with receiving() as healthy:
        subscribe(as_application(other), healthy, "delivery.cancelled")
        cancel_delivery(delivery=world.make_delivery(florist), by=None, reason="")
        journal.run_waiting()
        shop.answers = [500] * 9
        assert sorted(deliver.waiting()) == sorted([(keys.application.pk, shop.url), (other.pk, healthy.url)])
        assert (deliver.send_for(keys.application), deliver.send_for(other)) == (0, 1)


def test_two_addresses_of_one_program_do_not_wait_for_each_other(
    sdk: Api, keys: Keys, cancelled: str, shop: Receiver, florist: Partner
) -> None:
    with receiving() as healthy:
        subscribe(sdk, healthy, "delivery.cancelled")
        shop.answers = [500] * 9
        for _each in range(2):
            cancel_delivery(delivery=world.make_delivery(florist), by=None, reason="")
        journal.run_waiting()
        assert deliver.send_for(keys.application, shop.url) == 0
        assert deliver.waiting() == [(keys.application.pk, healthy.url)]
        assert deliver.send_for(keys.application, healthy.url) == 2
    assert (len(shop.calls), len(healthy.calls)) == (1, 2)


def test_a_dead_address_with_much_to_hear_is_asked_once_a_minute_and_after_the_living(
    sdk: Api, keys: Keys, cancelled: str, shop: Receiver, florist: Partner, time_machine: Any
) -> None:
    for _each in range(3):
        cancel_delivery(delivery=world.make_delivery(florist), by=None, reason="")
    journal.run_waiting()
    shop.answers = [500, 500]
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    assert (deliver.send_for(keys.application), deliver.waiting(), len(shop.calls)) == (0, [], 1)
    time_machine.move_to(start + dt.timedelta(seconds=6), tick=False)
    assert (deliver.send_for(keys.application), deliver.waiting(), len(shop.calls)) == (0, [], 2)
    time_machine.move_to(start + dt.timedelta(minutes=2), tick=False)
    with receiving() as healthy:
        subscribe(sdk, healthy, "delivery.cancelled")
        cancel_delivery(delivery=world.make_delivery(florist), by=None, reason="")
        journal.run_waiting()
        assert [url for _application, url in deliver.waiting()] == [healthy.url, shop.url]
    assert deliver.send_for(keys.application, shop.url) == 5


def test_another_partners_program_hears_nothing(sdk: Api, shop: Receiver, florist: Partner, any_query: None) -> None:
    subscribe(sdk, shop, "delivery.cancelled")
    bakery = world.make_partner(florist.collective, "Bakery")
    cancel_delivery(delivery=world.make_delivery(bakery), by=None, reason="")
    journal.run_waiting()
    assert not WebhookCall.objects.exists()


def test_private_addresses_are_not_called(keys: Keys, cancelled: str, shop: Receiver, settings: Settings) -> None:
    settings.WEBHOOKS_TO_PRIVATE_ADDRESSES = False
    assert deliver.send_for(keys.application) == 0
    assert (shop.calls, WebhookCall.objects.get().answer) == ([], "127.0.0.1 is a private address")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ("grant_type=password&username=a&password=b", 400, "unsupported_grant_type"),
        ("scope=deliveries", 400, "invalid_request"),
        ("grant_type=client_credentials&scope=everything", 400, "invalid_scope"),
    ],
)
def test_a_refused_token_says_why_in_the_three_words_clients_read(keys: Keys, form: str, status: int, error: str) -> None:
    basic = base64.b64encode(f"{keys.application.client_id}:{keys.secret}".encode()).decode()
    kind = "application/x-www-form-urlencoded"
    answer = Client().post("/oauth2/token", form, content_type=kind, headers={"Authorization": f"Basic {basic}"})
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert {"error_description", "message"} <= set(answer.json())


def test_keys_in_the_form_are_taken_too(keys: Keys) -> None:
    fields = {"grant_type": "client_credentials", "client_id": keys.application.client_id, "client_secret": keys.secret}
    answer = Client().post("/oauth2/token", fields)
    assert (answer.status_code, answer.json()["token_type"], answer.json()["scope"]) == (200, "Bearer", "deliveries tasks")
