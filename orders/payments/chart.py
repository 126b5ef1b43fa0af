"""The accounts that deliveries move, numbered as in the French chart; names are in the collective's language."""

from collections.abc import Mapping

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective
from coopdelivery.ledger import services as ledger
from coopdelivery.ledger.models import Account
from orders.models import Partner

Kind = Account.Kind
ADVANCES, VAT, DUE_TO_FEDERATION, CARDS, FEES, CONTRIBUTIONS, SALES = "4191", "44571", "467", "512", "627", "6281", "706"
ACCRUED_INCOME = "7566"

NAMES: Mapping[str, tuple[str | Promise, str]] = {
    ADVANCES: (_("Paid in advance by card"), Kind.LIABILITY),
    VAT: (_("VAT collected"), Kind.LIABILITY),
    DUE_TO_FEDERATION: (_("Federation, to be called"), Kind.LIABILITY),
    CARDS: (_("Card payments at Stripe"), Kind.ASSET),
    FEES: (_("Payment fees"), Kind.EXPENSE),
    CONTRIBUTIONS: (_("Contributions to the federation"), Kind.EXPENSE),
    SALES: (_("Deliveries"), Kind.INCOME),
    ACCRUED_INCOME: (_("Contributions accrued"), Kind.INCOME),
}


def name_of(account: Account) -> str:
    """In the reader's language for accounts of the chart, as written for partners and collectives."""
    return str(NAMES[account.code][0]) if account.code in NAMES else account.name


class CollectiveBook:
    """The books of one collective in one currency, with its accounts by number."""

    def __init__(self, collective: Collective, currency: str, payer: Partner | None = None) -> None:
        """`payer`: the partner whose own account is needed too."""
        self.book = ledger.book_of(collective.pk, currency)
        self._customer = customer_code(payer) if payer else ADVANCES
        with translation.override(collective.language):
            wanted = {code: (str(name), kind) for code, (name, kind) in NAMES.items() if code != ACCRUED_INCOME}
        if payer:
            wanted[self._customer] = (payer.name, Kind.ASSET)
        self._accounts = ledger.accounts(self.book, wanted)

    def account(self, code: str) -> Account:
        return self._accounts[code]

    def payer(self) -> Account:
        """What the partner owes; without one, what was paid in advance by card."""
        return self._accounts[self._customer]


def customer_code(partner: Partner) -> str:
    return f"411{partner.pk:04d}"


class FederationBook:
    """The federation's mirror of one collective: what it will be called for. It never holds customers' money."""

    def __init__(self, collective: Collective, currency: str) -> None:
        self.book = ledger.book_of(None, currency)
        code = f"4671{collective.pk:04d}"
        name, kind = NAMES[ACCRUED_INCOME]
        with translation.override("en"):
            wanted = {code: (collective.name, Kind.ASSET), ACCRUED_INCOME: (str(name), kind)}
        opened = ledger.accounts(self.book, wanted)
        self.accrued, self.income = opened[code], opened[ACCRUED_INCOME]
