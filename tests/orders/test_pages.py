"""The partner's pages in the browser's words: forms posted as people post them."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from collectives.models import Collective, Membership, Role
from collectives.services import accept_invitation, change_standing, invite
from collectives.tenancy import acting_for
from coopdelivery.places.models import Place
from orders import outlook
from orders.models import AddressBookEntry, Delivery, Order, ParcelType, Partner, PartnerUser, PriceList, Quote
from orders.outlook import Arrival
from orders.services import add_partner_user, edit_partner
from tests.conftest import make_member
from tests.orders import world

LIST = "/c/montreuil/deliveries/"
NEW = "/c/montreuil/deliveries/new/"
QUOTE = "/c/montreuil/deliveries/quote/"


@pytest.fixture
def shop(client: Client, florist: Partner, bouquet: ParcelType, sam: Membership) -> Client:
    """Sam's browser."""
    client.force_login(sam.person)
    return client


def form(florist: Partner, bouquet: ParcelType, **changes: str) -> dict[str, str]:
    day = world.tomorrow_at(florist.collective, 10).date()
    return {
        "key": uuid4().hex,
        "partner": str(florist.ref),
        "day": day.isoformat(),
        "slot": "10:00-12:00",
        "drop-TOTAL_FORMS": "1",
        "drop-INITIAL_FORMS": "0",
        "drop-0-address": "7 place du Ralliement, Montreuil",
        "drop-0-picked": "7 place du Ralliement, Montreuil",
        "drop-0-latitude": "48.87",
        "drop-0-longitude": "2.44",
        "drop-0-name": "Mme Roux",
        "drop-0-phone": "06 39 98 12 40",
        f"drop-0-type_{bouquet.pk}": "2",
        **changes,
    }


def quoted(shop: Client, data: dict[str, str]) -> dict[str, str]:
    """The form with the price that was shown for it."""
    shown = shop.post(QUOTE, data)
    assert shown.status_code == 200, shown.content
    found = re.search(r'name="quote" value="([0-9a-f-]+)"', shown.content.decode())
    assert found
    return {**data, "quote": found[1], "act": "place"}


def test_the_form_is_on_the_list_and_offers_tomorrow(shop: Client) -> None:
    page = shop.get(LIST).content.decode()
    assert 'id="new-form"' in page
    assert "Bouquet" in page
    assert page.count('name="slot"') > 5


def test_the_price_is_shown_line_by_line_before_anything_is_ordered(shop: Client, florist: Partner, bouquet: ParcelType) -> None:
    places = Place.objects.count()
    answer = shop.post(QUOTE, form(florist, bouquet))
    page = answer.content.decode()
    assert answer.status_code == 200
    for words in ("Pickup and first drop", "€6.50", "Distance", "Weight", "Before VAT", "VAT 20", "Order 1 drop", "Federation"):
        assert words in page
    assert (Order.objects.count(), Quote.objects.count(), Place.objects.count()) == (0, 1, places)


def test_ordering_at_the_price_shown(shop: Client, florist: Partner, bouquet: ParcelType) -> None:
    data = quoted(shop, form(florist, bouquet))
    answer = shop.post(NEW, data)
    placed = Delivery.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}{placed.ref}/?placed")
    assert placed.order.net_cents == Quote.objects.get(ref=data["quote"]).net_cents
    page = shop.get(answer["Location"]).content.decode()
    assert "MO-4001 is ordered." in page
    assert "http://testserver/t/" in page


def test_a_double_click_is_one_order(shop: Client, florist: Partner, bouquet: ParcelType) -> None:
    data = quoted(shop, form(florist, bouquet))
    first, second = shop.post(NEW, data), shop.post(NEW, data)
    assert first["Location"] == second["Location"]
    assert Order.objects.count() == 1


def test_without_a_price_seen_the_price_comes_first(shop: Client, florist: Partner, bouquet: ParcelType) -> None:
    answer = shop.post(NEW, {**form(florist, bouquet), "act": "place"})
    assert (answer.status_code, Order.objects.count()) == (200, 0)
    assert b"Order 1 drop" in answer.content


