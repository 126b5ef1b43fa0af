"""The shop window: a basket, a card, an answer, a ride on the board; the money goes back when the shop cannot."""

import datetime as dt
import io
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from collectives.models import Collective, Membership
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from coopdelivery.kit.windows import Window
from coopdelivery.ledger.models import Entry
from coopdelivery.notices.models import Message
from coopdelivery.places.geometry import Point
from coopdelivery.places.services import find_or_create_place
from dispatch.models import Task
from orders.models import Delivery, Partner, Product, Purchase, PurchaseState, ShopWindow
from orders.services import cancel_delivery
from orders.slots import Slot
from orders.window import money
from orders.window.buying import Asked, place_purchase, total_of
from orders.window.deciding import accept_purchase, refuse_purchase, sweep
from orders.window.keeping import save_product, save_window
from orders.window.ranking import ranked, turned
from orders.window.refusals import AnsweredAlready, EmptyBasket, NotOnAccount, NotSelling, PriceMoved, SayWhy, SoldOut
from orders.window.times import can_collect, can_ride
from tests.orders import world
from tests.orders.stripe_server import at_the_bank

ALL_DAY = [(day, dt.time(0), dt.time(0)) for day in range(7)]
BUYER = {"name": "Inès Roux", "phone": "06 39 98 12 40", "email": "ines@example.test"}
HOME = "9 rue de Rosny, Montreuil"


@pytest.fixture
def shop(florist: Partner) -> ShopWindow:
    find_or_create_place(collective_id=florist.collective_id, text=HOME, country="FR", point=(48.865, 2.44))
    return save_window(
        partner=florist, ranges=ALL_DAY, by=None, is_open=True, about="Flowers", prepares_minutes=30, collects=True, delivers=True
    )


@pytest.fixture
def tulips(shop: ShopWindow) -> Product:
    return save_product(shop=shop, by=None, name="Tulips", price_cents=1250, vat_rate=1000, stock=5, allergens=[], is_listed=True)


def asked(tulips: Product, count: int = 2, address: str = HOME) -> Asked:
    start = world.tomorrow_at(tulips.window.collective, 10)
    return Asked({tulips.pk: count}, Window(start, start + dt.timedelta(hours=2)), BUYER, address)


def buy(tulips: Product, count: int = 2, address: str = HOME, key: str = "") -> Purchase:
    wanted = asked(tulips, count, address)
    cost = total_of(shop=tulips.window, asked=wanted).gross.cents
    return place_purchase(shop=tulips.window, asked=wanted, agreed_cents=cost, idempotency_key=key)


def paid(tulips: Product, address: str = HOME) -> Purchase:
    return money.pay(buy(tulips, address=address), method="pm_card_visa", return_url="http://testserver/")


def left(product: Product) -> int:
    product.refresh_from_db()
    return product.stock


def balances() -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in Entry.objects.select_related("account"):
        found[entry.account.code] = found.get(entry.account.code, 0) + entry.cents
    return {code: cents for code, cents in found.items() if cents}


def test_goods_and_ride_are_priced_apart_and_taken_off_the_shelf(tulips: Product) -> None:
    total = total_of(shop=tulips.window, asked=asked(tulips))
    assert total.goods.cents == 2500
    assert total.ride.cents > 0
    assert left(tulips) == 5
    purchase = buy(tulips)
    assert (left(tulips), purchase.gross, purchase.state) == (3, total.gross, PurchaseState.UNPAID)
    assert not Delivery.objects.exists()
    assert BUYER["name"] not in str(Event.objects.get(name="purchase.placed").data)


def test_the_same_basket_sent_twice_is_bought_once(tulips: Product) -> None:
    assert buy(tulips, key="k").pk == buy(tulips, key="k").pk
    assert (Purchase.objects.count(), left(tulips)) == (1, 3)


@pytest.mark.parametrize(("count", "why"), [(0, EmptyBasket), (6, SoldOut)])
def test_what_cannot_be_sold_is_refused_and_the_shelf_stays(tulips: Product, count: int, why: type[Exception]) -> None:
    with pytest.raises(why):
        place_purchase(shop=tulips.window, asked=asked(tulips, count), agreed_cents=0, idempotency_key="")
    assert (left(tulips), Purchase.objects.count()) == (5, 0)


def test_another_price_than_the_one_shown_is_refused(tulips: Product) -> None:
    with pytest.raises(PriceMoved):
        place_purchase(shop=tulips.window, asked=asked(tulips), agreed_cents=1, idempotency_key="")
    assert left(tulips) == 5


