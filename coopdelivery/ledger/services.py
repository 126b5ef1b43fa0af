"""Write in the books. Rows are never edited: reverse, then post anew.

Use as `from coopdelivery.ledger import services as ledger`, then `ledger.post(...)`.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from coopdelivery.kit.money import Money
from coopdelivery.ledger.models import Account, Book, Entry, Posting
from coopdelivery.people.models import Person

Kind = Account.Kind


class Unbalanced(ValueError):
    """The moves do not sum to zero, or there are fewer than two of them."""


class WrongBook(ValueError):
    """An account or a currency of another book."""


class AlreadyReversed(ValueError):
    """A posting is taken back once."""


def book_of(collective_id: int | None, currency: str) -> Book:
    """The books of a collective in a currency (None: the federation's), opened when they are first needed."""
    opened = Book.objects.filter(collective_id=collective_id, currency=currency).first()
    return opened or Book.objects.get_or_create(collective_id=collective_id, currency=currency)[0]


def account(book: Book, code: str, name: str, kind: str) -> Account:
    """The account of this number, opened under this name when it is first needed."""
    return accounts(book, {code: (name, kind)})[code]


def accounts(book: Book, wanted: Mapping[str, tuple[str, str]]) -> dict[str, Account]:
    """The accounts of these numbers, opened under (name, kind) when they are first needed; one query when all exist."""
    opened = {row.code: row for row in Account.objects.filter(book=book, code__in=wanted)}
    missing = [Account(book=book, code=code, name=name, kind=kind) for code, (name, kind) in wanted.items() if code not in opened]
    if missing:
        Account.objects.bulk_create(missing, ignore_conflicts=True)  # somebody may open the same at the same moment
        opened = {row.code: row for row in Account.objects.filter(book=book, code__in=wanted)}
    for row in opened.values():
        row.book = book
    return opened


def post(
    *, book: Book, key: str, on: date, memo: str, moves: Mapping[Account, Money], by: Person | None = None, reverses: Posting | None = None
) -> Posting:
    """Write one balanced posting, debit positive and credit negative; moves of zero are left out.

    The same key again changes nothing and returns the posting that exists. Raises Unbalanced or WrongBook.
    """
    written = Posting.objects.filter(book=book, key=key).first()
    if written is not None:
        return written
    rows = {acc: money.cents for acc, money in moves.items() if money}
    _check(book, key, moves, rows)
    with transaction.atomic():
        locked = Book.objects.select_for_update().filter(pk=book.pk)[0]
        written = Posting.objects.filter(book=locked, key=key).first()  # somebody wrote it while we waited for the lock
        return written or _write(locked, key, on, memo[:200], rows, by, reverses)


def _check(book: Book, key: str, moves: Mapping[Account, Money], rows: Mapping[Account, int]) -> None:
    if any(acc.book_id != book.pk for acc in moves) or any(money.currency != book.currency for money in moves.values()):
        raise WrongBook(f"{key}: an account or a currency that is not of the {book}")
    if sum(rows.values()) or len(rows) < 2:
        raise Unbalanced(f"{key}: {[(acc.code, cents) for acc, cents in rows.items()]}")


def _write(book: Book, key: str, on: date, memo: str, rows: Mapping[Account, int], by: Person | None, reverses: Posting | None) -> Posting:
    number = book.last_number + 1
    digest = fingerprint(book.last_digest, number, key, on, memo, ((acc.code, cents) for acc, cents in rows.items()))
    posting = Posting.objects.create(book=book, key=key, number=number, on=on, memo=memo, by=by, digest=digest, reverses=reverses)
    Entry.objects.bulk_create(Entry(posting=posting, account=acc, cents=cents) for acc, cents in rows.items())
    posting.sealed_at = timezone.now()
    Posting.objects.filter(pk=posting.pk).update(sealed_at=posting.sealed_at)
    Book.objects.filter(pk=book.pk).update(last_number=number, last_digest=digest)
    return posting


def fingerprint(before: str, number: int, key: str, on: date, memo: str, rows: Iterable[tuple[str, int]]) -> str:
    """SHA-256 of a posting, of its entries by account number, and of the fingerprint before it; in hexadecimal."""
    lines = [before, str(number), key, on.isoformat(), memo, *(f"{code}={cents}" for code, cents in sorted(rows))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def reverse(posting: Posting, *, key: str, memo: str, by: Person | None, on: date | None = None) -> Posting:
    """Take a posting back by its contrary, today or `on` a day. Raises AlreadyReversed when another key took it back."""
    before = Posting.objects.filter(reverses=posting).first()
    if before is not None and before.key != key:
        raise AlreadyReversed(f"{posting} was taken back by {before.key}")
    moves = {entry.account: Money(-entry.cents, posting.book.currency) for entry in posting.entries.select_related("account")}
    day = on or timezone.localdate()
    return post(book=posting.book, key=key, on=day, memo=memo, moves=moves, by=by, reverses=posting)


def balance(of: Account) -> Money:
    """Debits minus credits of the sealed postings."""
    cents = Entry.objects.filter(account=of, posting__sealed_at__isnull=False).aggregate(sum=Sum("cents"))["sum"]
    return Money(cents or 0, of.book.currency)
