"""Several pickups in one delivery: fetched first, delivered after, priced, changed, repeated and read over the API."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from collectives.models import Collective, Membership
from dispatch.models import Task
from orders.changes import services as changes
from orders.changes.wanted import as_it_stands, drops_among, stops_of
from orders.models import Delivery, Order, ParcelType, Partner, StopKind
from orders.refusals import BadAddress, BadWindow, TooManyPickups
from orders.repeats.request import request_on, template_of, with_hours
from orders.requests import DeliveryRequest, StopRequest
from orders.rows import last_fetched
from orders.services import RuleDraft, mark_stop_done, place_delivery, quote_delivery
from orders.services.again import order_again
from tests.api.world import as_member
from tests.orders import world
from tests.orders.test_pages import NEW, QUOTE, form, quoted

pytestmark = pytest.mark.django_db
Fetched = Callable[..., DeliveryRequest]


@pytest.fixture
def fetched(florist: Partner) -> Fetched:
    """Something from the baker's and from the farm, with the flowers to Mme Roux."""

    def ask(count: int = 2, **stop: Any) -> DeliveryRequest:
        asked = world.one_drop(florist.collective)
        start = asked.dropoffs[0].window_start
        places = [world.make_place(florist.collective, f"{n} rue du Four", 800, 100 * n) for n in range(1, count + 1)]
        hour = {"window_start": start, "window_end": start + dt.timedelta(hours=1), **stop}
        more = [StopRequest(place_ref=place.ref, contact_name=f"Baker {n}", **hour) for n, place in enumerate(places)]
        return replace(asked, more_pickups=more)

    return ask


def kinds(delivery: Delivery) -> list[tuple[int, str]]:
    return list(delivery.stops.order_by("position").values_list("position", "kind"))


def test_every_pickup_comes_before_every_drop_and_has_its_task(florist: Partner, fetched: Fetched) -> None:
    delivery = world.make_delivery(florist, request=fetched())
    assert kinds(delivery) == [(0, "pickup"), (1, "pickup"), (2, "pickup"), (3, "dropoff")]
    assert [stop.contact_name for stop in delivery.stops.order_by("position")] == ["Fleurs de Maine", "Baker 0", "Baker 1", "Mme Roux"]
    assert list(Task.objects.filter(delivery=delivery).order_by("stop__position").values_list("kind", flat=True)) == [
        *["pickup"] * 3,
        "dropoff",
    ]


def test_it_is_picked_up_when_the_last_pickup_is_done(florist: Partner, fetched: Fetched, dana: Membership) -> None:
    delivery = world.make_delivery(florist, request=fetched())
    seen = []
    for stop in delivery.stops.order_by("position"):
        mark_stop_done(stop=stop, at=stop.window_start, by=dana.person)
        delivery.refresh_from_db()
        seen.append(delivery.status)
    assert seen == ["placed", "placed", "picked_up", "delivered"]


def test_what_is_not_fetched_everywhere_is_not_called_picked_up(florist: Partner, fetched: Fetched, dana: Membership, shop: Client) -> None:
    delivery = world.make_delivery(florist, request=fetched(1))
    first, second, drop = delivery.stops.order_by("position")
    mark_stop_done(stop=first, at=first.window_start, by=dana.person)
    assert last_fetched(list(delivery.stops.all())) == second
    assert "Picked up at" not in shop.get("/c/montreuil/deliveries/").content.decode()
    mark_stop_done(stop=second, at=first.window_start + dt.timedelta(minutes=7), by=dana.person)
    assert "Picked up at" in shop.get("/c/montreuil/deliveries/").content.decode()
    line = shop.get("/c/montreuil/deliveries/deliveries.csv").content.decode()
    assert f"{florist.place.one_line}; {second.place.one_line}" in line
    assert drop.place.one_line in line


def test_each_pickup_can_cost_and_the_way_goes_past_all_of_them(florist: Partner, fetched: Fetched, open_montreuil: Collective) -> None:
    rules = [RuleDraft("each_stop", "Pickups", {"amount_cents": 200, "stop": "pickup"}), *world.RULES[2:3]]
    dear = world.make_partner(open_montreuil, name="Le Four", price_list=world.make_price_list(open_montreuil, "Per pickup", rules))
    one = quote_delivery(request=replace(fetched(), more_pickups=[]), partner=dear, by=None)
    three = quote_delivery(request=fetched(), partner=dear, by=None)
    assert three.lines[0]["amount_cents"] - one.lines[0]["amount_cents"] == 400
    assert three.asked["way"]["distance_m"] > one.asked["way"]["distance_m"]