def test_what_was_changed_after_the_price_is_priced_again(shop: Client, florist: Partner, bouquet: ParcelType) -> None:
    data = quoted(shop, form(florist, bouquet))
    answer = shop.post(NEW, {**data, f"drop-0-type_{bouquet.pk}": "9"})
    assert (answer.status_code, Order.objects.count()) == (409, 0)
    assert b"The price has changed since it was shown." in answer.content


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"drop-0-address": ""}, "Write where to go"),
        ({"drop-0-phone": "12"}, "“12” is not a telephone number"),
        ({"drop-0-email": "nobody"}, "“nobody” is not an e-mail address"),
        ({"slot": ""}, "Choose a window."),
        ({"slot": "25:00-99:00"}, "Choose a window."),
        ({"slot": "free"}, "Write from when until when"),
        ({"day": "soon"}, "Choose a day."),
        ({"day": "other", "other_day": "2026-02-31"}, "Enter a valid date."),
        ({"day": "2001-01-01"}, "This window has begun already."),
        ({"day": "2999-01-01"}, "Orders are taken up to 60 days ahead."),
        ({"drop-0-other_quantity": "-1"}, "greater than or equal to 0"),
    ],
)
def test_a_refused_form_says_what_keeps_everything_and_writes_nothing(
    shop: Client, florist: Partner, bouquet: ParcelType, changes: dict[str, str], sentence: str
) -> None:
    answer = shop.post(NEW, {**form(florist, bouquet, **changes), "act": "place"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "Mme Roux" in page
    assert not Order.objects.exists()


def test_without_parcels_it_is_asked_what_goes_there(shop: Client, florist: Partner, bouquet: ParcelType) -> None:
    answer = shop.post(NEW, {**form(florist, bouquet), f"drop-0-type_{bouquet.pk}": "0", "act": "place"})
    assert (answer.status_code, Order.objects.count()) == (422, 0)
    assert b"Say what goes there: at least one parcel." in answer.content


def test_one_drop_more_and_one_less_keep_what_was_typed(shop: Client, florist: Partner, bouquet: ParcelType) -> None:
    more = shop.post(NEW, {**form(florist, bouquet), "act": "more"}).content.decode()
    assert 'name="drop-TOTAL_FORMS" value="2"' in more
    assert "Mme Roux" in more
    two = {**form(florist, bouquet), "drop-TOTAL_FORMS": "2", "drop-1-address": "1 rue B", "drop-1-name": "M. Hamon"}
    less = shop.post(NEW, {**two, "act": "less-0"}).content.decode()
    assert 'name="drop-TOTAL_FORMS" value="1"' in less
    assert "M. Hamon" in less
    assert "Mme Roux" not in less


def test_a_card_partner_goes_on_to_pay(shop: Client, florist: Partner, bouquet: ParcelType) -> None:
    edit_partner(partner=florist, terms=Partner.Terms.CARD, by=None)
    answer = shop.post(NEW, quoted(shop, form(florist, bouquet)))
    order = Order.objects.get()
    assert answer["Location"] == f"/c/montreuil/orders/{order.ref}/pay/"


def test_ordering_again_fills_the_form_but_not_the_day(shop: Client, florist: Partner, delivery: Delivery) -> None:
    page = shop.get(f"{NEW}?partner={florist.ref}&again={delivery.ref}").content.decode()
    assert 'value="7 place du Ralliement, 93100 Montreuil"' in page
    assert 'value="Mme Roux"' in page


def test_cancelling_before_the_pickup(shop: Client, delivery: Delivery) -> None:
    answer = shop.post(f"{LIST}{delivery.ref}/cancel/", {"reason": "the customer called"}, follow=True)
    delivery.refresh_from_db()
    assert delivery.status == "cancelled"
    assert b"It is not billed." in answer.content
    assert b"the customer called" in answer.content


def other_partner(collective: Collective) -> tuple[Partner, Membership]:
    lea = make_member(collective, "Lea", Role.PARTNER)
    return world.make_partner(collective, "Le Courrier", seat=lea), lea


def test_a_partner_never_sees_anothers_deliveries(shop: Client, florist: Partner, delivery: Delivery) -> None:
    newspaper, lea = other_partner(florist.collective)
    theirs = world.make_delivery(newspaper, key="theirs", by=lea.person)
    page = shop.get(LIST).content.decode()
    assert delivery.number in page
    assert theirs.number not in page
    assert theirs.number not in shop.get(f"{LIST}deliveries.csv").content.decode()
    assert shop.get(f"{LIST}{theirs.ref}/").status_code == 404
    assert shop.post(f"{LIST}{theirs.ref}/cancel/").status_code == 404
    assert shop.get(f"{NEW}?partner={newspaper.ref}").status_code == 404
    assert shop.get(f"{LIST}suggest?q=rue&partner={newspaper.ref}").status_code == 404
    theirs.refresh_from_db()
    assert theirs.status == "placed"


def test_strangers_get_404_and_couriers_403(client: Client, delivery: Delivery, nina: Membership, carl: Membership) -> None:
    client.force_login(nina.person)
    assert client.get(f"{LIST}{delivery.ref}/").status_code == 404
    client.force_login(carl.person)
    assert client.get(LIST).status_code == 403


def test_staff_see_all_and_choose_for_whom_they_order(client: Client, florist: Partner, dana: Membership, delivery: Delivery) -> None:
    newspaper, _lea = other_partner(florist.collective)
    client.force_login(dana.person)
    assert delivery.number in client.get(LIST).content.decode()
    choose = client.get(NEW).content.decode()
    assert f"?partner={newspaper.ref}" in choose
    assert 'id="new-form"' in client.get(f"{NEW}?partner={newspaper.ref}").content.decode()


def test_the_list_filters_by_state_day_and_words(shop: Client, florist: Partner, delivery: Delivery) -> None:
    tomorrow = world.tomorrow_at(florist.collective, 10).date()
    for query, seen in [
        ("state=open", True),
        ("state=done", False),
        (f"on={tomorrow}", True),
        ("on=2001-01-01", False),
        ("on=never", True),
        ("q=roux", True),
        ("q=ralliement", True),
        ("q=nobody", False),
        ("state=odd&page=zzz", True),
    ]:
        assert (delivery.number in shop.get(f"{LIST}?{query}").content.decode()) is seen, query


def test_the_list_costs_the_same_queries_for_one_row_and_for_twenty(shop: Client, florist: Partner, delivery: Delivery) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert shop.get(f"{LIST}?state=open").status_code == 200
        return len(queries)

    one = cost()
    for number in range(19):
        world.make_delivery(florist, key=f"many-{number}")
    assert cost() == one
    assert one < 40


def test_the_csv_defuses_formulas(shop: Client, florist: Partner) -> None:
    world.make_delivery(florist, request=world.one_drop(florist.collective, contact_name="=HYPERLINK(1)"))
    text = shop.get(f"{LIST}deliveries.csv").content.decode()
    assert "'=HYPERLINK(1)" in text
    assert ",=HYPERLINK" not in text


def test_suggestions_begin_with_the_address_book(shop: Client, florist: Partner) -> None:
    AddressBookEntry.objects.create(
        collective=florist.collective, partner=florist, place=florist.place, contact_name="Cabinet Moreau", phone="+33148700001"
    )
    page = shop.get(f"{LIST}suggest?q=moreau&partner={florist.ref}&list=drop-0-list").content.decode()
    assert 'id="drop-0-list-b1"' in page
    assert 'data-name="Cabinet Moreau"' in page


text = some.text(max_size=40)
FIELDS = ["key", "quote", "partner", "day", "other_day", "slot", "free_from", "free_until", "note", "act", "drop-TOTAL_FORMS",
          "drop-INITIAL_FORMS", "drop-0-address", "drop-0-picked", "drop-0-book", "drop-0-latitude", "drop-0-longitude", "drop-0-name",
          "drop-0-phone", "drop-0-email", "drop-0-note", "drop-0-other_name", "drop-0-other_quantity", "drop-0-other_kg",
          "pickup-address", "pickup-phone"]  # fmt: skip
odd = some.sampled_from(
    ["", "0", "-1", "1e9", "NaN", "inf", "99999999999999999999", "'", "\x00", "\u202e", "2026-13-45", "24:61", "é" * 400]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=some.dictionaries(some.sampled_from(FIELDS), text | odd, max_size=5))
def test_nothing_that_is_typed_breaks_the_form(shop: Client, florist: Partner, bouquet: ParcelType, changes: dict[str, str]) -> None:
    data = {**form(florist, bouquet), **changes}
    for url in (NEW, QUOTE):
        answer = shop.post(url, data)
        assert answer.status_code in {200, 302, 404, 409, 422}


def test_an_invited_person_may_order_for_the_partner(florist: Partner, ada: Membership, client: Client) -> None:
    lea = make_member(florist.collective, "Lea", Role.COURIER)  # a member already
    client.force_login(ada.person)
    sent = {"name": "Zoe", "email": "zoe@shop.test", "role": "orders"}
    answer = client.post(f"/c/montreuil/partners/{florist.ref}/invite/", sent, follow=True)
    assert b"An invitation is on its way to zoe@shop.test." in answer.content
    invitation = invite(
        collective=florist.collective, email="lea@shop.test", name="Lea", roles=[Role.PARTNER], by=ada.person, partner_ref=florist.ref
    )
    accept_invitation(invitation=invitation, by=lea.person)
    with acting_for(florist.collective):
        assert PartnerUser.objects.filter(partner=florist, membership=lea).exists()


def partner_form(prices: PriceList, /, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Le Courrier",
        "kind": "newspaper",
        "address": "3 rue Neuve, Montreuil",
        "terms": "statement",
        "price_list": prices.pk,
        "proof_photo": "off",
        "proof_name": "required",
        "is_active": "on",
        **changes,
    }


def test_the_office_adds_a_partner(client: Client, florist: Partner, ada: Membership) -> None:
    client.force_login(ada.person)
    client.post("/c/montreuil/partners/new/", partner_form(florist.price_list))
    added = Partner.objects.get(name="Le Courrier")
    assert (added.kind, added.proof_name, added.place.street_address) == ("newspaper", "required", "3 rue Neuve, Montreuil")


def test_the_office_says_what_is_asked_for_each_outcome(client: Client, florist: Partner, ada: Membership) -> None:
    client.force_login(ada.person)
    cells = {"proof_pickup_scan": "required", "proof_failed_photo": "off", "proof_drop_code": "optional"}
    client.post("/c/montreuil/partners/new/", partner_form(florist.price_list, **cells))
    added = Partner.objects.get(name="Le Courrier")
    assert added.proof_rules == {"pickup": {"scan": "required"}, "failed": {"photo": "off"}, "drop": {"code": "optional"}}
    assert [added.asks(*cell) for cell in (("drop", "name"), ("drop", "signature"), ("pickup", "photo"))] == [
        "required",
        "optional",
        "optional",
    ]
    page = client.get(f"/c/montreuil/partners/{added.ref}/edit/").content.decode()
    assert '<option value="required" selected>' in page.split('id="id_proof_pickup_scan"')[1].split("</select>")[0]
    refused = client.post("/c/montreuil/partners/new/", partner_form(florist.price_list, name="Other", proof_pickup_scan="perhaps"))
    assert refused.status_code == 422
    assert not Partner.objects.filter(name="Other").exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "Fleurs de Maine"}, "There is already one called “Fleurs de Maine”."),
        ({"phone": "12"}, "“12” is not a telephone number."),
        ({"price_list": "0"}, "Select a valid choice."),
        ({"address": "..."}, "Write where to go"),
        ({"kind": "bank"}, "Select a valid choice."),
    ],
)
def test_a_refused_partner_is_not_written(
    client: Client, florist: Partner, ada: Membership, changes: dict[str, str], sentence: str
) -> None:
    client.force_login(ada.person)
    answer = client.post("/c/montreuil/partners/new/", partner_form(florist.price_list, **changes))
    assert (answer.status_code, Partner.objects.count()) == (422, 1)
    assert sentence in answer.content.decode()


