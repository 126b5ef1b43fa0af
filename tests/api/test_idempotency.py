"""`Idempotency-Key`, quotes, limits: what the dialect lacks."""

from typing import Any

import pytest

from collectives.models import ApiAnswer, Collective
from collectives.services.programs import Keys
from orders.models import Delivery, Partner
from tests.api.world import Api, as_application, make_application
from tests.orders.conftest import florist, open_montreuil

__all__ = ["florist", "open_montreuil"]
pytestmark = pytest.mark.django_db
BODY: dict[str, Any] = {"dropoff": {"address": "7 place du Ralliement, Montreuil", "timeSlot": ["tomorrow 10:00", "tomorrow 12:00"]}}
KEY = {"Idempotency-Key": "order-1041"}


@pytest.fixture
def keys(florist: Partner) -> Keys:
    return make_application(florist.collective, florist)


@pytest.fixture
def shop(keys: Keys) -> Api:
    return as_application(keys.application)


def test_the_first_answer_is_given_again(shop: Api) -> None:
    first = shop.post("/api/deliveries", BODY, **KEY)
    again = shop.post("/api/deliveries", BODY, **KEY)
    assert (first.status_code, again.status_code, again["Idempotent-Replayed"]) == (201, 201, "true")
    assert first.content == again.content
    assert Delivery.objects.count() == 1


def test_without_a_key_two_requests_are_two_orders(shop: Api) -> None:
    for _each in range(2):
        assert shop.post("/api/deliveries", BODY).status_code == 201
    assert Delivery.objects.count() == 2


def test_other_contents_under_the_same_key_are_refused(shop: Api) -> None:
    shop.post("/api/deliveries", BODY, **KEY)
    answer = shop.post("/api/deliveries", {**BODY, "comments": "Two bouquets"}, **KEY)
    assert (answer.status_code, answer.json()["@type"]) == (422, "hydra:Error")
    assert Delivery.objects.count() == 1


def test_while_it_is_worked_on_the_same_key_answers_409(shop: Api, keys: Keys) -> None:
    shop.post("/api/deliveries", BODY, **KEY)
    ApiAnswer.objects.update(status=None, body="")
    assert shop.post("/api/deliveries", BODY, **KEY).status_code == 409
    assert Delivery.objects.count() == 1


def test_what_was_refused_may_be_tried_again(shop: Api) -> None:
    assert shop.post("/api/deliveries", {"dropoff": {"address": ""}}, **KEY).status_code == 400
    assert shop.post("/api/deliveries", BODY, **KEY).status_code == 201


def test_two_programs_may_use_the_same_key(shop: Api, florist: Partner) -> None:
    other = as_application(make_application(florist.collective, florist).application)
    assert [api.post("/api/deliveries", BODY, **KEY).status_code for api in (shop, other)] == [201, 201]
    assert Delivery.objects.count() == 2


def test_a_quote_is_honoured_once(shop: Api) -> None:
    quote = shop.post("/api/quotes", BODY).json()
    placed = shop.post("/api/deliveries", {**BODY, "quote": quote["@id"]})
    assert (placed.status_code, placed.json()["order"]["total"]) == (201, quote["amount"])
    assert shop.post("/api/deliveries", {**BODY, "quote": quote["@id"]}).status_code == 409
    assert Delivery.objects.count() == 1


def test_tax_can_be_left_out_of_a_price(shop: Api) -> None:
    whole = shop.post("/api/retail_prices/calculate", BODY).json()
    net = shop.post("/api/retail_prices/calculate?tax=excluded", BODY).json()
    assert (whole["tax"]["included"], net["tax"]["included"]) == (True, False)
    assert whole["amount"] == net["amount"] + net["tax"]["amount"]


def test_asserting_writes_nothing(shop: Api) -> None:
    assert shop.post("/api/deliveries/assert", BODY).status_code == 200
    assert shop.post("/api/deliveries/assert", {"dropoff": {"address": ""}}).status_code == 400
    assert not Delivery.objects.exists()


def test_calls_are_counted_and_told(shop: Api, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    keys.application.rate_per_minute = 2
    keys.application.save()
    monkeypatch.setattr("collectives.api.limits.time.time", lambda: 1_800_000_000.0 + keys.application.pk * 60)
    left = [shop.get("/api/me")["X-RateLimit-Remaining"] for _each in range(2)]
    refused = shop.get("/api/me")
    assert (left, refused.status_code, refused["Retry-After"]) == (["1", "0"], 429, refused["X-RateLimit-Reset"])


def test_a_cancelled_delivery_answers_204_twice(shop: Api, open_montreuil: Collective) -> None:
    link = shop.post("/api/deliveries", BODY).json()["@id"]
    assert [shop.delete(link).status_code for _each in range(2)] == [204, 204]
    assert Delivery.objects.get().status == "cancelled"
