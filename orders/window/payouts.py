"""What the co-op owes to the shops of its windows, and paying it out: one posting for each payment, with its day and its reference.

The books are the only place where it is written: what a shop is owed is the balance of its account, what it was paid are postings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective
from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.ledger import services as ledger
from coopdelivery.ledger.models import Account, Book, Entry, Posting
from coopdelivery.people.models import Person
from orders.models import Partner
from orders.payments import chart
from orders.payments.chart import CollectiveBook
from orders.refusals import Refused

LONGEST_REFERENCE = 80
LONG_AGO = timedelta(days=400)
OWED = "4678"


class NothingOwed(Refused):
    code = "nothing_owed"
    sentence = _("Nothing is owed to this shop.")


class OwedMoved(Refused):
    code = "owed_moved"
    sentence = _("It is %(owed)s now: something was sold, given back or paid out meanwhile. Look at it again.")


class NoReference(Refused):
    code = "no_reference"
    sentence = _("Write the reference of the transfer, such as the bank's number, with at most %(most)s characters.")


class NoSuchDay(Refused):
    code = "no_such_day"
    sentence = _("Write the day on which it was paid: today or before.")


@dataclass(frozen=True, slots=True)
class Owed:
    """One shop: what it is owed now, and when it was paid last."""

    partner: Partner
    amount: Money
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class Moved:
    """One posting on the shop's account; positive is owed to it."""

    posting: Posting
    amount: Money


def code_of(partner: Partner) -> str:
    return f"{OWED}{partner.pk:04d}"


def account_of(partner: Partner, book: Book) -> Account:
    """The shop's account, opened when it is first needed."""
    return ledger.account(book, code_of(partner), partner.name, Account.Kind.LIABILITY)


def shops_owed(collective: Collective) -> list[Owed]:
    """Every shop that ever sold something through its window, by name; a constant number of queries."""
    entries = Entry.objects.filter(
        posting__book__collective_id=collective.pk,
        posting__book__currency=collective.currency,
        posting__sealed_at__isnull=False,
        account__code__startswith=OWED,
    )
    paid = Q(posting__key__startswith="payout:")
    sums = {
        row["account__code"]: row
        for row in entries.values("account__code").annotate(owed=Sum("cents"), paid_on=Max("posting__on", filter=paid))
    }
    shops = Partner.objects.filter(window__isnull=False).order_by("name")
    found = [(shop, sums[code_of(shop)]) for shop in shops if code_of(shop) in sums]
    return [Owed(shop, Money(-row["owed"], collective.currency), row["paid_on"]) for shop, row in found]


def owed_to(partner: Partner) -> Money:
    """Nothing is opened for a shop that never sold anything."""
    cents = _entries(partner).aggregate(sum=Sum("cents"))["sum"] or 0
    return Money(-cents, partner.collective.currency)


def statement_of(partner: Partner) -> list[Moved]:
    """What the amount owed is made of: everything on the shop's account since it was paid last, oldest first."""
    last = payouts_of(partner)[:1]
    rows = _entries(partner).filter(posting__number__gt=last[0].posting.number if last else 0)
    return _moved(rows.order_by("posting__number"), partner)


def payouts_of(partner: Partner) -> Sequence[Moved]:
    """What was paid out, the newest first; amounts are positive."""
    rows = _entries(partner).filter(posting__key__startswith=f"payout:{partner.ref}:").order_by("-posting__number")
    return [Moved(row.posting, -row.amount) for row in _moved(rows, partner)]


def made_of(partner: Partner, number: int) -> list[Moved]:
    """What one payout (its posting's number in the book) paid for; empty when there is no such payout."""
    paid = [each.posting.number for each in payouts_of(partner)]
    if number not in paid:
        return []
    before = max((each for each in paid if each < number), default=0)
    rows = _entries(partner).filter(posting__number__gt=before, posting__number__lt=number).order_by("posting__number")
    return _moved(rows, partner)


def _entries(partner: Partner) -> QuerySet[Entry]:
    return Entry.objects.filter(
        account__code=code_of(partner),
        posting__book__collective_id=partner.collective_id,
        posting__book__currency=partner.collective.currency,
        posting__sealed_at__isnull=False,
    )


def _moved(rows: QuerySet[Entry], partner: Partner) -> list[Moved]:
    found = rows.select_related("posting", "posting__by")
    return [Moved(row.posting, Money(-row.cents, partner.collective.currency)) for row in found]


@transaction.atomic
def pay_out(*, partner: Partner, agreed_cents: int, on: date, reference: str, by: Person, idempotency_key: str) -> Posting:
    """Write that the shop was paid all it is owed, on that day. The same key again is the same payout.

    `agreed_cents` is what the person saw and paid. Raises NothingOwed, OwedMoved, NoReference, NoSuchDay.
    """
    said, today = reference.strip(), partner.collective.today()
    if not said or len(said) > LONGEST_REFERENCE:
        raise NoReference("reference", most=LONGEST_REFERENCE)
    if not today - LONG_AGO <= on <= today:
        raise NoSuchDay("on")
    books = CollectiveBook(partner.collective, partner.collective.currency)
    book = Book.objects.select_for_update().get(pk=books.book.pk)  # nobody writes in this book until we are done
    key = f"payout:{partner.ref}:{idempotency_key.strip()[:64]}"
    written = Posting.objects.filter(book=book, key=key).first()
    if written is not None:
        return written
    owed = owed_to(partner)
    if owed.cents <= 0:
        raise NothingOwed
    if owed.cents != agreed_cents:
        raise OwedMoved(owed=owed)
    moves = {account_of(partner, books.book): owed, books.account(chart.CARDS): -owed}
    posting = ledger.post(book=books.book, key=key, on=on, memo=f"{partner.name}: {said}", moves=moves, by=by)
    journal.record(
        "shop.paid_out",
        subject=partner.ref,
        collective_id=partner.collective_id,
        by=by,
        shop=partner.name,
        amount=owed.plain(),
        currency=owed.currency,
        on=on.isoformat(),
        reference=said,
    )
    return posting
