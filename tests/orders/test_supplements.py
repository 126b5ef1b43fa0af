"""What is added to a price afterwards: by a person, with a reason, or by the minutes that were waited. Posted once, with the order."""

from dataclasses import replace

import pytest
from django.test import Client

from collectives.models import Collective, Membership
from coopdelivery.journal.models import Event
from coopdelivery.kit.money import Money
from orders.changes import services as changes
from orders.models import Delivery, Order, Partner, Settlement, Stop, StopKind
from orders.payments.settlement import settle_order
from orders.services import RuleDraft, mark_stop_done
from orders.services.progress import add_waiting
from orders.services.supplements import (
    AlreadyInAccounts,
    BadSupplement,
    NoNameOrReason,
    PaidByCard,
    PriceMoved,
    add_supplement,
    charge_waiting,
)
from tests.orders import world
from tests.orders.test_changes import farther

WAITING = RuleDraft("waiting", "Waiting", {"each_cents": 50, "free_min": 10, "most_min": 30})


def fresh(delivery: Delivery) -> Order:
    return Order.objects.get(pk=delivery.order_id)


def add(delivery: Delivery, by: Membership, cents: int = 500, key: str = "k", **said: str) -> Money:
    order = fresh(delivery)
    said = {"label": "Stairs", "reason": "Four floors, no lift", **said}
    return add_supplement(order=order, net=Money(cents, "EUR"), agreed_cents=order.gross.cents, by=by.person, idempotency_key=key, **said)


def finished(delivery: Delivery) -> Delivery:
    for stop in delivery.stops.all():
        mark_stop_done(stop=stop, at=stop.window_start, by=None)
    delivery.refresh_from_db()
    return delivery


@pytest.fixture
def waited_for(open_montreuil: Collective, florist: Partner) -> Delivery:
    """Ordered at a price that counts waiting: 0.50 a minute after the first ten, at most thirty."""
    price_list = world.make_price_list(open_montreuil, "Waits", [RuleDraft("base", "Base", {"amount_cents": 1000}), WAITING])
    return world.make_delivery(world.make_partner(open_montreuil, "Le Four", price_list=price_list))


def test_a_supplement_is_a_line_with_its_reason_and_a_new_version(delivery: Delivery, dana: Membership) -> None:
    before = fresh(delivery)
    after = add(delivery, dana)
    order = fresh(delivery)
    assert (order.net_cents, order.price_version, order.gross) == (before.net_cents + 500, 2, after)
    line = order.lines.order_by("-position")[0]
    assert (line.label, line.amount_cents, line.why) == ("Stairs", 500, "Four floors, no lift")
    told = Event.objects.get(name="order.repriced")
    assert told.by_id == dana.person.pk
    assert (told.data["before_cents"], told.data["after_cents"], told.data["version"]) == (before.gross.cents, after.cents, 2)


def test_the_same_key_again_adds_nothing(delivery: Delivery, dana: Membership) -> None:
    first = add(delivery, dana)
    assert add(delivery, dana) == first
    assert fresh(delivery).lines.filter(code="supplement").count() == 1
    assert Event.objects.filter(name="order.repriced").count() == 1


