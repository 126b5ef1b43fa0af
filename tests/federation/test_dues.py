"""R05: dues on value added, each parameter by resolution, called month by month, trued up to the cent, in both books."""

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectives.models import Collective
from coopdelivery.decisions.models import Proposal
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from coopdelivery.kit.money import Money, total
from coopdelivery.ledger.models import Entry
from coopdelivery.notices.models import Message
from coopdelivery.people.models import Person
from federation import services as federation
from federation.dues import services
from federation.dues.engine import Instalments, Terms, dues_of, monthly, true_up, value_added
from federation.dues.reading import months_begun, statement_of
from federation.dues.refusals import AccountsConfirmed, NoTerms, NotFiled, NothingOpen, OwnAccounts, PaidTooEarly, YearNotOver
from federation.models import DuesCall, DuesPayment, DuesRelief, DuesTerms
from federation.register.refusals import NotAnOfficer
from tests.federation import world

YEAR = timezone.localdate().year - 1
JANUARY = dt.date(YEAR, 1, 1)
TERMS = {"standing": "member", "currency": "EUR", "rate": 200, "floor_cents": 50_000, "cap_cents": None, "effective_on": "2020-01-01"}


def eur(cents: int) -> Money:
    return Money(cents, "EUR")


@pytest.fixture
def mons(fay: Person, otto: Person) -> Collective:
    return world.member(fay, otto)


@pytest.fixture
def admin(mons: Collective) -> Person:
    return world.delegate_of(mons)


def decided(fay: Person, mons: Collective, **dues: Any) -> Proposal:
    """A resolution about dues that the whole assembly, which is Mons, votes for."""
    opened = federation.open_resolution(
        title="Dues", text="", closes_at=timezone.now() + dt.timedelta(days=14), by=fay, settles={"dues": dues}
    )
    return world.vote(opened)


@pytest.fixture
def terms(fay: Person, mons: Collective) -> DuesTerms:
    """2 % of value added, at least 500 euros a year; since long ago, so that last year is covered."""
    resolution = decided(fay, mons, **TERMS)
    row = DuesTerms.objects.get(resolution=resolution)
    facts = {"standing": "member", "currency": "EUR", "rate": 200, "floor_cents": 50_000, "effective_on": dt.date(2020, 1, 1)}
    return row if row.effective_on == dt.date(2020, 1, 1) else DuesTerms.objects.create(resolution=resolution, **facts)


def called(collective: Collective, year: int = YEAR) -> list[int]:
    return list(DuesCall.objects.filter(collective=collective, year=year).order_by("month").values_list("cents", flat=True))


def books_balance(collective: Collective) -> bool:
    return all(
        sum(Entry.objects.filter(posting__book__collective_id=pk).values_list("cents", flat=True)) == 0 for pk in (collective.pk, None)
    )


def balance(collective_id: int | None, code: str) -> int:
    rows = Entry.objects.filter(posting__book__collective_id=collective_id, account__code=code)
    return sum(rows.values_list("cents", flat=True))


amounts = st.integers(min_value=0, max_value=10**12)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(amounts, amounts, amounts, st.integers(0, 10_000), st.integers(0, 10**7), st.integers(0, 10**9))
def test_r05_calls_and_true_up_are_the_years_dues_to_the_cent(
    prod: int, margin: int, bought: int, rate: int, floor: int, more: int
) -> None:
    rules = Terms(rate=rate, floor=eur(floor), cap=eur(floor + more))
    provisional = monthly(dues_of(eur(prod), rules))
    due = dues_of(value_added(eur(prod), eur(margin), eur(bought)), rules)
    assert total(provisional, "EUR") + true_up(due, provisional) == due
    assert floor <= due.cents <= floor + more
    assert max(provisional).cents - min(provisional).cents <= 1


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.integers(1, 10**9), st.integers(1, 60))
def test_r05_the_parts_of_a_plan_are_the_whole(cents: int, parts: int) -> None:
    plan = Instalments(eur(cents), parts)
    assert (plan.due(0), plan.due(parts), plan.due(parts + 9)) == (eur(0), eur(cents), eur(cents))
    assert [plan.due(n) for n in range(parts + 1)] == sorted(plan.due(n) for n in range(parts + 1))


