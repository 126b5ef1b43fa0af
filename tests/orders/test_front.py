"""The front page: a delivery by somebody without an account, paid by card before it is work."""

import re

import pytest
from django.test import Client

from collectives.models import Collective, Membership, Standing
from collectives.services import change_standing
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.notices.models import Message
from coopdelivery.places.services import find_or_create_place
from orders.front import views
from orders.front.doors import payer_token
from orders.models import Delivery, Order, ParcelType, Partner, Quote
from orders.refusals import FrontDoorTaken
from orders.services import cancel_delivery, edit_partner
from tests.orders import world

FRONT = "/at/montreuil/"


@pytest.fixture
def door(open_montreuil: Collective, bouquet: ParcelType) -> Partner:
    with acting_for(open_montreuil):
        for street in ("3 rue de Paris", "9 rue de Rosny"):
            text = f"{street}, Montreuil"
            find_or_create_place(collective_id=open_montreuil.pk, text=text, country="FR", point=(48.865, 2.44))
    return world.make_partner(open_montreuil, "Everybody", terms="card", is_front_door=True)


def asked(door: Partner, bouquet: ParcelType, **changes: str) -> dict[str, str]:
    day = world.tomorrow_at(door.collective, 10).date()
    return {
        "key": "k" * 32,
        "origin": "3 rue de Paris, Montreuil",
        "target": "9 rue de Rosny, Montreuil",
        "what": str(bouquet.pk),
        "when": f"{day}|10:00-12:00",
        "name": "Inès Roux",
        "email": "ines@example.test",
        "phone": "06 39 98 12 40",
        "recipient": "Mamie",
        "recipient_phone": "",
        "note": "",
        "act": "price",
        **changes,
    }


def quoted(client: Client, data: dict[str, str], path: str = FRONT) -> dict[str, str]:
    page = client.post(path, data)
    assert page.status_code == 200, page.content
    found = re.search(r'name="quote" value="([0-9a-f-]+)"', page.content.decode())
    assert found
    return {**data, "quote": found[1], "act": "order"}


def test_the_page_shows_prices_shares_and_the_form_to_anybody(client: Client, door: Partner) -> None:
    page = client.get(FRONT).content.decode()
    for words in (
        "We deliver Montreuil by bike.",
        "Pickup and first drop",
        "€6.50",
        "€0.60 for each km",
        "Where the money goes",
        'name="origin"',
    ):
        assert words in page
    assert "sessionid" not in client.cookies
    assert "csrftoken" not in client.cookies


def test_a_stranger_sees_the_price_orders_and_is_sent_to_pay(client: Client, door: Partner, bouquet: ParcelType) -> None:
    data = quoted(client, asked(door, bouquet))
    assert Order.objects.count() == 0
    answer = client.post(FRONT, data)
    order = Order.objects.get()
    delivery = order.deliveries.get()
    assert answer.headers["Location"] == f"/at/pay/{payer_token(order)}/"
    assert (delivery.status, order.paid_by, order.payer_email, order.payer_phone) == (
        "awaiting_payment", "card", "ines@example.test", "+33639981240",
    )  # fmt: skip
    pickup, drop = delivery.stops.order_by("position")
    assert (pickup.place.street_address, pickup.contact_name, drop.contact_name) == ("3 rue de Paris, Montreuil", "Inès Roux", "Mamie")
    assert client.post(FRONT, data).headers["Location"] == answer.headers["Location"]  # pressed twice
    assert Order.objects.count() == 1


@pytest.mark.usefixtures("stripe_server")
def test_paid_it_is_work_and_the_payer_gets_the_link(client: Client, door: Partner, bouquet: ParcelType) -> None:
    page = client.post(FRONT, quoted(client, asked(door, bouquet))).headers["Location"]
    assert "A card that pays" in client.get(page).content.decode()
    client.post(page, {"method": "pm_card_visa"})
    assert Delivery.objects.get().status == "placed"
    shown = client.get(page).content.decode()
    assert "Follow the delivery" in shown
    journal.run_waiting()
    message = Message.objects.get(kind="guest.ordered")
    assert message.email == "ines@example.test"
    assert "/t/" in message.text


@pytest.mark.usefixtures("stripe_server")
def test_a_refused_card_says_so_and_nothing_is_work(client: Client, door: Partner, bouquet: ParcelType) -> None:
    page = client.post(FRONT, quoted(client, asked(door, bouquet))).headers["Location"]
    answer = client.post(page, {"method": "pm_card_visa_chargeDeclined"})
    assert answer.status_code == 402
    assert "The bank refused this card." in answer.content.decode()
    assert Delivery.objects.get().status == "awaiting_payment"
    assert client.post(page, {"method": "gold"}).status_code == 422


def test_a_cancelled_order_has_nothing_to_pay(client: Client, door: Partner, bouquet: ParcelType) -> None:
    page = client.post(FRONT, quoted(client, asked(door, bouquet))).headers["Location"]
    with acting_for(door.collective):
        cancel_delivery(delivery=Delivery.objects.get(), by=None, reason="")
    assert "There is nothing to pay here any more" in client.get(page).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("origin", "", "This field is required"),
        ("phone", "12", "is not a telephone number"),
        ("email", "ines", "valid email"),
        ("when", "2026-01-01|10:00-12:00", "This window is no longer free."),
        ("target", "Derrière le grand chêne", "Write where to go: a street, a number and a town."),
        ("what", "999999", "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    client: Client, door: Partner, bouquet: ParcelType, field: str, value: str, words: str
) -> None:
    answer = client.post(FRONT, asked(door, bouquet, **{field: value, "act": "order"}))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert 'value="Inès Roux"' in page
    assert Order.objects.count() == 0


