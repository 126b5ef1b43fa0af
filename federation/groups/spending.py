"""An expense: asked for with its receipt, signed by two others, paid out of contributions that arrived. A refusal leaves its trace."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from collectives.models import Collective
from collectives.refusals import Refusal
from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.ledger import services as ledger
from coopdelivery.ledger.models import Account
from coopdelivery.people.models import Person
from federation.dues.books import BANK
from federation.dues.services import an_officer
from federation.groups.mandates import committed, live_mandate
from federation.groups.members import members_of, seat_of
from federation.groups.pot import draw
from federation.groups.refusals import ExpenseMoved, NotASignatory, NotYourExpense, OverBudget, OwnExpense, SignedAlready, SpentLater
from federation.models import Expense, Mandate, Signature, WorkingGroup
from federation.register.files import EXTENSIONS, media_type_of, sha256_of
from federation.register.offices import officers_today

SIGNATURES = 2
State = Expense.State
ACCOUNTS = {group: f"6181{number}" for number, group in enumerate(WorkingGroup.values, 1)}


@contextmanager
def attempts(group: str, what: str, by: Person) -> Iterator[None]:
    """All of it in one transaction; what is refused leaves its trace, and nothing else."""
    try:
        with transaction.atomic():
            yield
    except Refusal as refusal:
        with transaction.atomic():
            journal.record("spending.refused", subject=group, collective_id=None, by=by, what=what, why=type(refusal).__name__)
        raise


def ask(
    *,
    group: str,
    title: str,
    payee: str,
    amount: Money,
    spent_on: date,
    receipt: "UploadedFile[Any]",
    by: Person,
    payee_home: Collective | None = None,
) -> Expense:
    """Write an expense down on the group's mandate; from now on it counts against the budget.

    Raises NotInTheGroup, NoMandate, MandateOver, SpentLater, OverBudget, BadFile.
    """
    kind = media_type_of(receipt)
    row = Expense(
        title=title.strip(),
        payee=payee.strip(),
        payee_home=payee_home,
        cents=amount.cents,
        spent_on=spent_on,
        media_type=kind,
        sha256=sha256_of(receipt),
        asked_by=by,
    )
    row.receipt.save(f"{uuid4()}.{EXTENSIONS[kind]}", receipt, save=False)
    try:
        with attempts(group, "ask", by):
            _write(row, group, amount)
    except BaseException:
        row.receipt.delete(save=False)
        raise
    return row


def _write(row: Expense, group: str, amount: Money) -> None:
    seat_of(group, row.asked_by)
    if row.spent_on > timezone.localdate():
        raise SpentLater
    mandate = Mandate.objects.select_for_update().get(pk=live_mandate(group).pk)
    left = mandate.budget - committed(mandate)
    if left < Money(amount.cents, mandate.currency):
        raise OverBudget(left=left)
    row.mandate, row.currency = mandate, mandate.currency
    row.save(force_insert=True)
    _record("expense.asked", row, row.asked_by)


def sign(*, expense: Expense, by: Person) -> None:
    """One of two signatures. Raises ExpenseMoved, OwnExpense, NotASignatory, SignedAlready, MandateOver."""
    with attempts(expense.mandate.group, "sign", by):
        row = _locked(expense, State.ASKED)
        homes = signatory_homes(row.mandate.group, by)
        if homes is None:
            raise NotASignatory
        if row.asked_by_id == by.pk or (row.payee_home_id is not None and row.payee_home_id in homes):
            raise OwnExpense
        try:
            with transaction.atomic():
                Signature.objects.create(expense=row, person=by)
        except IntegrityError as error:
            raise SignedAlready from error
        _record("expense.signed", row, by)
        if row.signatures.count() >= SIGNATURES:
            Expense.objects.filter(pk=row.pk, state=State.ASKED).update(state=State.SIGNED)


def may_sign(expense: Expense, person: Person, homes: set[int | None] | None) -> bool:
    """Whether `sign` would take the signature, as far as the page can know; `homes` as `signatory_homes` says."""
    if homes is None:
        return False
    signed = any(signature.person_id == person.pk for signature in expense.signatures.all())
    own = expense.asked_by_id == person.pk or (expense.payee_home_id is not None and expense.payee_home_id in homes)
    return expense.state == State.ASKED and not own and not signed


def signatory_homes(group: str, person: Person) -> set[int | None] | None:
    """The co-ops that somebody comes from who may sign in this group; None when they may not."""
    seats = list(members_of(group).filter(person=person).values_list("home_id", flat=True))
    offices = list(officers_today().filter(person=person).values_list("home_id", flat=True))
    return {*seats, *offices} if seats or offices else None


def pay(*, expense: Expense, on: date, by: Person) -> None:
    """The federation paid it from its own account, out of the oldest contributions.

    Raises NotAnOfficer, ExpenseMoved, MandateOver, PotTooSmall.
    """
    with attempts(expense.mandate.group, "pay", by):
        an_officer(by)
        row = _locked(expense, State.SIGNED)
        draw(row)
        if not Expense.objects.filter(pk=row.pk, state=State.SIGNED).update(state=State.PAID, paid_on=on, paid_by=by):
            raise ExpenseMoved
        _post(row, on, by)
        _record("expense.paid", row, by)


def withdraw(*, expense: Expense, by: Person) -> None:
    """Taken back before it is paid: the budget is free again. Raises NotYourExpense."""
    with attempts(expense.mandate.group, "withdraw", by):
        mine = Expense.objects.filter(pk=expense.pk, asked_by=by, state__in=(State.ASKED, State.SIGNED))
        if not mine.update(state=State.WITHDRAWN):
            raise NotYourExpense
        _record("expense.withdrawn", expense, by)


def _locked(expense: Expense, state: str) -> Expense:
    """While it waits for this step and its mandate is alive. Raises ExpenseMoved, MandateOver."""
    row = Expense.objects.select_for_update(of=("self",)).select_related("mandate").get(pk=expense.pk)
    if row.state != state:
        raise ExpenseMoved
    if live_mandate(row.mandate.group).pk != row.mandate_id:
        raise ExpenseMoved
    return row


def _post(row: Expense, on: date, by: Person) -> None:
    """`expense:<ref>:paid`: the group's own account of expenses against the federation's bank."""
    book = ledger.book_of(None, row.currency)
    with translation.override("en"):
        wanted = {
            ACCOUNTS[row.mandate.group]: (str(WorkingGroup(row.mandate.group).label), Account.Kind.EXPENSE),
            BANK: ("Bank", Account.Kind.ASSET),
        }
        opened = ledger.accounts(book, wanted)
    moves = {opened[ACCOUNTS[row.mandate.group]]: row.amount, opened[BANK]: -row.amount}
    ledger.post(book=book, key=f"expense:{row.ref}:paid", on=on, memo=row.title, moves=moves, by=by)


def _record(name: str, row: Expense, by: Person) -> None:
    facts = {"group": row.mandate.group, "label": row.title, "cents": row.cents, "currency": row.currency}
    journal.record(name, subject=row.ref, collective_id=None, by=by, **facts)