def test_a_basket_of_two_things_takes_both_or_neither(tulips: Product, shop: ShopWindow) -> None:
    roses = save_product(shop=shop, by=None, name="Roses", price_cents=900, vat_rate=1000, stock=3, allergens=[], is_listed=True)
    wanted = Asked({tulips.pk: 1, roses.pk: 1}, asked(tulips).slot, BUYER)
    cost = total_of(shop=shop, asked=wanted).gross.cents
    Product.objects.filter(pk=roses.pk).update(is_listed=False)
    with pytest.raises((SoldOut, NotSelling)):
        place_purchase(shop=shop, asked=wanted, agreed_cents=cost, idempotency_key="")
    assert left(tulips) == 5


@pytest.mark.usefixtures("stripe_server")
def test_paid_and_accepted_it_is_on_the_board_and_the_buyer_can_follow(tulips: Product, sam: Membership) -> None:
    purchase = paid(tulips)
    assert purchase.state == PurchaseState.PAID
    assert not Delivery.objects.exists()
    accept_purchase(purchase=purchase, by=sam.person)
    delivery = Delivery.objects.get()
    assert (purchase.delivery, delivery.status, delivery.order.paid_by) == (delivery, "placed", "statement")
    assert Task.objects.filter(delivery=delivery).count() == 2
    journal.run_waiting()
    assert "/t/" in Message.objects.get(kind="purchase.accepted").text
    assert Message.objects.filter(kind="purchase.waits", person=sam.person, channel="email").exists()
    with pytest.raises(AnsweredAlready):
        refuse_purchase(purchase=purchase, by=sam.person, reason="changed my mind", on_the_shelf=True)


@pytest.mark.usefixtures("stripe_server")
def test_the_shop_is_owed_what_came_in_and_a_refund_leaves_only_the_fee(tulips: Product, sam: Membership, florist: Partner) -> None:
    purchase = paid(tulips)
    owed = f"4678{florist.pk:04d}"
    books = balances()
    fee = purchase.gross.cents - books["512"]
    assert books == {"512": purchase.gross.cents - fee, owed: -(purchase.gross.cents - fee)}
    refuse_purchase(purchase=purchase, by=sam.person, reason="No tulips left", on_the_shelf=False)
    assert sweep() == 1
    purchase.refresh_from_db()
    assert (purchase.state, purchase.refund, left(tulips)) == ("refused", "done", 3)
    assert balances() == ({"512": -fee, owed: fee} if fee else {})
    assert sweep() == 0
    journal.run_waiting()
    assert "No tulips left" in Message.objects.get(kind="purchase.refused").text


def test_a_refusal_needs_a_sentence(tulips: Product, sam: Membership) -> None:
    purchase = buy(tulips)
    with pytest.raises(SayWhy):
        refuse_purchase(purchase=purchase, by=sam.person, reason=" ", on_the_shelf=True)
    with pytest.raises(AnsweredAlready):  # it is not paid yet
        accept_purchase(purchase=purchase, by=sam.person)


@pytest.mark.usefixtures("stripe_server")
def test_what_is_never_paid_goes_back_on_the_shelf(tulips: Product) -> None:
    purchase = buy(tulips)
    money.pay(purchase, method="pm_card_visa_chargeDeclined", return_url="http://testserver/")
    assert money.problem_of(purchase)
    assert sweep() == 0
    Purchase.objects.update(placed_at=timezone.now() - dt.timedelta(minutes=31))
    assert sweep() == 1
    purchase.refresh_from_db()
    assert (purchase.state, left(tulips)) == (PurchaseState.EXPIRED, 5)


@pytest.mark.usefixtures("stripe_server")
def test_what_the_shop_never_answers_is_refused_and_given_back(tulips: Product) -> None:
    purchase = paid(tulips)
    now = timezone.now()
    Purchase.objects.update(slot_start=now - dt.timedelta(minutes=1), slot_end=now + dt.timedelta(hours=1))
    sweep()
    sweep()
    purchase.refresh_from_db()
    assert (purchase.state, purchase.refund, left(tulips)) == ("refused", "done", 5)


@pytest.mark.usefixtures("stripe_server")
def test_a_ride_that_is_called_off_gives_the_money_back(tulips: Product, sam: Membership) -> None:
    purchase = accept_purchase(purchase=paid(tulips), by=sam.person)
    cancel_delivery(delivery=Delivery.objects.get(), by=None, reason="storm")
    purchase.refresh_from_db()
    assert (purchase.state, purchase.refund, purchase.reason, left(tulips)) == ("refused", "asked", "storm", 5)


@pytest.mark.usefixtures("stripe_server")
def test_a_bank_that_wants_a_confirmation_gets_it(client: Client, tulips: Product) -> None:
    page = bought_page(client, tulips)
    client.post(page, {"method": "pm_card_threeDSecure2Required"})
    shown = client.get(page).content.decode()
    assert "Go on to the bank" in shown
    bank = re.search(r'href="(http[^"]+)" rel="noreferrer"', shown)
    assert bank
    at_the_bank(bank[1].replace("&amp;", "&"), "yes")
    client.post(f"{page}check/")
    assert Purchase.objects.get().state == PurchaseState.PAID
    assert "The shop answers next" in client.get(page).content.decode()


