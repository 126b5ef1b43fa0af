"""Rules on kinds of stops, the doorstep, a vehicle and waiting; lists whose amounts include VAT: golden tables."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from collectives.models import Collective, Membership
from orders.models import Delivery, Order, Partner, PriceList, PriceRule, Quote
from orders.pricing.engine import Facts, Line, net_cents, price
from orders.pricing.explain import explain
from orders.pricing.lists import BadRule, rule_of
from orders.pricing.totals import totals_of, without_vat
from orders.refusals import BadVehicle
from orders.services import RuleDraft, place_delivery, quote_delivery
from orders.services.price_lists import change_price_list
from tests.orders import world
from tests.orders.test_price_lists import BASE, NEW, form

Kind = PriceRule.Kind
ONE = Facts(drops=1, distance_m=3000)


@pytest.mark.parametrize(
    ("kind", "params", "facts", "charged", "why"),
    [
        (Kind.EACH_STOP, {"stop": "pickup", "amount_cents": 200}, {}, 200, "1 pickup, €2.00 each"),
        (Kind.EACH_STOP, {"stop": "dropoff", "amount_cents": 150}, {"drops": 3}, 450, "3 drops, €1.50 each"),
        (Kind.DOORSTEP, {"amount_cents": 300}, {}, None, ""),
        (Kind.DOORSTEP, {"amount_cents": 300}, {"doorsteps": 2}, 600, "2 drops up to the door, €3.00 each"),
        (Kind.VEHICLE, {"vehicle": "trailer", "amount_cents": 900}, {}, None, ""),
        (Kind.VEHICLE, {"vehicle": "trailer", "amount_cents": 900}, {"vehicle": "cargo_bike"}, None, ""),
        (Kind.VEHICLE, {"vehicle": "trailer", "amount_cents": 900}, {"vehicle": "trailer"}, 900, "a bike with a trailer"),
        (Kind.WAITING, {"each_cents": 50}, {}, 0, "€0.50 a minute"),
        (Kind.WAITING, {"each_cents": 50, "free_min": 10}, {}, 0, "€0.50 a minute after the first 10 at a stop"),
        (Kind.FIXED, {"amount_cents": 80, "when": {"measure": "doorsteps", "least": 1}}, {"doorsteps": 1}, 80, ""),
        (Kind.FIXED, {"amount_cents": 80, "when": {"measure": "pickups", "least": 2}}, {}, None, ""),
    ],
)
def test_what_is_asked_for_has_its_price(kind: str, params: dict[str, Any], facts: dict[str, Any], charged: int | None, why: str) -> None:
    lines = price([rule_of(kind, "Rule", params)], replace(ONE, **facts))
    assert [line.amount_cents for line in lines] == ([] if charged is None else [charged])
    assert [explain(line.code, line.args, "EUR") for line in lines] in ([], [why])


@pytest.mark.parametrize(
    ("kind", "params"),
    [(Kind.EACH_STOP, {"stop": "hub", "amount_cents": 1}), (Kind.VEHICLE, {"amount_cents": 1}), (Kind.WAITING, {"free_min": 3})],
)
def test_params_of_another_shape_are_refused(kind: str, params: dict[str, Any]) -> None:
    with pytest.raises(BadRule):
        rule_of(kind, "Rule", params)


def test_waiting_is_asked_of_the_whole_delivery_even_when_counted_by_drop() -> None:
    facts = replace(ONE, drops=2, each=(ONE, ONE))
    assert len(price([rule_of(Kind.WAITING, "Waiting", {"each_cents": 50, "by_drop": True})], facts)) == 1


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no reason to fail
@given(some.lists(some.integers(-5000, 50_000), min_size=1, max_size=12), some.sampled_from([0, 550, 1000, 2000, 2550]))
def test_lines_with_vat_add_up_to_what_was_said(amounts: list[int], rate: int) -> None:
    lines = without_vat([Line("Line", "fixed", {}, cents) for cents in amounts], rate)
    net, vat = totals_of(lines, rate)
    assert net + vat == sum(amounts)
    assert net == net_cents(lines)
    assert abs(net * (10_000 + rate) - sum(amounts) * 10_000) <= (10_000 + rate) // 2 + 1


def test_a_list_with_vat_charges_what_it_says(florist: Partner, delivery: Delivery) -> None:
    listed = florist.price_list
    rules = [RuleDraft("base", "Pickup and first drop", {"amount_cents": 1000}), RuleDraft("fixed", "Basket", {"amount_cents": 100})]
    change_price_list(
        price_list=listed,
        name="Standard",
        vat_rate=2000,
        rules=rules,
        version=1,
        valid_from=listed.valid_from,
        by=None,
        vat_included=True,
    )
    quote = quote_delivery(request=world.one_drop(florist.collective), partner=Partner.objects.get(pk=florist.pk), by=None)
    assert [line["amount_cents"] for line in quote.lines] == [833, 84]
    assert (quote.net_cents, quote.vat_cents) == (917, 183)
    said = explain(quote.lines[1]["code"], quote.lines[1]["args"], "EUR")
    assert said == "€1.00 with VAT"


def test_the_doorstep_and_the_bike_go_from_the_request_to_the_delivery(florist: Partner, open_montreuil: Collective) -> None:
    rules = [
        RuleDraft("base", "Base", {"amount_cents": 500}),
        RuleDraft("doorstep", "Upstairs", {"amount_cents": 300}),
        RuleDraft("vehicle", "Trailer", {"vehicle": "trailer", "amount_cents": 900}),
    ]
    shop = world.make_partner(open_montreuil, "Bois et Cie", price_list=world.make_price_list(open_montreuil, "Heavy", rules))
    asked = replace(world.one_drop(open_montreuil, doorstep=True), vehicle="trailer")
    delivery = place_delivery(request=asked, partner=shop, by=None, idempotency_key="heavy")
    assert (delivery.vehicle, [stop.doorstep for stop in delivery.stops.all()]) == ("trailer", [False, True])
    assert Order.objects.get(pk=delivery.order_id).net_cents == 1700


def test_a_bike_nobody_has_is_refused(florist: Partner) -> None:
    with pytest.raises(BadVehicle):
        quote_delivery(request=replace(world.one_drop(florist.collective), vehicle="van"), partner=florist, by=None)
    assert not Quote.objects.exists()


def test_what_is_not_asked_for_leaves_the_fingerprint_as_it_was(florist: Partner) -> None:
    plain = world.one_drop(florist.collective)
    assert plain.fingerprint("x") != replace(plain, vehicle="trailer").fingerprint("x")
    upstairs = replace(plain, dropoffs=[replace(plain.dropoffs[0], doorstep=True)])
    assert plain.fingerprint("x") != upstairs.fingerprint("x")
    assert '"doorstep"' not in str(plain.fingerprint("x"))


@pytest.mark.parametrize(
    ("rule", "params"),
    [
        ({"kind": "each_stop", "label": "Pickups", "amount": "2", "stop": "pickup"}, {"stop": "pickup", "amount_cents": 200}),
        ({"kind": "doorstep", "label": "Upstairs", "amount": "3"}, {"amount_cents": 300}),
        ({"kind": "vehicle", "label": "Trailer", "amount": "9", "vehicle": "trailer"}, {"vehicle": "trailer", "amount_cents": 900}),
        (
            {"kind": "waiting", "label": "Waiting", "amount": "0.50", "free_min": "10", "most_min": "60"},
            {"each_cents": 50, "free_min": 10, "most_min": 60},
        ),
    ],
)
def test_the_editor_keeps_them_and_shows_them_again(
    client: Client, florist: Partner, ada: Membership, rule: dict[str, str], params: dict[str, Any]
) -> None:
    client.force_login(ada.person)
    client.post(NEW, form(BASE, rule, vat_included="on"))
    made = PriceList.objects.get(name="Bakeries")
    assert (made.vat_included, made.rules.get(position=2).params) == (True, params)
    page = client.get(f"/c/montreuil/partners/price-lists/{made.ref}/").content.decode()
    shown = {key: value for key, value in rule.items() if key not in {"kind", "label", "amount"}}
    for key, value in shown.items():
        assert f'name="rule-1-{key}"' in page
        assert f'value="{value}"' in page
    assert "With VAT" in page


def test_the_form_asks_for_them(client: Client, florist: Partner, sam: Membership) -> None:
    client.force_login(sam.person)
    page = client.get("/c/montreuil/deliveries/new/").content.decode()
    assert 'name="drop-0-doorstep"' in page
    assert 'name="vehicle"' in page
