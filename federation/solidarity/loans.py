"""A loan comes back in equal monthly parts. Who is behind is reminded, once for each part."""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils import timezone

from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money, total
from federation.models import AidRequest, LoanReminder
from federation.solidarity.requests import requests

REMIND_AFTER = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Part:
    """What of a loan comes back by a day; the parts together are the loan, to the cent."""

    due_on: date
    amount: Money


def parts_of(loan: AidRequest) -> list[Part]:
    """None for a gift, and while nothing was paid out."""
    if loan.form != AidRequest.Form.LOAN or loan.paid_on is None:
        return []
    amounts = loan.amount.split([1] * loan.months)
    return [Part(loan.paid_on + relativedelta(months=number), amount) for number, amount in enumerate(amounts, 1)]


def behind(loan: AidRequest, on: date) -> Money:
    """What should have come back by that day and did not."""
    due = total((part.amount for part in parts_of(loan) if part.due_on <= on), loan.currency)
    return max(due - _repaid(loan), Money(0, loan.currency))


def next_part(loan: AidRequest) -> Part | None:
    """The first part that is not wholly back, with what of it is missing; None when the loan is repaid, or was none."""
    rest = _repaid(loan)
    for part in parts_of(loan):
        if rest < part.amount:
            return Part(part.due_on, part.amount - rest)
        rest -= part.amount
    return None


def remind() -> int:
    """Every night: one event, and from it a message, for each part that is two weeks late; how many were new.

    After a pause of the worker the newest of several late parts speaks for all.
    """
    today = timezone.localdate()
    loans = requests().filter(form=AidRequest.Form.LOAN, paid_on__lt=today - REMIND_AFTER)
    return sum(_remind(loan, today - REMIND_AFTER) for loan in loans)


def _remind(loan: AidRequest, until: date) -> bool:
    due = [part.due_on for part in parts_of(loan) if part.due_on <= until]
    late = behind(loan, until)
    if not due or not late:
        return False
    with transaction.atomic():
        _row, made = LoanReminder.objects.get_or_create(aid=loan, due_on=due[-1], defaults={"cents": late.cents})
        if made:
            facts = {"cents": late.cents, "currency": late.currency, "due_on": due[-1].isoformat()}
            journal.record("aid.overdue", subject=loan.ref, collective_id=loan.collective_id, by=None, **facts)
    return made


def _repaid(loan: AidRequest) -> Money:
    return Money(sum(row.cents for row in loan.repayments.all()), loan.currency)