def basket(tulips: Product, **changes: str) -> dict[str, str]:
    window = asked(tulips).slot
    slot = f"{timezone.localtime(window.start, tulips.window.collective.zone).isoformat()}"
    end = f"{timezone.localtime(window.end, tulips.window.collective.zone).isoformat()}"
    return {
        "key": "k" * 32,
        f"p{tulips.pk}": "2",
        "way": "ride",
        "ride_at": f"{slot}|{end}",
        "address": HOME,
        **BUYER,
        "act": "price",
        **changes,
    }


def bought_page(client: Client, tulips: Product) -> str:
    path = f"/at/montreuil/shops/{tulips.window.ref}/"
    shown = client.post(path, basket(tulips))
    assert shown.status_code == 200, shown.content.decode()
    cost = re.search(r'name="cost" value="(\d+)"', shown.content.decode())
    assert cost
    answer = client.post(path, basket(tulips, act="buy", cost=cost[1]))
    assert answer.status_code == 302
    return str(answer.headers["Location"])


@pytest.mark.usefixtures("stripe_server")
def test_a_stranger_buys_and_sees_how_it_stands(client: Client, tulips: Product) -> None:
    page = bought_page(client, tulips)
    assert "sessionid" not in client.cookies
    client.post(page, {"method": "pm_card_visa"})
    assert "The shop answers next" in client.get(page).content.decode()
    assert client.post(page, {"method": "gold"}).status_code == 422


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("address", "", "Write where to go"),
        ("phone", "12", "is not a telephone number"),
        ("ride_at", "2020-01-01T10:00:00+01:00|2020-01-01T12:00:00+01:00", "This time is no longer free."),
        ("email", "ines", "valid email"),
        ("way", "drone", "no longer free"),
    ],
)
def test_a_bad_basket_keeps_what_was_typed(client: Client, tulips: Product, field: str, value: str, words: str) -> None:
    path = f"/at/montreuil/shops/{tulips.window.ref}/"
    answer = client.post(path, basket(tulips, **{field: value, "act": "buy", "cost": "1"}))
    assert answer.status_code in {409, 422}
    if answer.status_code == 422:
        assert words in answer.content.decode()
    assert "Inès Roux" in answer.content.decode()
    assert (Purchase.objects.count(), left(tulips)) == (0, 5)


def test_a_time_of_the_other_way_that_has_passed_is_nobodys_fault(client: Client, tulips: Product) -> None:
    path = f"/at/montreuil/shops/{tulips.window.ref}/"
    stale = "2020-01-01T10:00:00+01:00|2020-01-01T11:00:00+01:00"
    assert client.post(path, basket(tulips, collect_at=stale)).status_code == 200


def test_a_window_that_is_not_shown_is_not_found(client: Client, tulips: Product) -> None:
    ShopWindow.objects.update(is_open=False)
    assert client.get(f"/at/montreuil/shops/{tulips.window.ref}/").status_code == 404
    assert "Fleurs de Maine" not in client.get("/at/montreuil/shops/").content.decode()


def test_the_rules_of_the_order_stand_on_the_page(client: Client, tulips: Product) -> None:
    page = client.get("/at/montreuil/shops/").content.decode()
    assert "Fleurs de Maine" in page
    assert "nobody pays to stand higher" in page


def test_each_shop_stands_first_as_often_as_any_other(open_montreuil: Collective) -> None:
    names = ("Abeille", "Brocante", "Cave")
    shops = [ShopWindow(pk=n, partner=world.make_partner(open_montreuil, name)) for n, name in enumerate(names)]
    first = [turned(shops, dt.date(2026, 11, 21) + dt.timedelta(days=n))[0].partner.name for n in range(6)]
    assert sorted(first) == sorted(names * 2)
    assert [shop.partner.name for shop, _m in ranked(shops[::-1], "name", day=dt.date(2026, 11, 21))] == list(names)


def test_the_nearest_stands_first_with_its_distance(open_montreuil: Collective) -> None:
    far = world.make_partner(open_montreuil, "Abeille", place=world.make_place(open_montreuil, "1 rue Loin", 4000))
    near = world.make_partner(open_montreuil, "Zinc", place=world.make_place(open_montreuil, "2 rue Près", 100))
    shops = [ShopWindow(pk=1, partner=far), ShopWindow(pk=2, partner=near)]
    middle = Point(open_montreuil.latitude, open_montreuil.longitude)
    found = ranked(shops, "near", day=dt.date(2026, 11, 21), near=middle)
    assert [shop.partner.name for shop, _m in found] == ["Zinc", "Abeille"]
    assert found[0][1] is not None
    assert abs(found[0][1] - 100) < 5


