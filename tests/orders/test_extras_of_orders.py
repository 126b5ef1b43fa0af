"""Doorstep, bike and cash are asked for through every door: the change form, files, and the API."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from collectives.models import Collective, Membership
from orders.changes import services as changes
from orders.changes.wanted import as_it_stands, drops_among, stops_of
from orders.imports.rows import key_of
from orders.models import ChangeRequest, Delivery, ImportRow, Order, ParcelType, Partner, Stop
from orders.refusals import BadCash, BadVehicle
from orders.requests import DeliveryRequest
from orders.services import RuleDraft
from orders.services.again import order_again
from tests.api.world import as_member
from tests.orders import world
from tests.orders.test_cancelling import plan
from tests.orders.test_imports import HEADERS, as_csv, checked, good_line, ordered, read, spoiled

pytestmark = pytest.mark.django_db
RULES = [
    RuleDraft("base", "Ride", {"amount_cents": 500}),
    RuleDraft("doorstep", "Stairs", {"amount_cents": 150}),
    RuleDraft("vehicle", "Cargo bike", {"vehicle": "cargo_bike", "amount_cents": 300}),
]
Asked = Callable[..., DeliveryRequest]


@pytest.fixture
def stairs(open_montreuil: Collective, sam: Membership) -> Partner:
    """Carries furniture up, on a list that counts stairs and cargo bikes."""
    return world.make_partner(open_montreuil, "Meubles", seat=sam, price_list=world.make_price_list(open_montreuil, "Stairs", RULES))


@pytest.fixture
def upstairs(stairs: Partner) -> Delivery:
    return world.make_delivery(stairs)


def asked(delivery: Delivery, *, vehicle: str = "", **drop: Any) -> DeliveryRequest:
    first = as_it_stands(drops_among(stops_of(delivery))[0])
    return DeliveryRequest([replace(first, **drop)], vehicle=vehicle)


def agree(delivery: Delivery, request: DeliveryRequest, by: Membership, *, staff: bool = False) -> ChangeRequest | None:
    change = changes.propose_change(delivery=delivery, asked=request)
    return changes.change_delivery(
        delivery=delivery, asked=request, by=by.person, reason="The lift is broken", agreed_cents=change.after.cents, staff=staff
    )


def drop_of(delivery: Delivery) -> Stop:
    return drops_among(stops_of(delivery))[0]


def test_stairs_and_bike_added_later_are_priced_and_shown_first(upstairs: Delivery, sam: Membership) -> None:
    request = asked(upstairs, doorstep=True, vehicle="cargo_bike")
    change = changes.propose_change(delivery=upstairs, asked=request)
    assert change.after.cents - change.before.cents == round(450 * 1.2)
    assert ["Which bike", "whichever bike suits", "a cargo bike"] in change.says
    assert not drop_of(upstairs).doorstep
    assert agree(upstairs, request, sam) is None
    upstairs.refresh_from_db()
    assert (drop_of(upstairs).doorstep, upstairs.vehicle) == (True, "cargo_bike")
    assert Order.objects.get(pk=upstairs.order_id).gross == change.after


def test_stairs_taken_out_again_cost_nothing_any_more(upstairs: Delivery, sam: Membership) -> None:
    agree(upstairs, asked(upstairs, doorstep=True), sam)
    upstairs.refresh_from_db()
    agree(Delivery.objects.get(pk=upstairs.pk), asked(upstairs, doorstep=False), sam)
    assert not drop_of(upstairs).doorstep
    assert Order.objects.get(pk=upstairs.order_id).net_cents == 500


def test_cash_changes_without_a_new_price(upstairs: Delivery, sam: Membership) -> None:
    before = Order.objects.get(pk=upstairs.order_id).gross
    agree(upstairs, asked(upstairs, collect_cents=2500), sam)
    assert drop_of(upstairs).collect_cents == 2500
    assert Order.objects.get(pk=upstairs.order_id).gross == before
    assert Order.objects.get(pk=upstairs.order_id).price_version == 1


@pytest.mark.parametrize(("wrong", "refusal"), [({"collect_cents": 10**8}, BadCash), ({"vehicle": "lorry"}, BadVehicle)])
def test_what_cannot_be_asked_for_changes_nothing(
    upstairs: Delivery, sam: Membership, wrong: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        agree(upstairs, asked(upstairs, **wrong), sam)
    upstairs.refresh_from_db()
    assert (upstairs.vehicle, drop_of(upstairs).collect_cents) == ("", 0)


def test_planned_already_it_waits_for_the_co_op_and_then_is_as_asked(upstairs: Delivery, sam: Membership, dana: Membership) -> None:
    plan(upstairs, dana)
    row = agree(upstairs, asked(upstairs, doorstep=True, collect_cents=900, vehicle="trailer"), sam)
    assert row is not None
    changes.accept_request(request=row, by=dana.person, answer="")
    upstairs.refresh_from_db()
    stop = drop_of(upstairs)
    assert (stop.doorstep, stop.collect_cents, upstairs.vehicle) == (True, 900, "trailer")


def test_the_change_form_shows_and_takes_them(client: Client, upstairs: Delivery, bouquet: ParcelType, sam: Membership) -> None:
    client.force_login(sam.person)
    address = f"/c/montreuil/deliveries/{upstairs.ref}/change/"
    page = client.get(address).content.decode()
    for name in ("drop-0-doorstep", "drop-0-collect", 'name="vehicle"'):
        assert name in page
    stop = drop_of(upstairs)
    start, end = (f"{each.astimezone(upstairs.collective.zone):%H:%M}" for each in (stop.window_start, stop.window_end))
    data = {
        "day": "other",
        "other_day": f"{stop.window_start.astimezone(upstairs.collective.zone):%Y-%m-%d}",
        "slot": "free",
        "free_from": start,
        "free_until": end,
        "drop-TOTAL_FORMS": "1",
        "drop-INITIAL_FORMS": "0",
        "drop-0-address": stop.place.one_line,
        "drop-0-name": "Mme Roux",
        "drop-0-phone": stop.phone,
        "drop-0-other_name": "Bouquet",
        "drop-0-other_quantity": "1",
        "drop-0-other_kg": "2",
        "drop-0-doorstep": "on",
        "drop-0-collect": "12.50",
        "vehicle": "trailer",
    }
    shown = client.post(address, {**data, "act": "price"}).content.decode()
    assert "Mme Roux: up to the door of the flat" in shown
    assert "Mme Roux: cash to take" in shown
    cents = changes.propose_change(delivery=upstairs, asked=asked(upstairs, doorstep=True, vehicle="trailer")).after.cents
    assert client.post(address, {**data, "act": "change", "cost": str(cents)}).status_code == 302
    upstairs.refresh_from_db()
    assert (drop_of(upstairs).doorstep, drop_of(upstairs).collect_cents, upstairs.vehicle) == (True, 1250, "trailer")


def test_the_same_once_more_asks_for_the_same_bike(stairs: Partner) -> None:
    first = world.make_delivery(stairs, request=replace(world.one_drop(stairs.collective), vehicle="cargo_bike"))
    assert order_again(delivery=first, by=None).vehicle == "cargo_bike"


def with_extras(partner: Partner, number: int, cash: str, door: str, bike: str) -> list[str]:
    return [*good_line(partner, number), cash, door, bike]


def test_a_file_says_them_in_columns_of_its_own(stairs: Partner, bouquet: ParcelType) -> None:
    heads = [*HEADERS, "Contre remboursement", "Étage", "Vélo"]
    lines = [
        with_extras(stairs, 1, "25,50", "oui", "a cargo bike"),
        with_extras(stairs, 2, "", "", ""),
        with_extras(stairs, 3, "", "x", "trailer"),
    ]
    batch = ordered(checked(read(stairs, as_csv([heads, *lines]))))
    placed = [row.delivery for row in batch.rows.select_related("delivery").order_by("line")]
    assert [(drop_of(each).collect_cents, drop_of(each).doorstep, each.vehicle) for each in placed if each] == [
        (2550, True, "cargo_bike"),
        (0, False, ""),
        (0, True, "trailer"),
    ]


@pytest.mark.parametrize(
    ("column", "text", "field", "sentence"),
    [
        (12, "a lot", "collect", "“a lot” is not a number."),
        (12, "60000", "collect", "cash"),
        (13, "perhaps", "doorstep", "“perhaps” is neither yes nor no."),
        (14, "lorry", "vehicle", "There is no bike “lorry”. Write one of these, or nothing: cargo_bike, trailer."),
    ],
)
def test_a_line_that_says_them_wrongly_is_named(
    stairs: Partner, bouquet: ParcelType, column: int, text: str, field: str, sentence: str
) -> None:
    heads = [*HEADERS, "cash", "door", "bike"]
    batch = checked(read(stairs, as_csv([heads, spoiled(with_extras(stairs, 1, "", "", ""), column, text)])))
    row = ImportRow.objects.get(batch=batch)
    assert (row.state, row.field) == ("bad", field)
    assert sentence in row.problem


def test_files_from_before_keep_their_keys(stairs: Partner) -> None:
    """The same file sent again after an upgrade orders nothing twice."""
    old = {"address": "1 rue A", "note": "", "reference": ""}
    new = {**old, "collect": "", "doorstep": "", "vehicle": ""}
    assert key_of(stairs.ref, new, 0) == key_of(stairs.ref, old, 0)
    assert key_of(stairs.ref, {**new, "doorstep": "x"}, 0) != key_of(stairs.ref, {**new, "vehicle": "x"}, 0)


def order(partner: Partner, **said: Any) -> dict[str, Any]:
    drop = {
        "address": {"streetAddress": "7 rue Haute, 93100 Montreuil", "geo": {"latitude": 48.861, "longitude": 2.441}},
        **said.pop("drop", {}),
    }
    return {"store": f"/api/stores/{partner.pk}", "dropoff": {"before": "tomorrow 12:00", "after": "tomorrow 10:00", **drop}, **said}


def test_the_api_takes_doorstep_and_bike(stairs: Partner, sam: Membership) -> None:
    api = as_member(sam)
    made = api.post("/api/deliveries", order(stairs, vehicle="trailer", drop={"doorstep": True}))
    assert made.status_code == 201, made.content
    placed = Delivery.objects.get()
    assert (drop_of(placed).doorstep, placed.vehicle, placed.order.net_cents) == (True, "trailer", 650)
    changed = api.put(f"/api/deliveries/{placed.pk}", {"vehicle": "", "dropoff": {"doorstep": False}})
    assert changed.status_code == 200, changed.content
    placed.refresh_from_db()
    assert (drop_of(placed).doorstep, placed.vehicle) == (False, "")


@pytest.mark.parametrize(("said", "path"), [({"vehicle": "lorry"}, "vehicle"), ({"drop": {"doorstep": "perhaps"}}, "dropoff.doorstep")])
def test_the_api_names_what_it_cannot_read(stairs: Partner, sam: Membership, said: dict[str, Any], path: str) -> None:
    answer = as_member(sam).post("/api/deliveries", order(stairs, **said))
    assert (answer.status_code, answer.json()["violations"][0]["propertyPath"]) == (400, path)
    assert not Order.objects.exists()


def test_a_changed_address_over_the_api_keeps_the_bike(stairs: Partner, sam: Membership) -> None:
    placed = world.make_delivery(stairs, request=replace(world.one_drop(stairs.collective, doorstep=True), vehicle="cargo_bike"))
    answer = as_member(sam).put(f"/api/deliveries/{placed.pk}", {"dropoff": {"comments": "Second floor"}})
    assert answer.status_code == 200, answer.content
    placed.refresh_from_db()
    assert (drop_of(placed).doorstep, placed.vehicle, drop_of(placed).note) == (True, "cargo_bike", "Second floor")
