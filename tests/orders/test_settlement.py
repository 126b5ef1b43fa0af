"""A finished order becomes postings, a settlement and a statement line: once, and to the cent."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from collectives.models import Collective, Membership, Policy
from coopdelivery.decisions.models import Proposal
from coopdelivery.journal.models import Event
from coopdelivery.kit.money import Money
from coopdelivery.ledger.models import Posting
from orders.models import Partner, Settlement, Statement, StatementLine
from orders.payments.settlement import SetAside, orders_to_settle, settle_order
from orders.payments.split import Rates, card_fee, share_out
from orders.refusals import AlreadySettled
from orders.services import RuleDraft, cancel_delivery, mark_stop_done, reopen_stop
from tests.orders import world
from tests.orders.money import booked, customer, finished, flat_partner

RATES = Rates(contribution=200, value_added=8000, card=150, card_fixed_cents=25)


@pytest.fixture
def florist(open_montreuil: Collective, sam: Membership) -> Partner:
    return flat_partner(open_montreuil, seat=sam)


def euros(cents: int) -> Money:
    return Money(cents, "EUR")


def test_the_example_of_the_design_is_shared_to_the_cent() -> None:
    shares = share_out(net=euros(1174), vat=euros(235), fee=euros(12), rates=RATES)
    assert (shares.value_added.cents, shares.federation.cents, shares.collective.cents, shares.gross.cents) == (939, 19, 1143, 1409)


@given(
    net=st.integers(0, 10**9),
    vat=st.integers(0, 10**8),
    fee=st.integers(0, 10**6),
    rate=st.integers(0, 10_000),
    share=st.integers(0, 10_000),
)
def test_the_parts_always_sum_to_the_price(net: int, vat: int, fee: int, rate: int, share: int) -> None:
    shares = share_out(
        net=euros(net), vat=euros(vat), fee=euros(fee), rates=Rates(contribution=rate, value_added=share, card=150, card_fixed_cents=25)
    )
    assert shares.vat + shares.fee + shares.federation + shares.collective == shares.gross
    assert 0 <= shares.federation.cents <= net


@pytest.mark.parametrize(("gross", "fee"), [(1409, 46), (10_000, 175), (10, 10), (0, 0)])
def test_a_card_fee_is_estimated_and_never_more_than_the_payment(gross: int, fee: int) -> None:
    assert card_fee(euros(gross), RATES) == euros(fee)


def test_a_delivered_order_is_written_in_both_books_and_on_the_statement(florist: Partner, ada: Membership) -> None:
    order = finished(florist).order
    settlement = settle_order(order, by=ada.person)
    assert settlement is not None
    assert [settlement.money(part).cents for part in ("gross", "vat", "fee", "federation", "collective")] == [1409, 235, 0, 19, 1155]
    assert booked(florist.collective_id) == {customer(order): 1409, "706": -1174, "44571": -235, "6281": 19, "467": -19}
    assert booked(None) == {f"4671{florist.collective_id:04d}": 19, "7566": -19}
    line = StatementLine.objects.get()
    assert (line.kind, line.net_cents, line.vat_cents, line.vat_rate) == ("delivered", 1174, 235, 2000)
    assert line.statement.month == settlement.settled_on.replace(day=1)
    event = Event.objects.get(name="order.settled")
    assert (event.subject, event.by_id, event.data["collective"]) == (str(order.ref), ada.person.pk, "11.55")


def test_settling_twice_writes_once(florist: Partner) -> None:
    order = finished(florist).order
    assert settle_order(order) == settle_order(order)
    assert (Settlement.objects.count(), Posting.objects.count(), StatementLine.objects.count()) == (1, 2, 1)
    assert Event.objects.filter(name="order.settled").count() == 1


def test_a_failed_attempt_is_billed_in_full_once_no_second_attempt_is_likely(florist: Partner) -> None:
    fresh = finished(florist, failed=True).order
    old = finished(florist, failed=True, ago=dt.timedelta(days=3)).order
    assert list(orders_to_settle()) == [old]
    assert settle_order(fresh) is None
    settlement = settle_order(old)
    assert settlement is not None
    assert (settlement.outcome, settlement.gross_cents) == ("failed", 1409)
    assert StatementLine.objects.get().kind == "failed"


def test_a_second_attempt_that_succeeds_is_billed_as_delivered(florist: Partner) -> None:
    delivery = finished(florist, failed=True)
    drop = delivery.stops.order_by("position")[1]
    reopen_stop(stop=drop, by=None)
    assert settle_order(delivery.order) is None
    mark_stop_done(stop=drop, at=delivery.placed_at, by=None)
    settlement = settle_order(delivery.order)
    assert settlement is not None
    assert settlement.outcome == "delivered"


def test_what_is_not_finished_is_not_settled(florist: Partner) -> None:
    delivery = world.make_delivery(florist)
    assert settle_order(delivery.order) is None
    assert not orders_to_settle().exists()
    assert not Posting.objects.exists()


def test_a_cancelled_order_costs_nothing(florist: Partner) -> None:
    delivery = world.make_delivery(florist)
    cancel_delivery(delivery=delivery, by=None, reason="wrong day")
    assert settle_order(delivery.order) is None
    assert not orders_to_settle().exists()
    assert not Posting.objects.exists()


def test_an_order_without_a_price_is_set_aside_and_nothing_is_written(open_montreuil: Collective) -> None:
    free = world.make_price_list(open_montreuil, name="Free", rules=[RuleDraft("base", "Nothing", {"amount_cents": 0})])
    order = finished(flat_partner(open_montreuil, price_list=free)).order
    with pytest.raises(SetAside, match="no_price"):
        settle_order(order)
    assert not Posting.objects.exists()
    assert not Statement.objects.exists()


def test_the_members_decide_the_contribution(florist: Partner, ada: Membership) -> None:
    collective = florist.collective
    decided = {"number": "D-7", "title": "Five percent", "state": "passed"}
    decision = Proposal.objects.create(collective_id=collective.pk, opened_by=ada.person, **decided)
    today = collective.today()
    for day, rate in ((today - dt.timedelta(days=9), 500), (today + dt.timedelta(days=9), 900)):
        Policy.objects.create(collective=collective, key="contribution_rate", value=rate, decision=decision, effective_on=day)
    settlement = settle_order(finished(florist).order)
    assert settlement is not None
    assert (settlement.federation_rate, settlement.federation_cents) == (500, 47)


def test_the_database_refuses_parts_that_do_not_sum_to_the_price(florist: Partner) -> None:
    settlement = settle_order(finished(florist).order)
    assert settlement is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Settlement.objects.filter(pk=settlement.pk).update(collective_cents=1)


def test_a_settled_stop_cannot_be_opened_again(florist: Partner) -> None:
    delivery = finished(florist)
    settle_order(delivery.order)
    with pytest.raises(AlreadySettled):
        reopen_stop(stop=delivery.stops.order_by("position")[1], by=None)