@pytest.mark.parametrize(
    ("day", "months"), [("2027-01-30", 0), ("2027-01-31", 1), ("2027-02-28", 1), ("2027-03-31", 3), ("2028-01-31", 13)]
)
def test_r05_a_month_of_a_plan_begins_on_its_day(day: str, months: int) -> None:
    assert months_begun(dt.date(2027, 1, 31), dt.date.fromisoformat(day)) == months


def test_r05_a_year_to_the_cent_in_both_books(fay: Person, mons: Collective, admin: Person, terms: DuesTerms) -> None:
    for month in range(1, 13):
        assert services.call_month(first=dt.date(YEAR, month, 1), by=fay) == 1
        assert services.call_month(first=dt.date(YEAR, month, 1), by=None) == 0
    assert sum(called(mons)) == 50_000  # no accounts yet: the floor
    accounts = services.file_accounts(
        collective=mons, year=YEAR, production=eur(9_876_543), margin=eur(1_234), bought=eur(1_111_111), by=admin
    )
    call = services.confirm_accounts(accounts=accounts, by=fay)
    assert call is not None
    assert sum(called(mons)) == round(0.02 * (9_876_543 + 1_234 - 1_111_111)) == 175_333
    services.note_payment(collective=mons, amount=eur(175_333), on=mons.today(), note="Transfer", key=uuid.uuid4(), by=fay)
    statement = statement_of(mons)
    assert (statement.called, statement.paid, statement.open) == (eur(175_333), eur(175_333), eur(0))
    assert statement.lines[-1][1] == eur(0)
    assert books_balance(mons)
    assert [balance(mons.pk, code) for code in ("467", "4673", "6281", "5121")] == [0, 0, 175_333, -175_333]
    assert [balance(None, code) for code in (f"4671{mons.pk:04d}", f"4113{mons.pk:04d}", "7566", "512")] == [0, 0, -175_333, 175_333]


def test_r05_less_than_was_called_is_given_back(fay: Person, mons: Collective, admin: Person, terms: DuesTerms) -> None:
    old = services.file_accounts(collective=mons, year=YEAR - 1, production=eur(10_000_000), margin=eur(0), bought=eur(0), by=admin)
    services.confirm_accounts(accounts=old, by=fay)
    for month in range(1, 13):
        services.call_month(first=dt.date(YEAR, month, 1), by=fay)
    assert sum(called(mons)) == 200_000
    poor = services.file_accounts(collective=mons, year=YEAR, production=eur(100), margin=eur(0), bought=eur(999_999), by=admin)
    services.confirm_accounts(accounts=poor, by=fay)
    assert called(mons)[-1] == 50_000 - 200_000
    assert books_balance(mons)


def test_r05_a_rate_without_a_passed_resolution_is_refused_by_the_database(fay: Person, mons: Collective) -> None:
    facts = {"standing": "member", "currency": "EUR", "rate": 300, "effective_on": dt.date(2030, 1, 1)}
    with pytest.raises(IntegrityError), transaction.atomic():
        DuesTerms.objects.create(**facts)
    opened = federation.open_resolution(title="Dues", text="", closes_at=timezone.now() + dt.timedelta(days=1), by=fay)
    with pytest.raises(IntegrityError), transaction.atomic():
        DuesTerms.objects.create(**facts, resolution=opened)
    assert not DuesTerms.objects.exists()


def test_r05_terms_never_reach_back_before_their_resolution(fay: Person, mons: Collective) -> None:
    resolution = decided(fay, mons, **TERMS)
    assert DuesTerms.objects.get().effective_on == timezone.localdate(resolution.decided_at)
    assert Event.objects.get(name="dues.terms_set").data["decision"] == resolution.number


def test_r05_what_is_written_stays(fay: Person, mons: Collective, admin: Person, terms: DuesTerms) -> None:
    services.call_month(first=JANUARY, by=fay)
    payment = services.note_payment(collective=mons, amount=eur(5), on=mons.today(), note="", key=uuid.uuid4(), by=fay)
    accounts = services.file_accounts(collective=mons, year=YEAR, production=eur(9), margin=eur(0), bought=eur(0), by=admin)
    services.confirm_accounts(accounts=accounts, by=fay)
    for rows in (DuesTerms.objects.all(), DuesCall.objects.all(), DuesPayment.objects.filter(pk=payment.pk), type(accounts).objects.all()):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(currency="CHF")
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._raw_delete(rows.db)