@pytest.mark.parametrize(
    ("change", "refusal", "field"),
    [
        ({"count": 10}, TooManyPickups, "more_pickups"),
        ({"place_ref": None}, BadAddress, "more_pickups.0.address"),
        ({"later": 3}, BadWindow, "dropoffs.0.window"),
    ],
)
def test_what_cannot_be_fetched_is_refused_by_its_field(
    florist: Partner, fetched: Fetched, change: dict[str, Any], refusal: type[Exception], field: str
) -> None:
    asked = fetched(change.get("count", 2))
    if "place_ref" in change:
        asked = replace(asked, more_pickups=[replace(each, place_ref=None) for each in asked.more_pickups])
    if "later" in change:
        start = asked.dropoffs[0].window_start + dt.timedelta(hours=change["later"])
        asked = replace(asked, more_pickups=[replace(asked.more_pickups[0], window_start=start, window_end=start + dt.timedelta(hours=1))])
    with pytest.raises(refusal) as refused:
        place_delivery(request=asked, partner=florist, by=None, idempotency_key="once")
    assert refused.value.field == field  # type: ignore[attr-defined]
    assert not Order.objects.exists()


def test_a_request_without_further_pickups_is_the_same_request_as_before(florist: Partner, fetched: Fetched) -> None:
    asked = fetched()
    plain = replace(asked, more_pickups=[])
    assert plain.fingerprint() == world.one_drop(florist.collective).fingerprint()
    assert plain.fingerprint() != asked.fingerprint()


def test_moving_the_day_moves_every_pickup_and_changes_no_other_thing(florist: Partner, fetched: Fetched, sam: Membership) -> None:
    delivery = world.make_delivery(florist, request=fetched())
    drop = as_it_stands(drops_among(stops_of(delivery))[0])
    tomorrow = dt.timedelta(days=1)
    asked = DeliveryRequest([replace(drop, window_start=drop.window_start + tomorrow, window_end=drop.window_end + tomorrow)])
    agreed = changes.propose_change(delivery=delivery, asked=asked).after.cents
    before = {stop.ref: stop for stop in stops_of(delivery)}
    changes.change_delivery(delivery=delivery, asked=asked, by=sam.person, reason="", agreed_cents=agreed, staff=False)
    for stop in stops_of(delivery):
        assert stop.window_start == before[stop.ref].window_start + tomorrow
        assert (stop.place_id, stop.contact_name) == (before[stop.ref].place_id, before[stop.ref].contact_name)


def test_a_repeat_and_the_same_once_more_fetch_everywhere_again(florist: Partner, fetched: Fetched, montreuil: Collective) -> None:
    delivery = world.make_delivery(florist, request=fetched())
    template = template_of(delivery, florist, montreuil.zone)
    monday = montreuil.today() + dt.timedelta(days=7)
    for asked in (
        request_on(template, monday, montreuil.zone),
        request_on(with_hours(template, dt.time(14), dt.time(16)), monday, montreuil.zone),
    ):
        assert [each.contact_name for each in asked.more_pickups] == ["Baker 0", "Baker 1"]
        assert all(each.window_start.date() == monday for each in asked.more_pickups)
    again = order_again(delivery=delivery, by=None)
    assert kinds(again) == kinds(delivery)


def test_what_repeats_since_before_is_read_as_it_was(delivery: Delivery, florist: Partner, montreuil: Collective) -> None:
    template = template_of(delivery, florist, montreuil.zone)
    del template["more_pickups"]
    assert request_on(template, montreuil.today(), montreuil.zone).more_pickups == []
    assert with_hours(template, dt.time(9), dt.time(11))["more_pickups"] == []


def several(florist: Partner, bouquet: ParcelType, **fields: str) -> dict[str, Any]:
    more = {"more-TOTAL_FORMS": "1", "more-INITIAL_FORMS": "0", "more-0-address": "3 rue du Four, 93100 Montreuil", "more-0-name": "Baker"}
    return {**form(florist, bouquet), **more, **fields}


@pytest.fixture
def shop(client: Client, florist: Partner, sam: Membership) -> Client:
    client.force_login(sam.person)
    return client


