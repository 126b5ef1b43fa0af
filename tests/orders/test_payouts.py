"""What the shops of the windows are owed, and paying it out: once, with a day and a reference, from the books alone."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collectives.models import Membership
from coopdelivery.journal.models import Event
from coopdelivery.kit.money import Money
from coopdelivery.ledger import services as ledger
from coopdelivery.ledger.models import Posting
from orders.models import Partner, Product, Purchase, ShopWindow
from orders.payments import chart
from orders.payments.chart import CollectiveBook
from orders.window import payouts
from orders.window.payouts import NoReference, NoSuchDay, NothingOwed, OwedMoved, made_of, owed_to, pay_out, payouts_of, statement_of
from tests.orders import world
from tests.orders.test_window import paid, shop, tulips  # noqa: F401  fixtures

pytestmark = pytest.mark.usefixtures("stripe_server")


@pytest.fixture
def sold(tulips: Product) -> Purchase:  # noqa: F811
    return paid(tulips)


def pay(partner: Partner, by: Membership, key: str = "k", **said: Any) -> Posting:
    given: dict[str, Any] = {"agreed_cents": owed_to(partner).cents, "on": partner.collective.today(), "reference": "VIR 12", **said}
    return pay_out(partner=partner, by=by.person, idempotency_key=key, **given)


def written() -> int:
    return Posting.objects.filter(key__startswith="payout:").count()


def test_all_that_is_owed_is_paid_in_one_posting(sold: Purchase, florist: Partner, ada: Membership) -> None:
    owed = owed_to(florist)
    assert 0 < owed.cents <= sold.gross.cents
    at_stripe = ledger.balance(CollectiveBook(florist.collective, "EUR").account(chart.CARDS))
    posting = pay(florist, ada)
    assert (owed_to(florist).cents, posting.memo, posting.on) == (0, "Fleurs de Maine: VIR 12", florist.collective.today())
    assert ledger.balance(CollectiveBook(florist.collective, "EUR").account(chart.CARDS)) == at_stripe - owed
    told = Event.objects.get(name="shop.paid_out")
    assert (told.by_id, told.data["amount"], told.data["reference"]) == (ada.person.pk, owed.plain(), "VIR 12")


def test_a_second_press_and_a_second_person_pay_nothing_more(sold: Purchase, florist: Partner, ada: Membership) -> None:
    seen = owed_to(florist).cents
    first = pay(florist, ada)
    assert pay(florist, ada, agreed_cents=seen) == first
    with pytest.raises(NothingOwed):
        pay(florist, ada, key="another", agreed_cents=seen)
    assert written() == 1


def test_what_was_sold_meanwhile_is_looked_at_first(sold: Purchase, tulips: Product, florist: Partner, ada: Membership) -> None:  # noqa: F811
    seen = owed_to(florist).cents
    paid(tulips)
    with pytest.raises(OwedMoved):
        pay(florist, ada, agreed_cents=seen)
    assert written() == 0


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"reference": "  "}, NoReference),
        ({"reference": "x" * 81}, NoReference),
        ({"on": dt.date(2999, 1, 1)}, NoSuchDay),
        ({"on": dt.date(2001, 1, 1)}, NoSuchDay),
    ],
)
def test_a_payment_needs_its_day_and_reference(
    sold: Purchase, florist: Partner, ada: Membership, said: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        pay(florist, ada, **said)
    assert written() == 0
    assert not Event.objects.filter(name="shop.paid_out").exists()


def test_each_payment_says_what_it_was_for(sold: Purchase, tulips: Product, florist: Partner, ada: Membership) -> None:  # noqa: F811
    first_owed = owed_to(florist)
    first = pay(florist, ada)
    paid(tulips)
    second = pay(florist, ada, key="k2", reference="VIR 13")
    assert statement_of(florist) == []
    assert [each.posting for each in payouts_of(florist)] == [second, first]
    parts = [sum(row.amount.cents for row in made_of(florist, posting.number)) for posting in (first, second)]
    assert parts == [first_owed.cents, payouts_of(florist)[0].amount.cents]
    assert made_of(florist, 999) == []


def test_another_shop_is_owed_nothing_by_it(sold: Purchase, florist: Partner, ada: Membership) -> None:
    other = world.make_partner(florist.collective, "Le Four")
    with pytest.raises(NothingOwed):
        pay(other, ada, agreed_cents=owed_to(florist).cents)
    assert written() == 0


def test_the_pages_show_it_and_pay_it_once(client: Client, sold: Purchase, florist: Partner, ada: Membership) -> None:
    client.force_login(ada.person)
    owed = owed_to(florist)
    assert str(owed) in client.get("/c/montreuil/books/shops/").content.decode()
    url = f"/c/montreuil/books/shops/{florist.ref}/"
    form = client.get(url).context["form"]
    typed = {name: form[name].value() for name in form.fields} | {"reference": "VIR 12"}
    for _press in range(2):
        assert client.post(f"{url}paid/", typed).status_code == 302
    page = client.get(url).content.decode()
    assert "Fleurs de Maine: VIR 12" in page
    assert str(Money(0, "EUR")) in page
    assert written() == 1
    number = Posting.objects.get(key__startswith="payout:").number
    assert sold.code in client.get(f"{url}?paid={number}").content.decode()


@pytest.mark.parametrize(
    "typed", [{"reference": ""}, {"on": ""}, {"on": "2999-01-01"}, {"on": "x"}, {"owed": "1"}, {"owed": "x"}, {"key": ""}]
)
def test_the_page_refuses_with_a_sentence(client: Client, sold: Purchase, florist: Partner, ada: Membership, typed: dict[str, str]) -> None:
    client.force_login(ada.person)
    good = {"on": florist.collective.today().isoformat(), "reference": "VIR", "owed": str(owed_to(florist).cents), "key": "k"}
    answer = client.post(f"/c/montreuil/books/shops/{florist.ref}/paid/", {**good, **typed})
    assert answer.status_code == 422
    assert 'class="err' in answer.content.decode()
    assert written() == 0


def test_only_the_office_sees_what_all_are_owed_and_a_shop_its_own(
    client: Client, sold: Purchase, florist: Partner, sam: Membership, dana: Membership
) -> None:
    for member in (sam, dana):
        client.force_login(member.person)
        assert client.get("/c/montreuil/books/shops/").status_code == 403
        assert client.post(f"/c/montreuil/books/shops/{florist.ref}/paid/", {}).status_code == 403
    client.force_login(sam.person)
    page = client.get(f"/c/montreuil/window/?partner={florist.ref}", follow=True)
    assert f"The co-op holds {owed_to(florist)} for you." in page.content.decode()


def test_the_list_asks_as_much_for_many_shops_as_for_one(client: Client, sold: Purchase, florist: Partner, ada: Membership) -> None:
    client.force_login(ada.person)
    client.get("/c/montreuil/books/shops/")
    with CaptureQueriesContext(connection) as one:
        client.get("/c/montreuil/books/shops/")
    books = CollectiveBook(florist.collective, "EUR")
    for number in range(4):
        partner = world.make_partner(florist.collective, f"Shop {number}")
        ShopWindow.objects.create(collective_id=florist.collective_id, partner=partner)
        amount = Money(100, "EUR")
        moves = {books.account(chart.CARDS): amount, payouts.account_of(partner, books.book): -amount}
        ledger.post(book=books.book, key=f"test:{number}", on=florist.collective.today(), memo="x", moves=moves)
    with CaptureQueriesContext(connection) as many:
        assert client.get("/c/montreuil/books/shops/").content.count(b'scope="row"') == 5
    assert len(many) == len(one)
