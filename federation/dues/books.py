"""What dues write in the books of both sides. Customers' money is in none of these accounts.

While orders are settled, both books set aside what will be called (orders.payments.chart: 467 and 4671…). A call uses that up; the true-up
brings what was set aside in the year to what is really due, so that nothing of the year stays behind.
"""

from datetime import date

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective
from coopdelivery.kit.money import Money
from coopdelivery.ledger import services as ledger
from coopdelivery.ledger.models import Account
from coopdelivery.people.models import Person
from federation.models import DuesCall, DuesPayment, DuesRelief
from orders.payments.chart import CONTRIBUTIONS, DUE_TO_FEDERATION, NAMES, FederationBook

Kind = Account.Kind
CALLED, BANK, OWN_BANK = "4673", "512", "5121"
DUES = "dues:"  # what every key of these postings begins with
WORDS: dict[str, tuple[str | Promise, str]] = {
    CALLED: (_("Dues called by the federation"), Kind.LIABILITY),
    OWN_BANK: (_("Bank"), Kind.ASSET),
    DUE_TO_FEDERATION: NAMES[DUE_TO_FEDERATION],
    CONTRIBUTIONS: NAMES[CONTRIBUTIONS],
}


class Both:
    """The two books of one co-op and the federation in one currency, and a posting in both under one key."""

    def __init__(self, collective: Collective, currency: str) -> None:
        self.collective, self.currency = collective, currency
        mine = ledger.book_of(collective.pk, currency)
        with translation.override(collective.language):
            self._mine = ledger.accounts(mine, {code: (str(name), kind) for code, (name, kind) in WORDS.items()})
        mirror = FederationBook(collective, currency)
        self.accrued, self.income = mirror.accrued, mirror.income
        with translation.override("en"):
            wanted = {receivable(collective): (collective.name, Kind.ASSET), BANK: (str(_("Bank")), Kind.ASSET)}
            self._theirs = ledger.accounts(mirror.book, wanted)
        self.books = (mine, mirror.book)

    def post(self, key: str, on: date, memo: str, amount: Money, by: Person | None, mine: tuple[str, str], theirs: tuple[str, str]) -> None:
        """`amount` from the credit to the debit account (debit, credit) of each book; nothing for an amount of zero."""
        if not amount:
            return
        for book, (debit, credit), find in zip(self.books, (mine, theirs), (self._mine.__getitem__, self._their), strict=True):
            moves = {find(debit): amount, find(credit): -amount}
            ledger.post(book=book, key=key, on=on, memo=memo, moves=moves, by=by)

    def _their(self, code: str) -> Account:
        return {"accrued": self.accrued, "income": self.income}.get(code) or self._theirs[code]


def receivable(collective: Collective) -> str:
    """The federation's account of what was called from this co-op."""
    return f"4113{collective.pk:04d}"


def post_call(call: DuesCall, by: Person | None) -> None:
    """`dues:<ref>:called`."""
    both = Both(call.collective, call.currency)
    on = call.collective.today()
    theirs = receivable(call.collective)
    both.post(f"{DUES}{call.ref}:called", on, call.number, call.amount, by, (DUE_TO_FEDERATION, CALLED), (theirs, "accrued"))


def post_year_end(call: DuesCall, missing: Money, by: Person | None) -> None:
    """`dues:<ref>:set-aside`: what was set aside less (or more) than is due."""
    both = Both(call.collective, call.currency)
    on = call.collective.today()
    both.post(f"{DUES}{call.ref}:set-aside", on, call.number, missing, by, (CONTRIBUTIONS, DUE_TO_FEDERATION), ("accrued", "income"))


def post_waived(relief: DuesRelief, by: Person | None) -> None:
    """`dues:<ref>:waived`."""
    both = Both(relief.collective, relief.currency)
    memo, theirs = relief.resolution.number, receivable(relief.collective)
    both.post(f"{DUES}{relief.ref}:waived", relief.begins_on, memo, relief.amount, by, (CALLED, CONTRIBUTIONS), ("income", theirs))


def post_payment(payment: DuesPayment) -> None:
    """`dues:<ref>:paid`: from the co-op's own account to the federation's own."""
    both = Both(payment.collective, payment.currency)
    theirs = receivable(payment.collective)
    memo = payment.note or str(payment.on)
    both.post(f"{DUES}{payment.ref}:paid", payment.on, memo, payment.amount, payment.noted_by, (CALLED, OWN_BANK), (BANK, theirs))


def set_aside(collective: Collective, currency: str, year: int) -> Money:
    """What this year's settled orders set aside for the federation, before any call."""
    own = FederationBook(collective, currency).accrued
    entries = own.entries.filter(posting__sealed_at__isnull=False, posting__on__year=year).exclude(posting__key__startswith=DUES)
    return Money(sum(entries.values_list("cents", flat=True)), currency)
