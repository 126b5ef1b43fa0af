"""One order from request to rows, and every reason why it is not taken."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectives.models import Collective, Membership, Standing
from collectives.services import change_standing, close_day, save_zone, set_opening_hours
from coopdelivery.journal.models import Event
from coopdelivery.places.models import Place
from orders.models import AddressBookEntry, Delivery, DeliveryStatus, Order, Parcel, ParcelType, Partner, PriceRule, Quote, Stop
from orders.refusals import (
    BadAddress,
    BadEmail,
    BadParcel,
    BadPhone,
    BadStops,
    BadWindow,
    ClosedThen,
    KeyReused,
    NoPrice,
    NotTrading,
    OutOfArea,
    PartnerClosed,
    PriceChanged,
    Refused,
    TooEarly,
    TooLate,
    TooLong,
)
from orders.requests import DeliveryRequest, ParcelRequest, StopRequest
from orders.services import RuleDraft, change_price_list, confirm_paid, edit_partner, place_delivery, quote_delivery, save_entry
from orders.services.quote import forget_quotes
from tests.orders import world


def order(florist: Partner, request: DeliveryRequest, key: str = "k1", quote: Quote | None = None) -> Delivery:
    return place_delivery(request=request, partner=florist, by=None, idempotency_key=key, quote=quote)


def with_drop(request: DeliveryRequest, **changes: object) -> DeliveryRequest:
    return replace(request, dropoffs=[replace(request.dropoffs[0], **changes)])  # type: ignore[arg-type]


def test_an_order_becomes_a_delivery_with_its_stops_and_parcels(florist: Partner, sam: Membership, bouquet: ParcelType) -> None:
    asked = world.one_drop(florist.collective, parcels=[ParcelRequest(type_id=bouquet.pk, quantity=2)], note="Garder droit")
    delivery = place_delivery(request=asked, partner=florist, by=sam.person, idempotency_key="k1")

    assert (delivery.number, delivery.status, delivery.weight_g) == ("MO-4001", "placed", 6000)
    pickup, drop = delivery.stops.all()
    assert (pickup.kind, pickup.place, pickup.window_start) == ("pickup", florist.place, drop.window_start)
    assert pickup.window_end - pickup.window_start == dt.timedelta(hours=1)
    assert (drop.contact_name, drop.phone, drop.note) == ("Mme Roux", "+33639981240", "Garder droit")
    parcel = Parcel.objects.get()
    assert (parcel.dropoff, parcel.quantity, parcel.weight_g, parcel.volume_l) == (drop, 2, 6000, 40)


def test_the_order_keeps_its_own_price_lines(florist: Partner) -> None:
    placed = order(florist, world.one_drop(florist.collective)).order
    lines = [(line.label, line.amount_cents) for line in placed.lines.all()]
    assert lines == [("Pickup and first drop", 650), ("Distance", 180), ("Weight", 0)]  # 2 km × 1.3 as the streets go
    assert (placed.net_cents, placed.vat_cents, placed.vat_rate) == (830, 166, 2000)


def test_placing_is_announced_once_with_number_and_window(florist: Partner, sam: Membership) -> None:
    delivery = place_delivery(request=world.one_drop(florist.collective), partner=florist, by=sam.person, idempotency_key="k1")
    event = Event.objects.get(name="delivery.placed")
    assert (event.subject, event.by_id) == (str(delivery.ref), sam.person_id)
    assert (event.data["number"], event.data["partner"], event.data["drops"]) == ("MO-4001", "Fleurs de Maine", 1)


def test_numbers_have_no_gaps_even_after_a_refusal(florist: Partner) -> None:
    asked = world.one_drop(florist.collective)
    first = order(florist, asked, "a")
    with pytest.raises(BadPhone):
        order(florist, with_drop(asked, phone="12"), "b")
    second = order(florist, asked, "c")
    assert (first.number, second.number) == ("MO-4001", "MO-4002")


def test_the_same_key_again_is_the_same_delivery(florist: Partner) -> None:
    asked = world.one_drop(florist.collective)
    assert order(florist, asked, "same") == order(florist, asked, "same")
    assert (Order.objects.count(), Delivery.objects.count(), Event.objects.filter(name="delivery.placed").count()) == (1, 1, 1)


def test_the_same_key_with_other_contents_is_refused(florist: Partner) -> None:
    asked = world.one_drop(florist.collective)
    order(florist, asked, "same")
    with pytest.raises(KeyReused):
        order(florist, with_drop(asked, note="autre chose"), "same")
    assert Order.objects.count() == 1


def test_an_address_nobody_can_locate_is_kept_and_left_out_of_the_distance(florist: Partner) -> None:
    asked = with_drop(world.one_drop(florist.collective), place_ref=None, address="Derrière le grand chêne, Montreuil")
    delivery = order(florist, asked)
    place = delivery.stops.get(kind="dropoff").place
    assert (place.street_address, place.to_check, place.point) == ("Derrière le grand chêne, Montreuil", True, None)
    assert (delivery.distance_m, delivery.distance_estimated) == (None, True)
    reason = delivery.order.lines.get(label="Distance").why
    assert reason.replace("\xa0", " ") == "0 km, €0.60 for each kilometre begun; estimated without 1 address that is not on the map yet"


def test_the_address_book_fills_what_is_left_empty(florist: Partner) -> None:
    place = world.make_place(florist.collective, "4 rue de la Harpe", 1000)
    entry = save_entry(partner=florist, place=place, contact_name="Cabinet Moreau", phone="01 48 70 00 01", note="2e étage", by=None)
    asked = with_drop(world.one_drop(florist.collective), place_ref=None, book_ref=entry.ref, contact_name="", phone="", note="fragile")
    drop = order(florist, asked).stops.get(kind="dropoff")
    assert (drop.place, drop.contact_name, drop.phone, drop.note) == (place, "Cabinet Moreau", "+33148700001", "2e étage\nfragile")
    assert AddressBookEntry.objects.get().used_count == 1


def test_nothing_said_about_parcels_is_one_of_unknown_weight(florist: Partner) -> None:
    delivery = order(florist, with_drop(world.one_drop(florist.collective), parcels=[]))
    parcel = Parcel.objects.get()
    assert (parcel.name, parcel.quantity, parcel.weight_g, delivery.weight_g) == ("Parcel", 1, None, None)


def test_orders_taken_elsewhere_are_judged_by_the_day_they_were_taken(florist: Partner) -> None:
    start = timezone.now() - dt.timedelta(days=3)
    asked = with_drop(world.one_drop(florist.collective), window_start=start, window_end=start + dt.timedelta(hours=2))
    taken = start - dt.timedelta(hours=1)
    delivery = place_delivery(request=asked, partner=florist, by=None, idempotency_key="k", placed_at=taken)
    assert (delivery.placed_at, delivery.order.placed_at) == (taken, taken)


Change = Callable[[DeliveryRequest], DeliveryRequest]
HOUR = dt.timedelta(hours=1)


def at(start: dt.timedelta, length: dt.timedelta = HOUR) -> Change:
    now = timezone.now()
    return lambda r: with_drop(r, window_start=now + start, window_end=now + start + length)


@pytest.mark.parametrize(
    ("change", "refusal", "field"),
    [
        (lambda r: replace(r, dropoffs=[]), BadStops, "dropoffs"),
        (lambda r: replace(r, dropoffs=r.dropoffs * 51), BadStops, "dropoffs"),
        (lambda r: replace(r, note="x" * 501), TooLong, "note"),
        (lambda r: with_drop(r, note="x" * 501), TooLong, "dropoffs.0.note"),
        (lambda r: with_drop(r, contact_name="x" * 121), TooLong, "dropoffs.0.contact_name"),
        (lambda r: with_drop(r, place_ref=None, address="x" * 301), TooLong, "dropoffs.0.address"),
        (lambda r: with_drop(r, place_ref=None), BadAddress, "dropoffs.0.address"),
        (lambda r: with_drop(r, place_ref=None, address=" ,.- "), BadAddress, "dropoffs.0.address"),
        (lambda r: with_drop(r, phone="12"), BadPhone, "dropoffs.0.phone"),
        (lambda r: with_drop(r, phone="call me"), BadPhone, "dropoffs.0.phone"),
        (lambda r: with_drop(r, email="nobody"), BadEmail, "dropoffs.0.email"),
        (lambda r: with_drop(r, parcels=[ParcelRequest(quantity=0)]), BadParcel, "dropoffs.0.parcels.0.quantity"),
        (lambda r: with_drop(r, parcels=[ParcelRequest(quantity=201)]), BadParcel, "dropoffs.0.parcels.0.quantity"),
        (lambda r: with_drop(r, parcels=[ParcelRequest(type_id=999)]), BadParcel, "dropoffs.0.parcels.0.type_id"),
        (lambda r: with_drop(r, parcels=[ParcelRequest(weight_g=500_001)]), BadParcel, "dropoffs.0.parcels.0.weight_g"),
        (lambda r: with_drop(r, parcels=[ParcelRequest(weight_g=-1)]), BadParcel, "dropoffs.0.parcels.0.weight_g"),
        (at(dt.timedelta(minutes=-6)), TooLate, "dropoffs.0.window"),
        (at(dt.timedelta(days=61)), TooEarly, "dropoffs.0.window"),
        (at(HOUR, dt.timedelta(0)), BadWindow, "dropoffs.0.window"),
        (at(HOUR, dt.timedelta(hours=25)), BadWindow, "dropoffs.0.window"),
        (lambda r: with_drop(r, window_start=r.dropoffs[0].window_start.replace(tzinfo=None)), BadWindow, "dropoffs.0.window"),
    ],
)
def test_a_bad_request_names_its_field_and_writes_nothing(florist: Partner, change: Change, refusal: type[Refused], field: str) -> None:
    asked = change(world.one_drop(florist.collective))
    places = Place.objects.count()
    with pytest.raises(refusal) as refused:
        order(florist, asked)
    assert refused.value.field == field
    assert str(refused.value).endswith(".")
    assert nothing_written()
    assert Place.objects.count() == places


def nothing_written() -> bool:
    orders = Order.objects.exists() or Delivery.objects.exists() or Stop.objects.exists() or Quote.objects.exists()
    return not orders and not Event.objects.filter(name__startswith="delivery.").exists()


def test_a_drop_before_its_pickup_is_refused(florist: Partner) -> None:
    asked = world.one_drop(florist.collective)
    drop = asked.dropoffs[0]
    late = StopRequest(drop.window_start + HOUR, drop.window_end + HOUR)
    with pytest.raises(BadWindow) as refused:
        order(florist, replace(asked, pickup=late))
    assert (refused.value.field, nothing_written()) == ("dropoffs.0.window", True)


def test_a_collective_whose_conditions_lapsed_takes_no_order(florist: Partner, montreuil: Collective) -> None:
    change_standing(collective=montreuil, standing=Standing.LAPSED, licence_until=None, by=None, reason="")
    partner = Partner.objects.select_related("collective").get()
    with pytest.raises(NotTrading):
        order(partner, world.one_drop(montreuil))
    assert nothing_written()


def test_a_closed_account_orders_nothing(florist: Partner) -> None:
    edit_partner(partner=florist, is_active=False, by=None)
    with pytest.raises(PartnerClosed):
        order(florist, world.one_drop(florist.collective))
    assert nothing_written()


def test_without_rules_there_is_no_price(florist: Partner) -> None:
    PriceRule.objects.all().delete()
    with pytest.raises(NoPrice) as refused:
        order(florist, world.one_drop(florist.collective))
    assert "“Standard”" in str(refused.value)
    assert nothing_written()


def test_outside_opening_hours_the_hours_are_said(florist: Partner) -> None:
    nine, noon = dt.time(9), dt.time(12)
    set_opening_hours(collective=florist.collective, ranges=[(weekday, nine, noon) for weekday in range(7)], by=None)
    with pytest.raises(ClosedThen) as refused:
        order(florist, world.one_drop(florist.collective, hour=11))
    assert str(refused.value).startswith("The co-op is closed then. Open that day: 9–12h. Free next: ")
    assert nothing_written()


def test_on_a_closed_day_nothing_is_taken(florist: Partner) -> None:
    day = florist.collective.today() + dt.timedelta(days=1)
    close_day(collective=florist.collective, day=day, by=None)
    with pytest.raises(ClosedThen) as refused:
        order(florist, world.one_drop(florist.collective))
    assert str(refused.value).startswith("The co-op is closed that day: tomorrow. Choose another day. Free next: ")


SQUARE = {"type": "Polygon", "coordinates": [[[2.43, 48.85], [2.45, 48.85], [2.45, 48.87], [2.43, 48.87], [2.43, 48.85]]]}


def test_outside_the_area_is_refused_by_address(florist: Partner) -> None:
    save_zone(collective=florist.collective, name="Town", area=SQUARE, is_service_area=True, by=None)
    with pytest.raises(OutOfArea) as refused:
        order(florist, world.one_drop(florist.collective, north_m=2500))
    assert refused.value.field == "dropoffs.0.address"
    assert str(refused.value).startswith("7 place du Ralliement, 93100 Montreuil is outside")
    assert nothing_written()


def test_a_price_for_outside_lets_the_order_through(florist: Partner) -> None:
    save_zone(collective=florist.collective, name="Town", area=SQUARE, is_service_area=True, by=None)
    price_list = florist.price_list
    change_price_list(
        price_list=price_list,
        name=price_list.name,
        vat_rate=price_list.vat_rate,
        valid_from=price_list.valid_from,
        version=1,
        by=None,
        rules=[*world.RULES, RuleDraft("out_of_zone", "Outside the area", {"amount_cents": 500})],
    )
    placed = order(florist, world.one_drop(florist.collective, north_m=2500)).order
    assert placed.lines.get(label="Outside the area").amount_cents == 500


def test_the_price_shown_is_the_price_billed(florist: Partner) -> None:
    asked = world.one_drop(florist.collective)
    shown = quote_delivery(request=asked, partner=florist, by=None)
    raise_base(florist)
    placed = place_delivery(request=asked, partner=florist, by=None, idempotency_key="k", quote=shown).order
    assert (placed.net_cents, placed.price_list_version) == (shown.net_cents, 1)
    shown.refresh_from_db()
    assert shown.accepted_at is not None


def raise_base(florist: Partner) -> None:
    price_list = florist.price_list
    dearer = [RuleDraft("base", "Pickup and first drop", {"amount_cents": 990}), *world.RULES[1:]]
    change_price_list(
        price_list=price_list,
        name=price_list.name,
        vat_rate=price_list.vat_rate,
        valid_from=price_list.valid_from,
        version=1,
        rules=dearer,
        by=None,
    )


def test_an_expired_price_is_asked_again_when_it_has_changed(florist: Partner) -> None:
    asked = world.one_drop(florist.collective)
    shown = quote_delivery(request=asked, partner=florist, by=None)
    raise_base(florist)
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=21), tick=False), pytest.raises(PriceChanged) as refused:
        place_delivery(request=asked, partner=florist, by=None, idempotency_key="k", quote=shown)
    assert refused.value.quote.net_cents == shown.net_cents + 340
    assert not Order.objects.exists()


def test_a_quote_for_other_contents_is_not_taken_for_this_one(florist: Partner) -> None:
    shown = quote_delivery(request=world.one_drop(florist.collective), partner=florist, by=None)
    two = world.one_drop(florist.collective)
    with pytest.raises(PriceChanged):
        place_delivery(request=replace(two, dropoffs=two.dropoffs * 2), partner=florist, by=None, idempotency_key="k", quote=shown)
    assert not Order.objects.exists()


def test_a_card_order_is_work_only_once_it_is_paid(florist: Partner) -> None:
    edit_partner(partner=florist, terms=Partner.Terms.CARD, by=None)
    delivery = order(florist, world.one_drop(florist.collective))
    assert (delivery.status, delivery.order.paid_by) == (DeliveryStatus.AWAITING_PAYMENT, "card")
    assert not Event.objects.filter(name="delivery.placed").exists()

    assert confirm_paid(order=delivery.order) == [delivery]
    assert confirm_paid(order=delivery.order) == []
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.PLACED
    events = Event.objects.filter(name__startswith="delivery.").order_by("pk")
    assert list(events.values_list("name", flat=True)) == ["delivery.paid", "delivery.placed"]


def test_the_queries_of_placing_do_not_grow_with_the_drops(florist: Partner) -> None:
    counts = []
    for drops in (1, 20):
        one = world.one_drop(florist.collective)
        asked = replace(one, dropoffs=one.dropoffs * drops)
        with CaptureQueriesContext(connection) as queries:
            order(florist, asked, f"k{drops}")
        counts.append(len([query for query in queries if "dispatch_" not in query["sql"]]))
    assert counts[0] == counts[1]


def test_prices_never_accepted_are_forgotten_a_day_later(florist: Partner) -> None:
    asked = world.one_drop(florist.collective)
    quote_delivery(request=asked, partner=florist, by=None)
    order(florist, asked, quote=quote_delivery(request=asked, partner=florist, by=None))
    assert forget_quotes() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=2), tick=False):
        assert forget_quotes() == 1
    assert Quote.objects.get().accepted_at is not None


def test_a_price_used_once_is_not_used_again_with_another_key(florist: Partner) -> None:
    asked = world.one_drop(florist.collective)
    shown = quote_delivery(request=asked, partner=florist, by=None)
    stale = Quote.objects.get(pk=shown.pk)
    place_delivery(request=asked, partner=florist, by=None, idempotency_key="one", quote=shown)
    dearer = [RuleDraft("base", "Pickup and first drop", {"amount_cents": 999})]
    price_list = florist.price_list
    change_price_list(
        price_list=price_list, name="Standard", vat_rate=2000, rules=dearer, version=1, valid_from=price_list.valid_from, by=None
    )
    with pytest.raises(PriceChanged) as changed:
        place_delivery(request=asked, partner=florist, by=None, idempotency_key="two", quote=stale)
    assert changed.value.quote.net_cents == 999
    assert Order.objects.count() == 1
