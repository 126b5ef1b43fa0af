"""Changing what is ordered: at once before it is planned, by asking afterwards; the price is shown first and never moves by itself."""

import datetime as dt
from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone

from collectives.models import Collective, Membership
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from coopdelivery.notices.models import Message
from dispatch.models import Round, Task
from orders.changes import services as changes
from orders.changes.refusals import (
    AlreadyAnswered,
    AlreadyAsked,
    ChangeCosts,
    NotChangeable,
    NothingChanged,
    PaidByCard,
    SayWhy,
    StillInARound,
)
from orders.changes.wanted import as_it_stands, drops_among, request_of, stops_of
from orders.models import ChangeRequest, Delivery, DeliveryStatus, Order, ParcelType, Partner
from orders.requests import DeliveryRequest
from orders.services import change_price_list, mark_stop_done, set_order_terms
from tests.orders import world
from tests.orders.test_cancelling import plan


def wanted(delivery: Delivery, **changes_of_drop: object) -> DeliveryRequest:
    """The delivery as it stands, its first drop different."""
    drops = [as_it_stands(stop) for stop in drops_among(stops_of(delivery))]
    return DeliveryRequest(dropoffs=[replace(drops[0], **changes_of_drop), *drops[1:]], note=delivery.note)  # type: ignore[arg-type]


def farther(delivery: Delivery) -> DeliveryRequest:
    """To an address two kilometres further on."""
    place = world.make_place(delivery.collective, "30 rue Haute", 4500)
    return wanted(delivery, place_ref=place.ref)


def next_day(delivery: Delivery) -> DeliveryRequest:
    stop = drops_among(stops_of(delivery))[0]
    return wanted(delivery, window_start=stop.window_start + dt.timedelta(days=1), window_end=stop.window_end + dt.timedelta(days=1))


def gross(delivery: Delivery) -> int:
    return Order.objects.get(pk=delivery.order_id).gross.cents


def test_a_name_changes_at_once_and_the_price_stays_though_the_list_moved(delivery: Delivery, sam: Membership, florist: Partner) -> None:
    before = gross(delivery)
    dear = [replace(world.RULES[0], params={"amount_cents": 9900})]
    listed = florist.price_list
    change_price_list(
        price_list=listed,
        name="Standard",
        vat_rate=2000,
        rules=dear,
        by=None,
        version=listed.version,
        valid_from=delivery.collective.today(),
    )
    asked = wanted(delivery, contact_name="M. Roux", note="Ring twice")
    changed = changes.change_delivery(delivery=delivery, asked=asked, by=sam.person, reason="", agreed_cents=before, staff=False)
    drop = drops_among(stops_of(delivery))[0]
    assert changed is None
    assert (drop.contact_name, drop.note, gross(delivery)) == ("M. Roux", "Ring twice", before)
    assert Event.objects.get(name="delivery.changed").by_id == sam.person.pk


def test_another_address_shows_old_and_new_and_costs_only_what_was_agreed(delivery: Delivery, sam: Membership) -> None:
    change = changes.propose_change(delivery=delivery, asked=farther(delivery))
    assert change.before.cents == gross(delivery) == 996
    assert change.after.cents > 996
    with pytest.raises(ChangeCosts):
        changes.change_delivery(delivery=delivery, asked=farther(delivery), by=sam.person, reason="", agreed_cents=996, staff=False)
    assert gross(delivery) == 996
    assert not Event.objects.filter(name="delivery.changed").exists()
    changes.change_delivery(
        delivery=delivery, asked=farther(delivery), by=sam.person, reason="moved", agreed_cents=change.after.cents, staff=False
    )
    order = Order.objects.get(pk=delivery.order_id)
    assert order.gross == change.after
    assert sum(line.amount_cents for line in order.lines.all()) == order.net_cents
    assert Event.objects.get(name="delivery.changed").data["before"] == "9.96"


def test_its_own_place_in_a_full_hour_stays_its_own(delivery: Delivery, sam: Membership) -> None:
    set_order_terms(collective=delivery.collective, notice_minutes=0, same_day_until=None, day_before_until=None, drops_an_hour=1, by=None)
    change = changes.propose_change(delivery=delivery, asked=farther(delivery))
    cost = change.after.cents
    changes.change_delivery(delivery=delivery, asked=farther(delivery), by=sam.person, reason="", agreed_cents=cost, staff=False)
    assert gross(delivery) == cost