@given(minutes=st.integers(0, 600), bought_at=st.integers(0, 1439))
def test_nothing_is_promised_before_it_is_prepared(minutes: int, bought_at: int) -> None:
    day = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    now, prepares = day + dt.timedelta(minutes=bought_at), dt.timedelta(minutes=minutes)
    opening = Window(day + dt.timedelta(hours=9), day + dt.timedelta(hours=18))
    slots = [
        Slot(Window(day + dt.timedelta(hours=h), day + dt.timedelta(hours=h + 2)), passed=False, left=None, last=day)
        for h in range(8, 20, 2)
    ]
    ready = max(now, opening.start) + prepares
    for window in [*(slot.window for slot in can_ride(slots, [opening], now, prepares)), *can_collect([opening], now, prepares)]:
        assert ready <= window.start < opening.end
        assert window.end <= opening.end or window.end - window.start == dt.timedelta(hours=2)
        assert window.end > window.start


def photo() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (1200, 800), "red").save(out, "PNG")
    return SimpleUploadedFile("../../evil.php", out.getvalue(), "image/png")


def test_the_shop_adds_a_product_with_a_photo_that_everybody_sees(client: Client, shop: ShopWindow, sam: Membership) -> None:
    client.force_login(sam.person)
    data = {"name": "Cake", "about": "", "price": "4.50", "vat": "5.5", "stock": "3", "allergens": ["milk", "gluten"], "is_listed": "on"}
    assert client.post("/c/montreuil/window/products/new/", {**data, "photo": photo()}).status_code == 302
    cake = Product.objects.get()
    assert (cake.price_cents, cake.vat_rate, cake.allergens) == (450, 550, ["gluten", "milk"])
    assert str(cake.photo.name).endswith(".jpg")
    assert "evil" not in str(cake.photo.name)
    with Image.open(io.BytesIO(Client().get(f"/at/montreuil/products/{cake.ref}.jpg").getvalue())) as picture:
        assert (picture.format, picture.size) == ("JPEG", (900, 600))
    cake.photo.delete()
    assert Decimal(cake.price.plain()) == Decimal("4.50")


def test_what_is_no_picture_is_refused_beside_its_field(client: Client, shop: ShopWindow, sam: Membership) -> None:
    client.force_login(sam.person)
    data = {"name": "Cake", "price": "4.50", "vat": "5.5", "stock": "3", "photo": SimpleUploadedFile("a.jpg", b"<script>", "image/jpeg")}
    answer = client.post("/c/montreuil/window/products/new/", data)
    assert answer.status_code == 422
    assert "not a picture" in answer.content.decode()
    assert not Product.objects.exists()


@pytest.mark.usefixtures("stripe_server")
def test_the_shop_answers_on_its_page_and_another_shop_sees_nothing(client: Client, tulips: Product, sam: Membership) -> None:
    purchase, other = paid(tulips, ""), world.make_partner(tulips.window.collective, "Other")
    client.force_login(sam.person)
    assert purchase.code in client.get("/c/montreuil/window/").content.decode()
    answers = f"/c/montreuil/window/purchases/{purchase.ref}/"
    client.post(answers, {"decision": "accept"})
    client.post(answers, {"decision": "handed"})
    purchase.refresh_from_db()
    assert (purchase.state, purchase.delivery) == (PurchaseState.COLLECTED, None)
    ShopWindow.objects.filter(partner=purchase.window.partner).update(partner=other)
    assert client.post(answers, {"decision": "accept"}).status_code == 404
    assert client.get(f"/c/montreuil/window/products/{tulips.ref}/").status_code == 404


def test_a_window_needs_a_monthly_statement(open_montreuil: Collective) -> None:
    partner = world.make_partner(open_montreuil, "Card", terms="card")
    with pytest.raises(NotOnAccount):
        save_window(partner=partner, ranges=ALL_DAY, by=None, is_open=True, about="", prepares_minutes=0, collects=True, delivers=True)
    assert not ShopWindow.objects.exists()


def test_hours_are_kept_and_shown_again(client: Client, florist: Partner, sam: Membership) -> None:
    client.force_login(sam.person)
    data = {"d0_0_opens": "09:00", "d0_0_closes": "18:30", "about": "x", "prepares_minutes": "45", "collects": "on", "is_open": "on"}
    assert client.post("/c/montreuil/window/settings/", data).status_code == 302
    assert ShopWindow.objects.get().hours == [[0, "09:00", "18:30"]]
    assert 'value="18:30"' in client.get("/c/montreuil/window/settings/").content.decode()
    closed = client.post("/c/montreuil/window/settings/", {"prepares_minutes": "45", "collects": "on", "is_open": "on"})
    assert closed.status_code == 422
    assert "Say when the shop is open" in closed.content.decode()
