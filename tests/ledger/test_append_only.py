"""What the database refuses by itself, in plain SQL and through the ORM."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from coopdelivery.kit.money import Money
from coopdelivery.ledger import selectors, services
from coopdelivery.ledger.models import Account, Book, Entry, Posting

DAY = dt.date(2026, 10, 31)


@pytest.fixture
def posting(book: Book, bank: Account, sales: Account) -> Posting:
    return services.post(book=book, key="sale", on=DAY, memo="AN-4021", moves={bank: Money(500, "EUR"), sales: Money(-500, "EUR")})


def open_posting(book: Book) -> Posting:
    return Posting.objects.create(book=book, key="x", number=9, on=DAY, memo="", digest="")


def write(sql: str, *params: int | str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_entry SET cents = 1",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_posting SET memo = 'else'",
        "UPDATE ledger_posting SET sealed_at = NULL",
        "UPDATE ledger_posting SET digest = 'else'",
        "DELETE FROM ledger_posting",
    ],
)
def test_written_rows_cannot_be_changed_by_sql(posting: Posting, sql: str) -> None:
    with pytest.raises(IntegrityError):
        write(sql)
    posting.refresh_from_db()
    assert posting.memo == "AN-4021"
    assert sorted(entry.cents for entry in posting.entries.all()) == [-500, 500]
    assert selectors.first_broken_link(posting.book) is None


def test_written_rows_cannot_be_changed_by_the_orm(posting: Posting) -> None:
    entry = posting.entries.get(cents=500)
    entry.cents = 400
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.update(memo="else")
    assert Entry.objects.filter(cents=500).exists()


def test_a_sealed_posting_takes_no_further_entry(posting: Posting, vat: Account) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(posting=posting, account=vat, cents=5)
    assert posting.entries.count() == 2


def test_a_posting_cannot_arrive_sealed(book: Book) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.create(book=book, key="x", number=9, on=DAY, memo="", digest="", sealed_at="2026-10-31T00:00Z")
    assert not Posting.objects.exists()


def test_an_entry_stays_in_its_book(book: Book) -> None:
    other = services.account(services.book_of(8, "EUR"), "706", "Deliveries", Account.Kind.INCOME)
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(posting=open_posting(book), account=other, cents=5)
    assert not Entry.objects.exists()


@pytest.mark.parametrize("amounts", [[500, -499], [500], []])
def test_an_unbalanced_posting_cannot_be_sealed_by_sql(book: Book, bank: Account, sales: Account, amounts: list[int]) -> None:
    """SQLite refuses the seal; PostgreSQL refuses the commit, which `SET CONSTRAINTS` brings forward."""

    def force() -> None:
        bad = Posting.objects.create(book=book, key="bad", number=9, on=DAY, memo="", digest="")
        for account, cents in zip((bank, sales), amounts, strict=False):
            write("INSERT INTO ledger_entry (posting_id, account_id, cents) VALUES (%s, %s, %s)", bad.pk, account.pk, cents)
        write("UPDATE ledger_posting SET sealed_at = %s WHERE id = %s", "2026-10-31 00:00:00+00:00", bad.pk)
        if connection.vendor == "postgresql":
            write("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError), transaction.atomic():
        force()
    assert not Posting.objects.exists()
    assert services.balance(bank) == Money(0, "EUR")