def test_unplanned_work_goes_to_the_new_day(delivery: Delivery, sam: Membership) -> None:
    change = changes.propose_change(delivery=delivery, asked=next_day(delivery))
    changes.change_delivery(
        delivery=delivery, asked=next_day(delivery), by=sam.person, reason="", agreed_cents=change.after.cents, staff=False
    )
    days = {task.on for task in Task.objects.filter(delivery=delivery)}
    assert days == {delivery.collective.today() + dt.timedelta(days=2)}


def test_once_planned_a_partner_asks_and_nothing_moves_until_somebody_answers(
    delivery: Delivery, sam: Membership, dana: Membership
) -> None:
    plan(delivery, dana)
    version = Round.objects.get().version
    asked = farther(delivery)
    cost = changes.propose_change(delivery=delivery, asked=asked).after.cents
    row = changes.change_delivery(delivery=delivery, asked=asked, by=sam.person, reason="wrong street", agreed_cents=cost, staff=False)
    assert row is not None
    assert (gross(delivery), drops_among(stops_of(delivery))[0].place.street_address) == (996, "7 place du Ralliement")
    assert list(changes.open_requests()) == [row]
    with pytest.raises(AlreadyAsked):
        changes.cancel_or_ask(delivery=delivery, by=sam.person, reason="no", agreed_cents=0, staff=False)
    changes.accept_request(request=row, by=dana.person)
    drop = drops_among(stops_of(delivery))[0]
    assert (gross(delivery), drop.place.street_address) == (cost, "30 rue Haute")
    assert Round.objects.get().version == version + 1  # the courier's page is read anew
    with pytest.raises(AlreadyAnswered):
        changes.refuse_request(request=row, by=dana.person, answer="too late")


def test_a_refusal_has_a_sentence_and_changes_nothing(delivery: Delivery, sam: Membership, dana: Membership) -> None:
    plan(delivery, dana)
    row = changes.cancel_or_ask(delivery=delivery, by=sam.person, reason="sold out", agreed_cents=0, staff=False)
    assert isinstance(row, ChangeRequest)
    with pytest.raises(SayWhy):
        changes.refuse_request(request=row, by=dana.person, answer=" ")
    changes.refuse_request(request=row, by=dana.person, answer="Carl stands at your door.")
    delivery.refresh_from_db()
    row.refresh_from_db()
    assert (delivery.status, row.state, row.answer) == (DeliveryStatus.PLACED, "refused", "Carl stands at your door.")
    journal.run_waiting()
    assert "Carl stands at your door." in Message.objects.get(kind="change.answered", channel="email").text


def test_an_accepted_cancellation_is_one(delivery: Delivery, sam: Membership, dana: Membership) -> None:
    plan(delivery, dana)
    row = changes.cancel_or_ask(delivery=delivery, by=sam.person, reason="sold out", agreed_cents=0, staff=False)
    assert isinstance(row, ChangeRequest)
    changes.accept_request(request=row, by=dana.person)
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.CANCELLED


def test_an_ask_needs_a_reason_and_can_be_taken_back(delivery: Delivery, sam: Membership, dana: Membership) -> None:
    plan(delivery, dana)
    with pytest.raises(SayWhy):
        changes.cancel_or_ask(delivery=delivery, by=sam.person, reason="  ", agreed_cents=0, staff=False)
    row = changes.cancel_or_ask(delivery=delivery, by=sam.person, reason="sold out", agreed_cents=0, staff=False)
    assert isinstance(row, ChangeRequest)
    changes.withdraw_request(request=row, by=sam.person)
    assert not changes.open_requests().exists()


def test_another_day_is_never_moved_under_a_round(delivery: Delivery, sam: Membership, dana: Membership) -> None:
    plan(delivery, dana)
    cost = changes.propose_change(delivery=delivery, asked=next_day(delivery)).after.cents
    row = changes.change_delivery(
        delivery=delivery, asked=next_day(delivery), by=sam.person, reason="closed", agreed_cents=cost, staff=False
    )
    assert row is not None
    with pytest.raises(StillInARound):
        changes.accept_request(request=row, by=dana.person)
    row.refresh_from_db()
    assert row.state == "open"
    assert not Event.objects.filter(name__in=["delivery.changed", "change.accepted"]).exists()


def test_a_price_paid_by_card_is_not_changed_behind_the_bank(open_montreuil: Collective, sam: Membership) -> None:
    paid = world.make_delivery(world.make_partner(open_montreuil, "Card", terms="card"))
    Delivery.objects.filter(pk=paid.pk).update(status=DeliveryStatus.PLACED)
    paid.refresh_from_db()
    cost = changes.propose_change(delivery=paid, asked=farther(paid)).after.cents
    with pytest.raises(PaidByCard):
        changes.change_delivery(delivery=paid, asked=farther(paid), by=sam.person, reason="", agreed_cents=cost, staff=False)