def test_an_address_book_entry_is_the_partners_own(shop: Client, florist: Partner) -> None:
    shop.post(
        "/c/montreuil/deliveries/addresses/new/", {"contact_name": "Mme Roux", "address": "7 place du Ralliement", "phone": "0639981240"}
    )
    entry = AddressBookEntry.objects.get()
    assert (entry.partner, entry.phone) == (florist, "+33639981240")
    newspaper, lea = other_partner(florist.collective)
    shop.force_login(lea.person)
    assert shop.get(f"/c/montreuil/deliveries/addresses/{entry.ref}/").status_code == 404
    assert shop.post(f"/c/montreuil/deliveries/addresses/{entry.ref}/remove/").status_code == 404
    add_partner_user(partner=florist, membership=lea, by=None)
    assert shop.get(f"/c/montreuil/deliveries/addresses/{entry.ref}/").status_code == 200
    assert newspaper.address_book.count() == 0


def test_a_forecast_names_the_courier_to_the_shop_only(monkeypatch: pytest.MonkeyPatch, shop: Client, delivery: Delivery) -> None:
    def soon(stops: list[Any]) -> dict[int, Arrival]:
        return {stop.pk: Arrival(planned_at=stop.window_start, stops_before=2, under_way=True, courier="Carl") for stop in stops}

    monkeypatch.setattr(outlook, "_lookups", [soon])
    assert "Carl" in shop.get(LIST).content.decode()


def test_a_lapsed_collective_says_so_on_the_form_and_writes_nothing(shop: Client, florist: Partner, bouquet: ParcelType) -> None:
    data = quoted(shop, form(florist, bouquet))
    change_standing(collective=florist.collective, standing="lapsed", licence_until=None, by=None, reason="a condition expired")
    answer = shop.post(NEW, data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This co-op takes no new orders at present. Deliveries already placed go on." in page
    assert 'value="Mme Roux"' in page
    assert not Order.objects.exists()
