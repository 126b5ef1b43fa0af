"""What a group purchase writes in the books of both sides: the federation passes the supplier's invoice on, without a cent more or less."""

from collections.abc import Sequence
from datetime import date

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective
from coopdelivery.kit.money import Money
from coopdelivery.ledger import services as ledger
from coopdelivery.ledger.models import Account, Book, Posting
from coopdelivery.people.models import Person
from federation.dues.books import BANK, OWN_BANK
from federation.models import Bill, Share

Kind = Account.Kind
SUPPLIES, VAT_PAID, OWED, SUPPLIERS = "6063", "44566", "4674", "401"
OURS: dict[str, tuple[str | Promise, str]] = {
    SUPPLIES: (_("Bought together with other co-ops"), Kind.EXPENSE),
    VAT_PAID: (_("VAT paid"), Kind.ASSET),
    OWED: (_("Federation, group purchases"), Kind.LIABILITY),
    OWN_BANK: (_("Bank"), Kind.ASSET),
}


def receivable(collective: Collective) -> str:
    """The federation's account of what this co-op owes for group purchases."""
    return f"4114{collective.pk:04d}"


def post_bill(bill: Bill, shares: Sequence[Share], by: Person) -> None:
    """`purchase:<bill>:billed`: what the federation owes the supplier, it is owed by the co-ops; each co-op's own side is one posting."""
    currency, key = bill.total.currency, f"purchase:{bill.ref}:billed"
    ours = [Book(collective_id=share.collective_id, currency=currency) for share in shares]
    Book.objects.bulk_create([*ours], ignore_conflicts=True)  # those that were never needed before
    opened = _federation(currency, {receivable(share.collective): (share.collective.name, Kind.ASSET) for share in shares})
    owed = {opened[receivable(share.collective)]: share.amount for share in shares}
    _post(opened[SUPPLIERS].book, key, bill.noted_on, _memo(bill), {**owed, opened[SUPPLIERS]: -bill.total}, by)
    for share in shares:
        mine = _ours(share.collective, currency)
        moves = {mine[SUPPLIES]: share.amount - share.tax, mine[VAT_PAID]: share.tax, mine[OWED]: -share.amount}
        _post(mine[OWED].book, key, bill.noted_on, _memo(bill), moves, by)


def post_share_paid(share: Share, on: date, by: Person) -> None:
    """`purchase:<share>:paid`: from the co-op's own account to the federation's."""
    key, memo = f"purchase:{share.ref}:paid", _memo(share.bill)
    mine, theirs = _ours(share.collective, share.amount.currency), _theirs(share.collective, share.amount.currency)
    _post(mine[OWED].book, key, on, memo, {mine[OWED]: share.amount, mine[OWN_BANK]: -share.amount}, by)
    _post(theirs[BANK].book, key, on, memo, {theirs[BANK]: share.amount, theirs[receivable(share.collective)]: -share.amount}, by)


def post_bill_paid(bill: Bill, on: date, by: Person) -> None:
    """`purchase:<bill>:paid`: the federation pays the supplier."""
    opened = _federation(bill.total.currency, {})
    _post(opened[BANK].book, f"purchase:{bill.ref}:paid", on, _memo(bill), {opened[SUPPLIERS]: bill.total, opened[BANK]: -bill.total}, by)


def reverse_bill(bill: Bill, by: Person) -> None:
    """All that `post_bill` wrote, by its contraries."""
    for posting in Posting.objects.filter(key=f"purchase:{bill.ref}:billed").select_related("book").order_by("pk"):
        ledger.reverse(posting, key=f"purchase:{bill.ref}:taken-back", memo=posting.memo, by=by)


def _ours(collective: Collective, currency: str) -> dict[str, Account]:
    with translation.override(collective.language):
        wanted = {code: (str(name), kind) for code, (name, kind) in OURS.items()}
    return ledger.accounts(ledger.book_of(collective.pk, currency), wanted)


def _theirs(collective: Collective, currency: str) -> dict[str, Account]:
    return _federation(currency, {receivable(collective): (collective.name, Kind.ASSET)})


def _federation(currency: str, more: dict[str, tuple[str, str]]) -> dict[str, Account]:
    wanted = {SUPPLIERS: ("Suppliers", Kind.LIABILITY), BANK: ("Bank", Kind.ASSET), **more}
    return ledger.accounts(ledger.book_of(None, currency), wanted)


def _memo(bill: Bill) -> str:
    return f"{bill.purchase.title}, {bill.number}"


def _post(book: Book, key: str, on: date, memo: str, moves: dict[Account, Money], by: Person) -> None:
    if any(moves.values()):
        ledger.post(book=book, key=key, on=on, memo=memo, moves=moves, by=by)
