"""R06 and R10: mandates from the assembly, two signatures of others, every cent of an expense traced to its contribution."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectives.models import Collective, Role
from collectives.refusals import Refusal
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from coopdelivery.ledger.models import Entry
from coopdelivery.notices.models import Message
from coopdelivery.people.models import Person
from coopdelivery.people.privacy import erase_person, export
from federation import services as federation
from federation.groups import members, spending
from federation.groups.pot import contributions, group_rows, pots, sources_of, spent_from
from federation.groups.refusals import (
    DeliveredAlready,
    ExpenseMoved,
    InTheGroup,
    MandateOver,
    NoMandate,
    NotASignatory,
    NotInTheGroup,
    NotOfACoop,
    NotYourExpense,
    OverBudget,
    OwnExpense,
    PotTooSmall,
    SignedAlready,
    SpentLater,
)
from federation.models import DuesPayment, Expense, Mandate, Signature, Source
from federation.register.offices import found_offices
from federation.register.refusals import BadFile, NotAnOfficer
from tests.conftest import make_collective, make_member
from tests.federation import world
from tests.federation.pot_world import GROUP, ask, decide, eur, give_mandate, paid, pay_in, worker


@pytest.fixture
def mons(db: None) -> Collective:
    return make_collective("Mons", "mons", country="BE")


@pytest.fixture
def mandate(fay: Person, mons: Collective) -> Mandate:
    return give_mandate(fay, mons)


@pytest.fixture
def lea(mons: Collective, mandate: Mandate, fay: Person) -> Person:
    return worker(mons, "Lea", fay)


@pytest.fixture
def tim(mons: Collective, mandate: Mandate, fay: Person) -> Person:
    return worker(mons, "Tim", fay)


def tried() -> list[tuple[str, str]]:
    """What was attempted without the right to, as the journal has it."""
    return [(event.data["what"], event.data["why"]) for event in Event.objects.filter(name="spending.refused").order_by("pk")]


def spent_in_books(group_account: str) -> int:
    return sum(Entry.objects.filter(posting__book__collective_id=None, account__code=group_account).values_list("cents", flat=True))


def test_r06_an_expense_reaches_the_contributions_it_came_from(fay: Person, mons: Collective, lea: Person, tim: Person) -> None:
    first, second = pay_in(mons, 3_000, fay, days_ago=9), pay_in(mons, 4_000, fay)
    expense = paid(lea, tim, fay, officer=fay)
    assert [(row.payment_id, row.amount) for row in sources_of(expense)] == [(first.pk, eur(3_000)), (second.pk, eur(2_000))]
    assert [(row.expense_id, row.amount) for row in spent_from(second)] == [(expense.pk, eur(2_000))]
    assert list(contributions().values_list("left", flat=True)) == [0, 2_000]
    (pot,) = pots()
    assert (pot.came, pot.spent, pot.left) == (eur(7_000), eur(5_000), eur(2_000))
    assert spent_in_books(spending.ACCOUNTS[GROUP]) == 5_000
    assert spent_in_books("512") == 7_000 - 5_000
    row = next(row for row in group_rows() if row.group == GROUP)
    assert (row.paid, row.waiting, row.left, row.members) == (eur(5_000), eur(0), eur(95_000), 2)


@pytest.mark.django_db
@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=8)
@given(st.lists(st.integers(1, 9_000), min_size=1, max_size=5), st.lists(st.integers(1, 9_000), min_size=1, max_size=5))
def test_r06_the_pot_ties_to_the_books_whatever_is_spent(came: list[int], asked: list[int]) -> None:
    with transaction.atomic():
        fay = Person.objects.create_user(name="Fay", email="fay@federation.test")
        found_offices([("Fay", "fay@federation.test")])
        mons = make_collective("Mons", "mons", country="BE")
        give_mandate(fay, mons)
        lea, tim = worker(mons, "Lea", fay), worker(mons, "Tim", fay)
        for cents in came:
            pay_in(mons, cents, fay)
        for cents in asked:
            try:
                paid(lea, tim, fay, officer=fay, cents=cents)
            except PotTooSmall:
                continue
        bought = sum(Expense.objects.filter(state="paid").values_list("cents", flat=True))
        sourced = sum(Source.objects.values_list("cents", flat=True))
        assert bought == sourced == spent_in_books(spending.ACCOUNTS[GROUP]) <= sum(came)
        assert not contributions().filter(left__lt=0).exists()
        assert spent_in_books("512") == sum(came) - bought
        transaction.set_rollback(True)


def test_r06_nobody_signs_for_themselves_or_for_their_own_co_op(
    fay: Person, mons: Collective, nantes: Collective, lea: Person, tim: Person
) -> None:
    outsider = worker(nantes, "Odile", fay)
    mine = ask(lea)
    with pytest.raises(OwnExpense):
        spending.sign(expense=mine, by=lea)
    ours = ask(lea, payee="Mons", payee_home=mons)
    with pytest.raises(OwnExpense):
        spending.sign(expense=ours, by=tim)
    stranger = Person.objects.create_user(name="Zoe", email="zoe@mons.test")
    with pytest.raises(NotASignatory):
        spending.sign(expense=ours, by=stranger)
    spending.sign(expense=ours, by=outsider)
    with pytest.raises(SignedAlready):
        spending.sign(expense=ours, by=outsider)
    ours.refresh_from_db()
    assert (ours.state, ours.signatures.count()) == ("asked", 1)
    spending.sign(expense=ours, by=fay)
    ours.refresh_from_db()
    assert ours.state == "signed"
    assert tried() == [("sign", name) for name in ("OwnExpense", "OwnExpense", "NotASignatory", "SignedAlready")]


def test_r10_a_mandate_past_its_review_blocks_spending(fay: Person, mons: Collective, lea: Person, tim: Person) -> None:
    pay_in(mons, 90_000, fay)
    asked, signed = ask(lea), ask(lea)
    for signer in (tim, fay):
        spending.sign(expense=signed, by=signer)
    with time_machine.travel(timezone.now() + dt.timedelta(days=301)):
        for attempt in (lambda: ask(lea), lambda: spending.sign(expense=asked, by=tim)):
            with pytest.raises(MandateOver) as refused:
                attempt()
            assert "until the assembly has renewed it" in str(refused.value)
        with pytest.raises(MandateOver):
            spending.pay(expense=signed, on=timezone.localdate(), by=fay)
        assert [row.is_over for row in group_rows() if row.group == GROUP] == [True]
        give_mandate(fay, mons)
        assert ask(lea).state == "asked"
    assert tried() == [("ask", "MandateOver"), ("sign", "MandateOver"), ("pay", "MandateOver")]
    assert Expense.objects.count() == 3
    assert not Source.objects.exists()


def test_r10_nothing_beyond_the_budget(fay: Person, mons: Collective, lea: Person, mandate: Mandate) -> None:
    kept = ask(lea, 99_999)
    with pytest.raises(OverBudget) as refused:
        ask(lea, 2)
    assert "€0.01 of the budget is left" in str(refused.value)
    assert tried() == [("ask", "OverBudget")]
    assert Expense.objects.get() == kept
    spending.withdraw(expense=kept, by=lea)
    assert ask(lea, 100_000).state == "asked"
    with pytest.raises(IntegrityError), transaction.atomic():
        Expense.objects.create(
            mandate=mandate, title="More", payee="X", cents=1, currency="EUR", spent_on=timezone.localdate(), sha256="", asked_by=lea
        )


def test_r06_only_money_that_arrived_is_spent(fay: Person, mons: Collective, lea: Person, tim: Person) -> None:
    pay_in(mons, 4_999, fay)
    with pytest.raises(PotTooSmall):
        paid(lea, tim, fay, officer=fay)
    expense = Expense.objects.get()
    assert (expense.state, expense.sources.count(), spent_in_books("512")) == ("signed", 0, 4_999)
    pay_in(mons, 1, fay)
    spending.pay(expense=expense, on=timezone.localdate(), by=fay)
    with pytest.raises(ExpenseMoved):
        spending.pay(expense=expense, on=timezone.localdate(), by=fay)
    assert spent_in_books("512") == 0


def test_r10_who_may_do_what(fay: Person, mons: Collective, nantes: Collective, lea: Person, tim: Person) -> None:
    stranger = make_member(mons, "Zoe", Role.COURIER).person
    for attempt, refusal in (
        (lambda: ask(stranger), NotInTheGroup),
        (lambda: ask(lea, spent_on=timezone.localdate() + dt.timedelta(days=1)), SpentLater),
        (lambda: ask(lea, receipt=world.upload(b"<html>", "bill.pdf")), BadFile),
        (lambda: members.name_member(group=GROUP, email=str(stranger.email), home=mons, by=lea), NotAnOfficer),
        (lambda: members.name_member(group=GROUP, email=str(stranger.email), home=nantes, by=fay), NotOfACoop),
        (lambda: members.name_member(group=GROUP, email=str(lea.email), home=mons, by=fay), InTheGroup),
        (lambda: spending.pay(expense=ask(lea), on=timezone.localdate(), by=lea), NotAnOfficer),
        (lambda: spending.withdraw(expense=ask(lea), by=tim), NotYourExpense),
        (lambda: members.promise(group="software", title="x", due_on=timezone.localdate(), by=lea), NotInTheGroup),
    ):
        with pytest.raises(refusal):
            attempt()


def test_r10_a_group_without_mandate_spends_nothing(fay: Person, mons: Collective) -> None:
    lea = worker(mons, "Lea", fay)
    with pytest.raises(NoMandate):
        ask(lea)
    assert not Expense.objects.exists()


def test_r10_deliverables_are_promised_and_delivered_once(fay: Person, lea: Person, tim: Person) -> None:
    row = members.promise(group=GROUP, title="A course", due_on=timezone.localdate(), by=lea)
    members.deliver(deliverable=row, by=tim)
    with pytest.raises(DeliveredAlready):
        members.deliver(deliverable=row, by=lea)
    row.refresh_from_db()
    assert row.done_by == tim


def test_r10_a_mandate_comes_from_a_passed_resolution_only(fay: Person, mons: Collective, mandate: Mandate) -> None:
    opened = federation.open_resolution(title="Mandate", text="", closes_at=timezone.now() + dt.timedelta(days=1), by=fay)
    day = timezone.localdate()
    facts = {"group": "software", "text": "", "begins_on": day, "review_on": day, "ends_on": day, "currency": "EUR", "cents": 9}
    with pytest.raises(IntegrityError), transaction.atomic():
        Mandate.objects.create(**facts, resolution=opened)
    with pytest.raises(IntegrityError), transaction.atomic():
        Mandate.objects.update(cents=10**9)
    told = {**facts, "begins_on": "2020-01-01", "review_on": "2020-02-01", "ends_on": "2020-03-01"}
    late = Mandate.objects.get(resolution=decide(fay, mons, mandate=told))
    assert (late.begins_on, late.review_on, late.ends_on) == (day, day, day)


def test_r06_the_database_keeps_signatures_and_sources(fay: Person, mons: Collective, lea: Person, tim: Person) -> None:
    pay_in(mons, 5_000, fay)
    asked = ask(lea)
    done = paid(lea, tim, fay, officer=fay)
    for broken in (
        lambda: Signature.objects.create(expense=asked, person=lea),
        lambda: Expense.objects.filter(pk=asked.pk).update(state="signed"),
        lambda: Expense.objects.filter(pk=done.pk).update(cents=1),
        lambda: Expense.objects.filter(pk=done.pk).update(state="withdrawn"),
        lambda: Source.objects.create(expense=asked, payment=DuesPayment.objects.get(), cents=1),
        lambda: Source.objects.update(cents=1),
        lambda: Source.objects.filter(expense=done).delete(),
        lambda: Signature.objects.filter(expense=done).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()


def test_r06_who_may_sign_hears_of_it(fay: Person, lea: Person, tim: Person) -> None:
    ask(lea)
    journal.run_waiting()
    assert list(Message.objects.filter(kind="expense.asked", channel="email").values_list("email", flat=True)) == [tim.email]
    assert "in the working group Training" in Message.objects.get(kind="expense.asked", channel="email").text


def test_r10_a_member_takes_their_data_and_goes(fay: Person, lea: Person, tim: Person) -> None:
    expense = ask(lea)
    spending.sign(expense=expense, by=tim)
    assert [row["title"] for row in export(lea)["group_expenses"]] == ["First aid"]
    assert len(export(tim)["group_signatures"]) == len(export(tim)["working_groups"]) == 1
    erase_person(person=tim)
    assert [seat.person for seat in members.members_of(GROUP)] == [lea]
    assert expense.signatures.count() == 1


def test_r10_every_refusal_is_a_sentence() -> None:
    kinds = [kind for kind in Refusal.__subclasses__() if kind.__module__ == "federation.groups.refusals"]
    assert len(kinds) > 10
    assert all(str(kind.sentence).endswith(".") for kind in kinds)
