"""Questions to the books; only sealed postings count."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet, Sum

from coopdelivery.kit.money import Money
from coopdelivery.ledger.models import Account, Book, Entry, Posting
from coopdelivery.ledger.services import fingerprint


@dataclass(frozen=True, slots=True)
class Balance:
    """One account's sums up to a day; one of `debit` and `credit` carries the balance, the other is zero."""

    account: Account
    debit: Money
    credit: Money


def postings_of(book: Book, first: date, last: date) -> QuerySet[Posting]:
    """Postings of these days, both included, with their entries and accounts: two queries. A book not opened yet has none."""
    entries = Entry.objects.select_related("account", "posting__book").order_by("id")
    rows = Posting.objects.filter(book_id=book.pk, on__range=(first, last), sealed_at__isnull=False)
    return rows.order_by("on", "number").prefetch_related(Prefetch("entries", entries))


def trial_balance(book: Book, on: date) -> list[Balance]:
    """Every account that ever moved up to and including `on`, by number."""
    counted = Q(entries__posting__on__lte=on, entries__posting__sealed_at__isnull=False)
    rows = Account.objects.filter(book_id=book.pk).annotate(sum=Sum("entries__cents", filter=counted)).exclude(sum=None).order_by("code")
    return [Balance(row, Money(max(row.sum, 0), book.currency), Money(max(-row.sum, 0), book.currency)) for row in rows]


def first_broken_link(book: Book) -> Posting | None:
    """The first posting whose fingerprint does not follow from what is written; None when the whole chain holds."""
    before, expected = "", 1
    rows = (
        Posting.objects.filter(book=book).order_by("number").prefetch_related(Prefetch("entries", Entry.objects.select_related("account")))
    )
    for posting in rows.iterator(chunk_size=500):
        lines = ((entry.account.code, entry.cents) for entry in posting.entries.all())
        found = fingerprint(before, posting.number, posting.key, posting.on, posting.memo, lines)
        if posting.number != expected or posting.digest != found or posting.sealed_at is None:
            return posting
        before, expected = posting.digest, expected + 1
    return None
