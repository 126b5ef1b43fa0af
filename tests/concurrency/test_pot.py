"""Several people spend the common pot at the same moment, on PostgreSQL: no budget, fund or contribution is overdrawn."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from collectives.models import Collective
from collectives.refusals import Refusal
from coopdelivery.people.models import Person
from federation.groups import spending
from federation.models import AidRequest, Expense, Source
from federation.solidarity import fund
from tests.conftest import make_collective
from tests.federation.pot_world import ask, decide, eur, give_mandate, pay_in, worker
from tests.federation.test_solidarity import agreed

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PEOPLE = 5
TODAY = timezone.localdate()


@pytest.fixture
def mons(transactional_db: None) -> Collective:
    return make_collective("Mons", "mons", country="BE")


@pytest.fixture
def lea(mons: Collective, fay: Person) -> Person:
    give_mandate(fay, mons, cents=10_000)
    return worker(mons, "Lea", fay)


def together(*acts: Callable[[], object]) -> list[str]:
    """All at once, each in its own thread; the refusal each got, or "done"."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            start.wait(10)
            act()
        except Refusal as refused:
            return type(refused).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def test_r10_a_budget_is_not_overdrawn_by_asking_together(lea: Person) -> None:
    outcomes = together(*[lambda: ask(lea, 4_000)] * PEOPLE)
    assert outcomes == ["OverBudget"] * 3 + ["done"] * 2
    assert sum(Expense.objects.values_list("cents", flat=True)) == 8_000


def test_r06_a_contribution_is_not_spent_twice(mons: Collective, lea: Person, fay: Person) -> None:
    pay_in(mons, 5_000, fay)
    tim = worker(mons, "Tim", fay)
    expenses = [ask(lea, 2_500) for _each in range(4)]
    for expense in expenses:
        for signer in (tim, fay):
            spending.sign(expense=expense, by=signer)
    outcomes = together(*[lambda one=one: spending.pay(expense=one, on=TODAY, by=fay) for one in expenses])
    assert outcomes == ["PotTooSmall"] * 2 + ["done"] * 2
    assert sum(Source.objects.values_list("cents", flat=True)) == 5_000


def test_r06_one_expense_is_paid_once(mons: Collective, lea: Person, fay: Person) -> None:
    pay_in(mons, 9_000, fay)
    expense = ask(lea, 4_000)
    for signer in (worker(mons, "Tim", fay), fay):
        spending.sign(expense=expense, by=signer)
    outcomes = together(*[lambda: spending.pay(expense=expense, on=TODAY, by=fay)] * PEOPLE)
    assert outcomes == ["ExpenseMoved"] * (PEOPLE - 1) + ["done"]
    assert sum(Source.objects.values_list("cents", flat=True)) == 4_000


def test_r07_the_fund_is_not_overdrawn_by_paying_together(mons: Collective, nantes: Collective, fay: Person) -> None:
    pay_in(nantes, 30_000, fay)
    decide(fay, mons, endow={"currency": "EUR", "cents": 30_000, "cap_cents": 20_000})
    requests = [agreed(one) for one in (mons, nantes)]
    outcomes = together(*[lambda one=one: fund.pay_out(request=one, on=TODAY, by=fay) for one in requests * 2])
    assert outcomes.count("done") == 1
    assert AidRequest.objects.exclude(paid_on=None).count() == 1
    found = fund.fund_in("EUR")
    assert found is not None
    assert found.left == eur(10_000)