@pytest.mark.parametrize(
    ("cents", "said", "refusal"),
    [
        (0, {}, BadSupplement),
        (-100_000, {}, BadSupplement),
        (1_000_001, {}, BadSupplement),
        (500, {"label": " "}, NoNameOrReason),
        (500, {"reason": ""}, NoNameOrReason),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    delivery: Delivery, dana: Membership, cents: int, said: dict[str, str], refusal: type[Exception]
) -> None:
    before = fresh(delivery).net_cents
    with pytest.raises(refusal):
        add(delivery, dana, cents, **said)
    assert (fresh(delivery).net_cents, fresh(delivery).price_version) == (before, 1)
    assert not Event.objects.filter(name="order.repriced").exists()


def test_who_saw_another_price_is_asked_again(delivery: Delivery, dana: Membership) -> None:
    stale = fresh(delivery)
    add(delivery, dana)
    with pytest.raises(PriceMoved):
        add_supplement(
            order=stale, label="X", reason="Y", net=Money(100, "EUR"), agreed_cents=stale.gross.cents, by=dana.person, idempotency_key="k2"
        )
    assert fresh(delivery).lines.filter(code="supplement").count() == 1


def test_it_is_posted_once_with_the_order_and_never_after(delivery: Delivery, dana: Membership) -> None:
    gross = add(delivery, dana)
    settled = settle_order(fresh(finished(delivery)))
    assert settled is not None
    assert settled.gross_cents == gross.cents
    with pytest.raises(AlreadyInAccounts):
        add(delivery, dana, key="late")
    assert Settlement.objects.get(order=delivery.order).gross_cents == fresh(delivery).gross.cents


def test_an_order_paid_by_card_keeps_its_price(delivery: Delivery, dana: Membership) -> None:
    Order.objects.filter(pk=delivery.order_id).update(paid_by=Order.PaidBy.CARD)
    with pytest.raises(PaidByCard):
        add(delivery, dana)


def test_a_change_of_the_delivery_keeps_what_was_added(delivery: Delivery, dana: Membership, sam: Membership) -> None:
    add(delivery, dana)
    delivery = Delivery.objects.select_related("order", "partner", "collective").get(pk=delivery.pk)
    change = changes.propose_change(delivery=delivery, asked=farther(delivery))
    changes.change_delivery(
        delivery=delivery, asked=farther(delivery), by=sam.person, reason="", agreed_cents=change.after.cents, staff=True
    )
    order = fresh(delivery)
    assert order.lines.filter(code="supplement").values_list("amount_cents", flat=True)[0] == 500
    assert (order.gross, order.price_version) == (change.after, 3)
    assert sum(line.amount_cents for line in order.lines.all()) == order.net_cents


def test_a_supplement_written_while_a_change_is_asked_for_is_not_lost(delivery: Delivery, dana: Membership, sam: Membership) -> None:
    world_now = Delivery.objects.select_related("order", "partner", "collective").get(pk=delivery.pk)
    change = changes.propose_change(delivery=world_now, asked=farther(world_now))
    asked = changes._ask(world_now, "change", sam.person, "Moved", change.before, change.after, change)
    add(delivery, dana)
    asked.refresh_from_db()
    changes.accept_request(request=asked, by=dana.person)
    assert fresh(delivery).net_cents == change.priced["net_cents"] + 500


def pickup(delivery: Delivery) -> Stop:
    return delivery.stops.get(kind=StopKind.PICKUP)


@pytest.mark.parametrize(("seconds", "minutes", "cents"), [(540, 0, 0), (600, 0, 0), (900, 5, 250), (12_000, 30, 1500)])
def test_waiting_is_charged_by_the_terms_of_the_order(waited_for: Delivery, seconds: int, minutes: int, cents: int) -> None:
    add_waiting(stop=pickup(waited_for), seconds=seconds)
    charge_waiting(fresh(waited_for))
    line = fresh(waited_for).lines.get(code="waiting")
    assert (line.facts["minutes"], line.amount_cents, fresh(waited_for).net_cents) == (minutes, cents, 1000 + cents)


def test_waiting_twice_is_added_and_charging_twice_is_once(waited_for: Delivery) -> None:
    for _time in range(2):
        add_waiting(stop=pickup(waited_for), seconds=480)
    charge_waiting(fresh(waited_for))
    assert charge_waiting(fresh(waited_for)) is None
    assert (fresh(waited_for).net_cents, fresh(waited_for).price_version) == (1300, 2)
    assert Event.objects.filter(name="stop.waited").count() == 2
    assert Event.objects.filter(name="order.repriced").count() == 1


def test_the_list_may_change_and_the_terms_stay(waited_for: Delivery) -> None:
    rules = waited_for.order.price_list.rules.filter(kind="waiting")
    rules.update(params={"each_cents": 900, "free_min": 0, "most_min": 0})
    add_waiting(stop=pickup(waited_for), seconds=900)
    charge_waiting(fresh(waited_for))
    assert fresh(waited_for).net_cents == 1250


def test_an_order_without_that_line_tells_nobody_of_waiting(delivery: Delivery) -> None:
    add_waiting(stop=pickup(delivery), seconds=900)
    assert charge_waiting(fresh(delivery)) is None
    assert not Event.objects.filter(name="stop.waited").exists()


def test_waiting_in_a_list_with_vat_costs_what_it_says(open_montreuil: Collective, florist: Partner) -> None:
    rules = [RuleDraft("base", "Base", {"amount_cents": 1200}), replace(WAITING, params={"each_cents": 60})]
    price_list = world.make_price_list(open_montreuil, "With VAT", rules)
    type(price_list).objects.filter(pk=price_list.pk).update(vat_included=True)
    price_list.refresh_from_db()
    delivery = world.make_delivery(world.make_partner(open_montreuil, "Le Four", price_list=price_list))
    assert fresh(delivery).gross.cents == 1200
    add_waiting(stop=pickup(delivery), seconds=300)
    charge_waiting(fresh(delivery))
    assert fresh(delivery).gross.cents == 1500


def test_the_page_shows_the_old_price_and_the_new(client: Client, delivery: Delivery, dana: Membership) -> None:
    client.force_login(dana.person)
    url = f"/c/montreuil/deliveries/{delivery.ref}/supplement/"
    page = client.get(url)
    form = page.context["form"]
    typed = {"label": "Stairs", "amount": "5", "reason": "Four floors", "cost": form["cost"].value(), "key": form["key"].value()}
    answer = client.post(url, typed, follow=True)
    said = answer.content.decode()
    before, after = Money(fresh(delivery).gross.cents - 600, "EUR"), fresh(delivery).gross
    assert f"cost {before} with VAT and costs {after} now" in said
    assert f"Stairs: {before} before, {after} now, with VAT. Four floors" in said


@pytest.mark.parametrize("typed", [{"amount": ""}, {"amount": "x"}, {"label": ""}, {"reason": ""}, {"amount": "0"}, {"cost": "1"}])
def test_the_page_refuses_with_a_sentence(client: Client, delivery: Delivery, dana: Membership, typed: dict[str, str]) -> None:
    client.force_login(dana.person)
    url = f"/c/montreuil/deliveries/{delivery.ref}/supplement/"
    good = {"label": "Stairs", "amount": "5", "reason": "Four floors", "cost": str(fresh(delivery).gross.cents), "key": "k"}
    answer = client.post(url, {**good, **typed})
    assert answer.status_code == 422
    assert 'class="err' in answer.content.decode()
    assert fresh(delivery).price_version == 1


def test_a_partner_may_not_add_to_its_own_price(client: Client, delivery: Delivery, sam: Membership) -> None:
    client.force_login(sam.person)
    assert client.get(f"/c/montreuil/deliveries/{delivery.ref}/supplement/").status_code == 403
