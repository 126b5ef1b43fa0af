"""Workers, clerks and Stripe at the same moment, on PostgreSQL: money is written once and numbers have no gap."""

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import time_machine
from django.db import connection

from collectives.models import Collective, Membership, Role
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.kit.money import Money
from coopdelivery.ledger.models import Posting
from orders.invoices.services import AlreadyClosed, close_statement
from orders.models import Credit, Order, Payment, Settlement, SettlementRun, Statement, StatementLine
from orders.payments import runs
from orders.payments.credits import BadCredit, credit_order
from orders.payments.services import payment_for
from orders.payments.settlement import settle_order
from orders.payments.states import ask_refund, mark_paid
from tests.conftest import make_collective, make_member
from tests.orders import world
from tests.orders.money import finished, flat_partner

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WRITERS = 6
IN_OCTOBER = dt.datetime(2026, 10, 16, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def coop(transactional_db: None) -> Iterator[Collective]:
    collective = make_collective("Angers", "angers")
    with acting_for(collective):
        world.open_all_week(collective)
        yield collective


@pytest.fixture
def clerk(coop: Collective) -> Membership:
    return make_member(coop, "Aline", Role.ADMIN)


def together(coop: Collective, *acts: Callable[[], object]) -> list[object]:
    """All at once, each in its own thread for this co-op; what each returned, or the refusal it got."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            with acting_for(coop):
                start.wait(10)
                return act()
        except (AlreadyClosed, BadCredit) as refused:
            return type(refused).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_many_workers_settle_one_order_once(coop: Collective) -> None:
    order = finished(flat_partner(coop)).order
    together(coop, *[lambda: settle_order(Order.objects.get(pk=order.pk))] * WRITERS)
    assert (Settlement.objects.count(), Posting.objects.count(), StatementLine.objects.count()) == (1, 2, 1)
    assert Event.objects.filter(name="order.settled").count() == 1


def test_many_workers_settle_a_whole_day_together_once(coop: Collective) -> None:
    partner = flat_partner(coop)
    orders = [finished(partner).order.pk for _ in range(5)]

    def settle_all(step: int) -> None:
        for pk in orders[::step]:
            settle_order(Order.objects.get(pk=pk))

    together(coop, *[lambda: settle_all(1), lambda: settle_all(-1)] * 2)
    assert (Settlement.objects.count(), Posting.objects.count(), StatementLine.objects.count()) == (5, 10, 5)


def test_runs_started_together_are_one(coop: Collective) -> None:
    finished(flat_partner(coop))
    started = together(coop, *[lambda: runs.start_run(collective=coop, by=None).pk] * WRITERS)
    assert len(set(started)) == 1
    assert SettlementRun.objects.count() == 1


def test_statements_closed_together_have_numbers_without_a_gap(coop: Collective, clerk: Membership) -> None:
    with time_machine.travel(IN_OCTOBER, tick=False):
        for number in range(4):
            settle_order(finished(flat_partner(coop, f"Shop {number}")).order)
    statements = list(Statement.objects.values_list("pk", flat=True))

    def close(pk: int) -> object:
        return close_statement(statement=Statement.objects.get(pk=pk), by=clerk.person).number

    outcomes = together(coop, *[lambda pk=pk: close(pk) for pk in statements * 2])
    year = coop.today().year
    assert sorted(str(outcome) for outcome in outcomes if outcome != "AlreadyClosed") == [f"S-{year}-{n:04d}" for n in range(1, 5)]
    assert outcomes.count("AlreadyClosed") == 4


def test_no_more_is_given_back_than_was_billed(coop: Collective, clerk: Membership) -> None:
    order = finished(flat_partner(coop)).order
    settle_order(order)

    def give_back(key: str) -> object:
        asked = {"net": Money(400, "EUR"), "reason": "x", "idempotency_key": key}
        return credit_order(order=Order.objects.get(pk=order.pk), by=clerk.person, **asked).net_cents  # type: ignore[arg-type]

    outcomes = together(coop, *[lambda key=str(n): give_back(key) for n in range(WRITERS)])
    assert outcomes.count("BadCredit") == WRITERS - 2
    assert Credit.objects.count() == 2


def test_a_payment_heard_many_times_at_once_is_taken_once(coop: Collective) -> None:
    order = world.make_delivery(flat_partner(coop, terms="card")).order
    payment = payment_for(order)

    def paid() -> bool:
        return mark_paid(Payment.objects.select_related("order").get(pk=payment.pk), intent_id="pi_1", fee_cents=46, by=None)

    assert sorted(map(bool, together(coop, *[paid] * WRITERS))) == [False] * (WRITERS - 1) + [True]
    assert Posting.objects.count() == 1
    assert Event.objects.filter(name="delivery.placed").count() == 1
    asked = together(coop, *[lambda: ask_refund(order=Order.objects.get(pk=order.pk), by=None)] * WRITERS)
    assert asked.count(True) == 1