def test_r05_a_waiver_is_a_resolution_and_never_more_than_is_open(fay: Person, mons: Collective, terms: DuesTerms) -> None:
    services.call_month(first=JANUARY, by=fay)
    with pytest.raises(NothingOpen):
        services.check_relief(mons, eur(4_168))
    decided(fay, mons, collective_id=mons.pk, currency="EUR", cents=99_999, parts=0)
    assert DuesRelief.objects.get().cents == 4_167  # the twelfth part of 500 euros, with its odd cent
    assert statement_of(mons).open == eur(0)
    assert books_balance(mons)
    decided(fay, mons, collective_id=mons.pk, currency="EUR", cents=1, parts=0)
    assert DuesRelief.objects.count() == 1


def test_r05_a_plan_gives_time_and_takes_nothing(fay: Person, mons: Collective, terms: DuesTerms) -> None:
    services.call_month(first=JANUARY, by=fay)
    decided(fay, mons, collective_id=mons.pk, currency="EUR", cents=4_167, parts=4)
    statement = statement_of(mons)
    assert statement.open == eur(4_167)
    statement.today = mons.today() + dt.timedelta(days=32)
    assert statement.late == eur(1_042 + 1_042)
    statement.today = mons.today() + dt.timedelta(days=200)
    assert statement.late == eur(4_167)


def test_r05_accounts_are_confirmed_by_somebody_from_elsewhere(fay: Person, mons: Collective, admin: Person, terms: DuesTerms) -> None:
    accounts = services.file_accounts(collective=mons, year=YEAR, production=eur(9), margin=eur(0), bought=eur(0), by=admin)
    with pytest.raises(NotAnOfficer):
        services.confirm_accounts(accounts=accounts, by=admin)
    with pytest.raises(OwnAccounts):
        services.confirm_accounts(accounts=accounts, by=world.officer_from(mons, fay))
    changed = services.file_accounts(collective=mons, year=YEAR, production=eur(8), margin=eur(0), bought=eur(0), by=admin)
    with pytest.raises(NotFiled):
        services.confirm_accounts(accounts=accounts, by=fay)  # what was read is not what stands there now
    services.confirm_accounts(accounts=changed, by=fay)
    with pytest.raises(AccountsConfirmed):
        services.file_accounts(collective=mons, year=YEAR, production=eur(7), margin=eur(0), bought=eur(0), by=admin)
    with pytest.raises(YearNotOver):
        services.file_accounts(collective=mons, year=YEAR + 1, production=eur(7), margin=eur(0), bought=eur(0), by=admin)


def test_r05_without_terms_nobody_is_called(fay: Person, mons: Collective, admin: Person) -> None:
    assert services.call_month(first=JANUARY, by=fay) == 0
    accounts = services.file_accounts(collective=mons, year=YEAR, production=eur(9), margin=eur(0), bought=eur(0), by=admin)
    with pytest.raises(NoTerms):
        services.confirm_accounts(accounts=accounts, by=fay)
    accounts.refresh_from_db()
    assert accounts.confirmed_at is None


def test_r05_a_payment_is_noted_once(fay: Person, mons: Collective, admin: Person, terms: DuesTerms) -> None:
    key = uuid.uuid4()
    facts: dict[str, Any] = {"collective": mons, "amount": eur(100), "note": "", "key": key}
    for _twice in range(2):
        services.note_payment(**facts, on=mons.today(), by=fay)
    assert statement_of(mons).paid == eur(100)
    with pytest.raises(PaidTooEarly):
        services.note_payment(**{**facts, "key": uuid.uuid4()}, on=mons.today() + dt.timedelta(days=1), by=fay)
    with pytest.raises(NotAnOfficer):
        services.note_payment(**{**facts, "key": uuid.uuid4()}, on=mons.today(), by=admin)


def test_r05_who_is_late_is_reminded_once_for_each_call(fay: Person, mons: Collective, admin: Person, terms: DuesTerms) -> None:
    services.call_month(first=JANUARY, by=fay)
    assert services.remind() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=50)):
        assert services.remind() == 1
        assert services.remind() == 0
        journal.run_waiting()
    assert {row.kind for row in Message.objects.filter(person=admin)} >= {"dues.called", "dues.overdue"}