def test_what_is_handed_over_or_unchanged_is_not_changed(delivery: Delivery, sam: Membership) -> None:
    with pytest.raises(NothingChanged):
        changes.propose_change(delivery=delivery, asked=wanted(delivery))
    for stop in stops_of(delivery):
        mark_stop_done(stop=stop, by=None, at=timezone.now(), received_by="M. Roux")
    delivery.refresh_from_db()
    with pytest.raises(NotChangeable):
        changes.propose_change(delivery=delivery, asked=wanted(delivery, contact_name="Somebody"))


def test_what_is_kept_as_data_comes_back_the_same(delivery: Delivery) -> None:
    asked = farther(delivery)
    assert request_of(asked.as_json()) == asked


def form_of(delivery: Delivery, **values: str) -> dict[str, str]:
    drop = drops_among(stops_of(delivery))[0]
    start, end = (timezone.localtime(at, delivery.collective.zone) for at in (drop.window_start, drop.window_end))
    return {
        "key": "k", "day": "other", "other_day": f"{start:%Y-%m-%d}", "slot": "free",
        "free_from": f"{start:%H:%M}", "free_until": f"{end:%H:%M}", "note": "",
        "drop-TOTAL_FORMS": "1", "drop-INITIAL_FORMS": "1",
        "drop-0-address": drop.place.one_line, "drop-0-picked": drop.place.one_line, "drop-0-name": drop.contact_name,
        "drop-0-phone": drop.phone, "drop-0-note": "", "drop-0-email": "", "drop-0-other_name": "Bouquet", "drop-0-other_quantity": "1",
        "drop-0-other_kg": "2", **values,
    }  # fmt: skip


def test_a_partner_sees_old_and_new_on_the_page_and_then_changes_it(client: Client, delivery: Delivery, sam: Membership) -> None:
    client.force_login(sam.person)
    page = f"/c/montreuil/deliveries/{delivery.ref}/change/"
    assert "Change" in client.get(f"/c/montreuil/deliveries/{delivery.ref}/").content.decode()
    assert client.get(page).status_code == 200
    data = form_of(delivery, **{"drop-0-name": "M. Roux"})
    shown = client.post(page, {**data, "act": "price"}).content.decode()
    assert "<s>Mme Roux</s> <b>M. Roux</b>" in shown
    assert "the price stays" in shown
    assert client.post(page, {**data, "act": "change"}).status_code == 409  # the price was never shown
    assert client.post(page, {**data, "act": "change", "cost": "996"}).status_code == 302
    assert drops_among(stops_of(delivery))[0].contact_name == "M. Roux"


def test_the_dispatcher_answers_from_the_board(client: Client, delivery: Delivery, sam: Membership, dana: Membership) -> None:
    plan(delivery, dana)
    client.force_login(sam.person)
    page = f"/c/montreuil/deliveries/{delivery.ref}/"
    answer = client.post(f"{page}cancel/", {"reason": "sold out", "cost": "0"}, follow=True)
    assert "The co-op is asked to cancel" in answer.content.decode()
    assert "Take it back" in client.get(page).content.decode()
    client.force_login(dana.person)
    assert "change asked" in client.get("/c/montreuil/board/").content.decode()
    listed = client.get("/c/montreuil/deliveries/changes/").content.decode()
    assert "“sold out”" in listed
    row = ChangeRequest.objects.get()
    client.post(f"/c/montreuil/deliveries/changes/{row.ref}/", {"decision": "accept"})
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.CANCELLED


def test_a_partner_cannot_answer_and_another_partner_sees_nothing(client: Client, delivery: Delivery, sam: Membership) -> None:
    client.force_login(sam.person)
    assert client.get("/c/montreuil/deliveries/changes/").status_code == 403
    other = world.make_delivery(world.make_partner(delivery.collective, "Somebody else"))
    assert client.get(f"/c/montreuil/deliveries/{other.ref}/change/").status_code == 404


@pytest.mark.usefixtures("bouquet")
def test_a_bad_form_keeps_what_was_typed_and_changes_nothing(client: Client, delivery: Delivery, sam: Membership) -> None:
    client.force_login(sam.person)
    page = f"/c/montreuil/deliveries/{delivery.ref}/change/"
    answer = client.post(page, form_of(delivery, **{"drop-0-phone": "12", "act": "price", "reason": "typed"}))
    assert answer.status_code in {200, 422}
    assert client.post(page, {"act": "change"}).status_code == 422
    assert not Event.objects.filter(name="delivery.changed").exists()
    assert ParcelType.objects.count() == 1