def test_the_form_adds_a_pickup_takes_it_away_and_keeps_what_was_typed(shop: Client, florist: Partner, bouquet: ParcelType) -> None:
    first = shop.post(NEW, {**form(florist, bouquet), "act": "fetch"}).content.decode()
    assert 'name="more-TOTAL_FORMS" value="1"' in first
    two = shop.post(NEW, {**several(florist, bouquet), "act": "fetch"}).content.decode()
    assert 'name="more-TOTAL_FORMS" value="2"' in two
    assert 'value="3 rue du Four, 93100 Montreuil"' in two
    assert "Mme Roux" in two
    none = shop.post(NEW, {**several(florist, bouquet), "act": "unfetch-0"}).content.decode()
    assert 'name="more-TOTAL_FORMS" value="0"' in none
    assert "rue du Four" not in none


def test_ordering_with_a_further_pickup(shop: Client, florist: Partner, bouquet: ParcelType) -> None:
    assert shop.post(NEW, quoted(shop, several(florist, bouquet))).status_code == 302
    placed = Delivery.objects.get()
    assert kinds(placed) == [(0, "pickup"), (1, "pickup"), (2, "dropoff")]
    again = shop.get(f"{NEW}?partner={florist.ref}&again={placed.ref}").content.decode()
    assert 'name="more-0-address"' in again
    assert "3 rue du Four, 93100 Montreuil" in again
    detail = shop.get(f"/c/montreuil/deliveries/{placed.ref}/").content.decode()
    assert "3 rue du Four" in detail
    assert '<span class="bead c-brand">1</span>' in detail  # the first drop is number 1, however many pickups come before it


def test_a_further_pickup_without_address_says_so_beside_it(shop: Client, florist: Partner, bouquet: ParcelType) -> None:
    empty = several(florist, bouquet, **{"more-0-address": ""})
    answer = shop.post(NEW, {**empty, "act": "price"})
    assert answer.status_code == 422
    assert "Write where to fetch it" in answer.content.decode()
    assert shop.post(QUOTE, empty).status_code == 422
    assert not Order.objects.exists()


def test_more_pickups_than_a_delivery_has_are_refused_on_the_form(shop: Client, florist: Partner, bouquet: ParcelType) -> None:
    many = {f"more-{n}-address": f"{n} rue du Four" for n in range(10)} | {"more-TOTAL_FORMS": "10"}
    assert shop.post(NEW, {**several(florist, bouquet), **many, "act": "price"}).status_code == 422


def stop_of(kind: str, street: str, collective: Collective, hour: int) -> dict[str, Any]:
    day = world.tomorrow_at(collective, hour)
    address = {"streetAddress": f"{street}, 93100 Montreuil", "contactName": street, "geo": {"latitude": 48.861, "longitude": 2.441}}
    return {"type": kind, "address": address, "doneAfter": day.isoformat(), "doneBefore": (day + dt.timedelta(hours=1)).isoformat()}


def test_the_api_takes_several_pickups_and_shows_them(florist: Partner, sam: Membership, montreuil: Collective) -> None:
    tasks = [
        stop_of("PICKUP", "1 rue du Four", montreuil, 9),
        stop_of("PICKUP", "2 rue du Four", montreuil, 9),
        stop_of("DROPOFF", "7 rue Haute", montreuil, 10),
    ]
    api = as_member(sam)
    assert api.get("/api/stores").json()["hydra:member"][0]["multiPickupEnabled"] is True
    answer = api.post("/api/deliveries", {"store": f"/api/stores/{florist.pk}", "tasks": tasks})
    assert answer.status_code == 201, answer.content
    assert [task["type"] for task in answer.json()["tasks"]] == ["PICKUP", "PICKUP", "DROPOFF"]
    assert kinds(Delivery.objects.get()) == [(0, "pickup"), (1, "pickup"), (2, "dropoff")]


def test_a_further_pickup_over_the_api_says_where(florist: Partner, sam: Membership, montreuil: Collective) -> None:
    second = stop_of("PICKUP", "2 rue du Four", montreuil, 9)
    del second["address"]
    tasks = [stop_of("PICKUP", "1 rue du Four", montreuil, 9), second, stop_of("DROPOFF", "7 rue Haute", montreuil, 10)]
    answer = as_member(sam).post("/api/deliveries", {"store": f"/api/stores/{florist.pk}", "tasks": tasks})
    assert (answer.status_code, answer.json()["violations"][0]["propertyPath"]) == (400, "more_pickups.0.address")
    assert not Order.objects.exists()


def test_a_delivery_has_a_pickup_first(delivery: Delivery) -> None:
    assert delivery.stops.order_by("position").values_list("kind", flat=True)[0] == StopKind.PICKUP