def test_an_order_never_goes_without_a_price_that_was_shown(client: Client, door: Partner, bouquet: ParcelType) -> None:
    answer = client.post(FRONT, asked(door, bouquet, act="order"))
    assert answer.status_code == 200
    assert "Order and pay" in answer.content.decode()
    assert Order.objects.count() == 0


def test_a_lapsed_co_op_shows_its_page_and_takes_nothing(client: Client, door: Partner, bouquet: ParcelType, montreuil: Collective) -> None:
    data = quoted(client, asked(door, bouquet))
    change_standing(collective=montreuil, standing=Standing.LAPSED, licence_until=None, by=None, reason="expired")
    assert "not taken here at present" in client.get(FRONT).content.decode()
    assert client.post(FRONT, data).status_code == 422
    assert Order.objects.count() == 0


def test_an_applicant_and_a_name_nobody_has_are_not_found(client: Client, open_montreuil: Collective) -> None:
    change_standing(collective=open_montreuil, standing=Standing.APPLICANT, licence_until=None, by=None, reason="for the test")
    assert client.get(FRONT).status_code == 404
    assert client.get("/at/nowhere/").status_code == 404


@pytest.mark.parametrize("token", ["x", "1:00000000-0000-4000-8000-000000000000", "a.b.c"])
@pytest.mark.parametrize(("path", "verb"), [("", "get"), ("", "post"), ("intent/", "post"), ("check/", "post")])
def test_a_made_up_link_opens_no_payment(client: Client, door: Partner, token: str, path: str, verb: str) -> None:
    assert getattr(client, verb)(f"/at/pay/{token}/{path}").status_code == 404


def test_only_the_form_may_be_framed_elsewhere(client: Client, door: Partner) -> None:
    framed, page = client.get(f"{FRONT}form/"), client.get(FRONT)
    assert "frame-ancestors *" in framed.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed.headers
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"


def test_the_framed_form_orders_too(client: Client, door: Partner, bouquet: ParcelType) -> None:
    path = f"{FRONT}form/"
    answer = client.post(path, quoted(client, asked(door, bouquet), path))
    assert answer.headers["Location"].startswith("/at/pay/")


def test_the_script_draws_a_frame_of_this_co_op(client: Client, door: Partner) -> None:
    answer = client.get(f"{FRONT}embed.js")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "/at/montreuil/form/" in answer.content.decode().replace("\\u002D", "-")


@pytest.mark.parametrize(("colour", "text"), [("#2B459F", "#ffffff"), ("#F5E663", "#000000")])
def test_the_poster_has_the_co_ops_colour_and_a_text_that_can_be_read(
    client: Client, montreuil: Collective, colour: str, text: str
) -> None:
    Collective.objects.filter(pk=montreuil.pk).update(tile_colour=colour)
    css = client.get(f"{FRONT}colours.css").content.decode()
    assert f"--poster: {colour};" in css
    assert f"--on-poster: {text};".lower() in css.lower()


def test_one_partner_at_most_stands_at_the_front_door(door: Partner, florist: Partner) -> None:
    with pytest.raises(FrontDoorTaken, match="Everybody"):
        edit_partner(partner=florist, by=None, is_front_door=True)
    assert Partner.objects.filter(is_front_door=True).count() == 1


def test_the_front_door_pays_by_card_or_not_at_all(client: Client, door: Partner, ada: Membership) -> None:
    client.force_login(ada.person)
    page = client.get("/c/montreuil/partners/").content.decode()
    assert "/at/montreuil/embed.js" in page
    data = {
        "name": "Everybody", "kind": "other", "address": door.place.one_line, "terms": "statement", "price_list": str(door.price_list_id),
        "proof_photo": "off", "proof_name": "off", "is_active": "on", "is_front_door": "on",
    }  # fmt: skip
    answer = client.post(f"/c/montreuil/partners/{door.ref}/edit/", data)
    assert answer.status_code == 422
    assert "People without an account pay by card" in answer.content.decode()


def test_a_price_question_leaves_no_place_and_no_order_behind(client: Client, door: Partner, bouquet: ParcelType) -> None:
    client.post(FRONT, asked(door, bouquet))
    assert (Quote.objects.count(), Order.objects.count()) == (1, 0)


def test_a_machine_that_asks_for_prices_all_day_is_told_to_wait(client: Client, door: Partner, bouquet: ParcelType) -> None:
    answers = [client.post(FRONT, {"act": "price"}).status_code for _ in range(views.MOST_ASKED + 1)]
    assert answers == [422] * views.MOST_ASKED + [429]
    assert client.post(FRONT, asked(door, bouquet), REMOTE_ADDR="127.0.0.9").status_code == 200


def test_streets_are_suggested_while_they_are_typed(client: Client, open_montreuil: Collective) -> None:
    Collective.objects.filter(pk=open_montreuil.pk).update(latitude=60.17, longitude=24.94, country="FI")
    found = client.get(f"{FRONT}suggest/", {"q": "Fabianink", "list": "origin-list"}).content.decode()
    assert "Fabianinkatu" in found
    assert 'id="origin-list-1"' in found
    assert "<script" not in client.get(f"{FRONT}suggest/", {"q": "<script>", "list": '"><script>'}).content.decode()
    assert client.get(f"{FRONT}suggest/", {"q": "Fa"}).content.strip() == b""
    assert "sessionid" not in client.cookies
