"""The fund itself: fed from contributions by resolutions, paid out no further than it reaches, repaid by those who borrowed."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone, translation

from collectives.refusals import Refusal
from coopdelivery.decisions.models import Proposal
from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.ledger import services as ledger
from coopdelivery.ledger.models import Account, Book
from coopdelivery.people.models import Person
from federation.dues.books import BANK
from federation.dues.services import an_officer
from federation.groups.pot import oldest
from federation.models import AidRequest, Endowment, FundSource, Repayment
from federation.solidarity.refusals import NotAgreed, NothingLent, OverFund, OwnRequest, PaidAlready

FUND, GIFTS, LOANS = "5125", "6571", "2748"
NAMES = {
    FUND: ("Bank, solidarity fund", Account.Kind.ASSET),
    GIFTS: ("Gifts of the solidarity fund", Account.Kind.EXPENSE),
    LOANS: ("Loans of the solidarity fund", Account.Kind.ASSET),
    BANK: ("Bank", Account.Kind.ASSET),
}


@dataclass(frozen=True, slots=True)
class Fund:
    """One currency: what the fund holds now, and the most that one request gets."""

    left: Money
    cap: Money


@contextmanager
def attempts(request: AidRequest, what: str, by: Person) -> Iterator[None]:
    """All of it in one transaction; what is refused leaves its trace, and nothing else."""
    try:
        with transaction.atomic():
            yield
    except Refusal as refusal:
        with transaction.atomic():
            facts = {"what": what, "why": type(refusal).__name__}
            journal.record("solidarity.refused", subject=request.ref, collective_id=None, by=by, **facts)
        raise


def fund_in(currency: str) -> Fund | None:
    """None while the assembly put nothing in it."""
    newest = Endowment.objects.filter(currency=currency).order_by("-on", "-pk").first()
    return Fund(ledger.balance(_accounts(currency)[FUND]), newest.cap) if newest else None


def funds() -> list[Fund]:
    """One for each currency, by its code."""
    currencies = Endowment.objects.order_by("currency").values_list("currency", flat=True).distinct()
    return [found for found in map(fund_in, currencies) if found is not None]


@transaction.atomic
def carry_out(resolution: Proposal) -> None:
    """What a passed resolution moves from the pot into the fund: no more than has arrived. The same resolution twice changes nothing."""
    told: dict[str, Any] = resolution.settles["endow"]
    _lock(told["currency"])
    taken, missing = oldest(told["currency"], told["cents"])
    facts = {"currency": told["currency"], "cents": told["cents"] - missing, "cap_cents": told["cap_cents"]}
    row, made = Endowment.objects.get_or_create(resolution=resolution, defaults={**facts, "on": timezone.localdate()})
    if not made:
        return
    FundSource.objects.bulk_create(FundSource(endowment=row, payment=payment, cents=cents) for payment, cents in taken)
    if row.cents:
        _post(f"endowment:{row.ref}", row.on, resolution.number, row.amount, None, FUND, BANK)
    journal.record("fund.endowed", subject=row.ref, collective_id=None, by=None, decision=resolution.number, **facts)


def pay_out(*, request: AidRequest, on: date, by: Person) -> None:
    """What the other co-ops agreed to, out of what the fund holds.

    Raises NotAnOfficer, OwnRequest, NotAgreed, PaidAlready, OverFund.
    """
    with attempts(request, "pay", by):
        home = an_officer(by)
        if request.asked_by_id == by.pk or (home is not None and home.pk == request.collective_id):
            raise OwnRequest
        _lock(request.currency)
        if not Proposal.objects.filter(pk=request.resolution_id, state=Proposal.State.PASSED).exists():
            raise NotAgreed
        found = fund_in(request.currency)
        if found is None or found.left < request.amount:
            raise OverFund(left=found.left if found else Money(0, request.currency))
        if not AidRequest.objects.filter(pk=request.pk, paid_on=None).update(paid_on=on, paid_by=by):
            raise PaidAlready
        to = LOANS if request.form == AidRequest.Form.LOAN else GIFTS
        _post(f"aid:{request.ref}:paid", on, request.resolution.number, request.amount, by, to, FUND)
        facts = {"cents": request.cents, "currency": request.currency, "form": request.form}
        journal.record("aid.paid", subject=request.ref, collective_id=request.collective_id, by=by, **facts)


def note_repayment(*, request: AidRequest, amount: Money, on: date, key: uuid.UUID, by: Person) -> Repayment:
    """A part of a loan came back. The same key again is the same repayment. Raises NotAnOfficer, NothingLent."""
    with attempts(request, "repay", by):
        an_officer(by)
        _lock(request.currency)
        written = Repayment.objects.filter(key=key).first()
        if written is not None:
            return written
        request = AidRequest.objects.prefetch_related("repayments").get(pk=request.pk)
        if amount > outstanding(request):
            raise NothingLent(open=outstanding(request))
        row = Repayment.objects.create(key=key, aid=request, cents=amount.cents, on=on, noted_by=by)
        _post(f"aid:{row.ref}:repaid", on, request.resolution.number, amount, by, FUND, LOANS)
        journal.record(
            "aid.repaid", subject=row.ref, collective_id=request.collective_id, by=by, cents=row.cents, currency=request.currency
        )
    return row


def outstanding(request: AidRequest) -> Money:
    """What of a loan is still out; zero for a gift and for what was not paid."""
    lent = request.cents if request.form == AidRequest.Form.LOAN and request.paid_on else 0
    return Money(lent - sum(row.cents for row in request.repayments.all()), request.currency)


def _lock(currency: str) -> None:
    """Whatever moves the fund goes one after the other."""
    Book.objects.select_for_update().get(pk=ledger.book_of(None, currency).pk)


def _accounts(currency: str) -> dict[str, Account]:
    with translation.override("en"):
        return ledger.accounts(ledger.book_of(None, currency), NAMES)


def _post(key: str, on: date, memo: str, amount: Money, by: Person | None, debit: str, credit: str) -> None:
    opened = _accounts(amount.currency)
    moves = {opened[debit]: amount, opened[credit]: -amount}
    ledger.post(book=ledger.book_of(None, amount.currency), key=key, on=on, memo=memo, moves=moves, by=by)
