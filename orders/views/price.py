"""The open price: every line in words, VAT, and where the money goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from coopdelivery.kit.money import Money
from orders.models import Order, Partner, Quote
from orders.payments.rates import rates_on
from orders.payments.split import Shares, card_fee, share_out
from orders.pricing.explain import explain


@dataclass(frozen=True, slots=True)
class PriceLine:
    label: str
    reason: str
    amount: Money


class PriceCard:
    """What the price card shows: a quote, or what is missing for one."""

    def __init__(self, partner: Partner, quote: Quote | None = None, drops: int = 1, *, missing: Sequence[str] = ()) -> None:
        self.partner = partner
        self.quote = quote
        self.drops = drops
        self.missing = missing

    @cached_property
    def lines(self) -> list[PriceLine]:
        quote = self.quote
        if quote is None:
            return []
        currency = quote.currency
        return [PriceLine(x["label"], explain(x["code"], x["args"], currency), Money(x["amount_cents"], currency)) for x in quote.lines]

    @cached_property
    def shares(self) -> Shares | None:
        """Expected now; the books will say what it was."""
        quote = self.quote
        return shares_of(quote, self.partner, by_card=self.partner.terms == Partner.Terms.CARD) if quote else None

    @property
    def parts(self) -> list[tuple[float, str]]:
        shares = self.shares
        return bar_of(shares) if shares else []

    @property
    def parts_label(self) -> str:
        shares = self.shares
        return words_of(shares, self.partner.collective.name) if shares else ""


def shares_of(priced: Quote | Order, partner: Partner, *, by_card: bool) -> Shares:
    """How a price will be shared at today's rates."""
    rates = rates_on(partner.collective.today())
    net, vat = Money(priced.net_cents, priced.currency), Money(priced.vat_cents, priced.currency)
    fee = card_fee(net + vat, rates) if by_card else Money(0, priced.currency)
    return share_out(net=net, vat=vat, fee=fee, rates=rates)


def bar_of(shares: Shares) -> list[tuple[float, str]]:
    return [(shares.collective.cents, "solid"), (shares.federation.cents, "hatch"), (shares.fee.cents, "dark")]


def words_of(shares: Shares, name: str) -> str:
    return _("%(name)s %(own)s, the federation %(federation)s, payment fee %(fee)s") % {
        "name": name,
        "own": shares.collective,
        "federation": shares.federation,
        "fee": shares.fee,
    }
