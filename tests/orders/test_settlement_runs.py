"""A run can be killed anywhere and started again: everything is posted once."""

import datetime as dt
from collections.abc import Sequence

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from collectives.models import Collective, Membership
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from coopdelivery.ledger.models import Posting
from orders import tasks
from orders.models import Order, Partner, Settlement, SettlementRun, StatementLine
from orders.payments import runs
from orders.services import RuleDraft
from tests.orders import world
from tests.orders.money import FLAT, booked, finished, flat_partner


@pytest.fixture
def florist(open_montreuil: Collective, sam: Membership) -> Partner:
    return flat_partner(open_montreuil, seat=sam)


@pytest.fixture
def five_orders(florist: Partner) -> list[Order]:
    return [finished(florist).order for _ in range(5)]


class Killed(BaseException):
    """The worker's process ends."""


def test_a_run_settles_everything_and_says_so(five_orders: list[Order], florist: Partner, ada: Membership) -> None:
    run = runs.settle(runs.start_run(collective=florist.collective, by=ada.person))
    assert (run.state, run.total, run.done, run.set_aside) == ("done", 5, 5, [])
    assert Settlement.objects.count() == 5
    assert booked(None)["7566"] == -5 * 19


def test_a_second_run_finds_nothing_to_do(five_orders: list[Order], florist: Partner) -> None:
    runs.settle(runs.start_run(collective=florist.collective, by=None))
    again = runs.settle(runs.start_run(collective=florist.collective, by=None))
    assert (again.total, again.done) == (0, 0)
    assert (Posting.objects.count(), StatementLine.objects.count()) == (10, 5)


def test_a_run_killed_in_the_middle_goes_on_where_it_was(
    five_orders: list[Order], florist: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.start_run(collective=florist.collective, by=None)
    settled: list[str] = []

    def die_at_the_third(events: Sequence[Event]) -> None:
        """The third order is written, and the process ends before its transaction does."""
        settled.append(events[0].subject)
        if len(settled) == 3:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setitem(journal._now["order.settled"], "a worker that dies", die_at_the_third)
        with pytest.raises(Killed):
            runs.settle(run)
    run.refresh_from_db()
    assert (run.state, run.done, Settlement.objects.count()) == ("running", 2, 2)

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=2), tick=False):
        assert runs.lost_runs() == [run.pk]
        run = runs.settle(run)
    assert (run.state, run.total, run.done) == ("done", 5, 5)
    assert (Settlement.objects.count(), StatementLine.objects.count(), Posting.objects.count()) == (5, 5, 10)
    assert booked(florist.collective_id)["706"] == -5 * 1174


def test_a_run_another_worker_is_busy_with_is_left_to_it(five_orders: list[Order], florist: Partner) -> None:
    run = runs.start_run(collective=florist.collective, by=None)
    SettlementRun.objects.update(state="running")
    assert runs.settle(run).done == 0
    assert not Settlement.objects.exists()


def test_only_one_run_is_open_at_a_time(five_orders: list[Order], florist: Partner) -> None:
    first = runs.start_run(collective=florist.collective, by=None)
    assert runs.start_run(collective=florist.collective, by=None) == first
    assert Event.objects.filter(name="settlement.started").count() == 1


def test_what_cannot_be_settled_is_set_aside_with_its_reason_and_the_rest_goes_on(open_montreuil: Collective, florist: Partner) -> None:
    free = world.make_price_list(open_montreuil, name="Free", rules=[RuleDraft("base", "Nothing", {"amount_cents": 0})])
    odd = finished(flat_partner(open_montreuil, "Librairie du Mail", price_list=free)).order
    finished(florist)
    run = runs.settle(runs.start_run(collective=open_montreuil, by=None))
    assert run.set_aside == [{"number": odd.number, "order": str(odd.ref), "partner": "Librairie du Mail", "reason": "no_price"}]
    assert (run.total, run.done, Settlement.objects.count()) == (2, 2, 1)


def test_the_nightly_task_starts_a_run_only_where_there_is_something_to_settle(
    five_orders: list[Order], florist: Partner, nantes: Collective
) -> None:
    assert tasks.settle_all() == 1
    tasks.settle_collective(florist.collective_id)
    assert SettlementRun.objects.get().state == "done"
    assert Settlement.objects.count() == 5


def test_the_worker_is_woken_by_an_errand_that_survives_a_lost_wake_up(five_orders: list[Order], florist: Partner) -> None:
    with transaction.atomic():
        runs.start_run(collective=florist.collective, by=None)
    errand = Event.objects.get(name="settlement.started").errands.get()
    assert errand.subscriber == "orders.payments.subscribers.wake_the_settlement"


def test_the_price_of_the_flat_list_is_what_these_tests_count_with(five_orders: list[Order]) -> None:
    assert {order.net_cents for order in five_orders} == {FLAT[0].params["amount_cents"]}
