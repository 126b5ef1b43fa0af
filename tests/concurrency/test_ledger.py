"""Several writers at once, on PostgreSQL."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from coopdelivery.kit.money import Money
from coopdelivery.ledger import selectors, services
from coopdelivery.ledger.models import Account, Book, Posting

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
DAY = dt.date(2026, 10, 31)
WRITERS = 8


def write_all(keys: list[str]) -> list[int]:
    """Each key written by its own thread, all at once; the postings' ids."""
    book = services.book_of(7, "EUR")
    bank = services.account(book, "512", "Bank", Account.Kind.ASSET)
    sales = services.account(book, "706", "Deliveries", Account.Kind.INCOME)
    start = Barrier(len(keys))

    def write(key: str) -> int:
        try:
            start.wait(10)
            moves = {bank: Money(500, "EUR"), sales: Money(-500, "EUR")}
            return services.post(book=book, key=key, on=DAY, memo="", moves=moves).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(len(keys)) as pool:
        return list(pool.map(write, keys))


def test_one_key_from_many_writers_is_one_posting() -> None:
    assert len(set(write_all(["order:1:settled"] * WRITERS))) == 1
    assert Posting.objects.count() == 1
    assert services.balance(Account.objects.get(code="512")) == Money(500, "EUR")


def test_many_keys_from_many_writers_leave_no_gap_and_a_whole_chain() -> None:
    write_all([f"order:{number}:settled" for number in range(WRITERS)])
    assert sorted(Posting.objects.values_list("number", flat=True)) == list(range(1, WRITERS + 1))
    assert selectors.first_broken_link(Book.objects.get()) is None


def test_an_unsealed_posting_cannot_be_committed() -> None:
    book = services.book_of(7, "EUR")
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.create(book=book, key="open", number=1, on=DAY, memo="", digest="")
    assert not Posting.objects.exists()
