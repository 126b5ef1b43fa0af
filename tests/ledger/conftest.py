import pytest

from coopdelivery.ledger import services as ledger
from coopdelivery.ledger.models import Account, Book


@pytest.fixture
def book(db: None) -> Book:
    return ledger.book_of(7, "EUR")


@pytest.fixture
def bank(book: Book) -> Account:
    return ledger.account(book, "512", "Bank", Account.Kind.ASSET)


@pytest.fixture
def sales(book: Book) -> Account:
    return ledger.account(book, "706", "Deliveries", Account.Kind.INCOME)


@pytest.fixture
def vat(book: Book) -> Account:
    return ledger.account(book, "44571", "VAT collected", Account.Kind.LIABILITY)
