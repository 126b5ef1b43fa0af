import datetime as dt

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as run
from hypothesis import strategies as st

from coopdelivery.kit.money import Money, total
from coopdelivery.ledger import selectors, services
from coopdelivery.ledger.models import Account, Book, Entry, Posting

DAY = dt.date(2026, 10, 31)


def euros(cents: int) -> Money:
    return Money(cents, "EUR")


def sell(book: Book, bank: Account, sales: Account, vat: Account, key: str = "order:1:settled") -> Posting:
    moves = {bank: euros(1409), sales: euros(-1174), vat: euros(-235)}
    return services.post(book=book, key=key, on=DAY, memo="AN-4021", moves=moves)


def test_a_posting_moves_each_balance(book: Book, bank: Account, sales: Account, vat: Account) -> None:
    posting = sell(book, bank, sales, vat)
    assert [services.balance(account) for account in (bank, sales, vat)] == [euros(1409), euros(-1174), euros(-235)]
    assert posting.sealed_at is not None
    assert posting.number == 1


def test_the_same_key_again_is_the_same_posting(book: Book, bank: Account, sales: Account, vat: Account) -> None:
    assert sell(book, bank, sales, vat).pk == sell(book, bank, sales, vat).pk
    assert services.balance(bank) == euros(1409)
    assert Entry.objects.count() == 3


def test_the_same_key_may_be_used_in_another_book(book: Book, bank: Account, sales: Account, vat: Account) -> None:
    mine = sell(book, bank, sales, vat)
    other = services.book_of(None, "EUR")
    due = services.account(other, "4671", "Montreuil", Account.Kind.ASSET)
    income = services.account(other, "7566", "Contributions", Account.Kind.INCOME)
    theirs = services.post(book=other, key=mine.key, on=DAY, memo="", moves={due: euros(19), income: euros(-19)})
    assert theirs.pk != mine.pk


@pytest.mark.parametrize("cents", [(1409, -1400), (1409,), (0, 0)])
def test_moves_that_do_not_balance_are_refused_and_nothing_is_written(
    book: Book, bank: Account, sales: Account, cents: tuple[int, ...]
) -> None:
    moves = dict(zip((bank, sales), map(euros, cents), strict=False))
    with pytest.raises(services.Unbalanced):
        services.post(book=book, key="bad", on=DAY, memo="", moves=moves)
    assert not Posting.objects.exists()
    assert not Entry.objects.exists()


def test_another_currency_is_refused(book: Book, bank: Account, sales: Account) -> None:
    with pytest.raises(services.WrongBook):
        services.post(book=book, key="chf", on=DAY, memo="", moves={bank: Money(5, "CHF"), sales: Money(-5, "CHF")})
    assert not Posting.objects.exists()


def test_an_account_of_another_book_is_refused(book: Book, bank: Account) -> None:
    other = services.account(services.book_of(8, "EUR"), "706", "Deliveries", Account.Kind.INCOME)
    with pytest.raises(services.WrongBook):
        services.post(book=book, key="mixed", on=DAY, memo="", moves={bank: euros(5), other: euros(-5)})
    assert not Posting.objects.exists()


def test_taking_back_leaves_every_balance_at_zero_and_both_postings_in_the_book(
    book: Book, bank: Account, sales: Account, vat: Account
) -> None:
    posting = sell(book, bank, sales, vat)
    back = services.reverse(posting, key="order:1:taken back", memo="wrong partner", by=None, on=DAY)
    assert [services.balance(account).cents for account in (bank, sales, vat)] == [0, 0, 0]
    assert list(selectors.postings_of(book, DAY, DAY)) == [posting, back]


def test_a_posting_is_taken_back_once(book: Book, bank: Account, sales: Account, vat: Account) -> None:
    posting = sell(book, bank, sales, vat)
    back = services.reverse(posting, key="back", memo="", by=None)
    assert services.reverse(posting, key="back", memo="", by=None).pk == back.pk
    with pytest.raises(services.AlreadyReversed):
        services.reverse(posting, key="back again", memo="", by=None)
    assert Posting.objects.count() == 2


def test_the_trial_balance_counts_up_to_its_day(book: Book, bank: Account, sales: Account, vat: Account) -> None:
    sell(book, bank, sales, vat)
    assert selectors.trial_balance(book, DAY - dt.timedelta(days=1)) == []
    rows = selectors.trial_balance(book, DAY)
    assert [(row.account.code, row.debit.cents, row.credit.cents) for row in rows] == [
        ("44571", 0, 235),
        ("512", 1409, 0),
        ("706", 0, 1174),
    ]


def test_the_chain_of_postings_holds(book: Book, bank: Account, sales: Account, vat: Account) -> None:
    for number in range(3):
        sell(book, bank, sales, vat, key=f"order:{number}")
    assert [posting.number for posting in Posting.objects.all()] == [1, 2, 3]
    assert selectors.first_broken_link(book) is None


@run(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(amounts=st.lists(st.integers(-(10**9), 10**9).filter(bool), min_size=1, max_size=6))
def test_whatever_is_posted_sums_to_zero(book: Book, amounts: list[int]) -> None:
    rest = services.account(book, "999", "Rest", Account.Kind.ASSET)
    moves = {services.account(book, str(i), f"Account {i}", Account.Kind.ASSET): euros(cents) for i, cents in enumerate(amounts)}
    moves[rest] = euros(-sum(amounts))
    services.post(book=book, key=f"random:{Posting.objects.count()}", on=DAY, memo="", moves=moves)
    rows = selectors.trial_balance(book, DAY)
    assert total((row.debit - row.credit for row in rows), "EUR") == euros(0)
