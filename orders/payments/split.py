"""Where the money of one order goes. Pure: amounts in, amounts out, to the cent."""

from dataclasses import dataclass

from coopdelivery.kit.money import Money


@dataclass(frozen=True, slots=True)
class Rates:
    """What the members decided, in ten-thousandths (2 % is 200) and minor units.

    `contribution` is the federation's share of the value added; `value_added` is the part of the price before VAT that counts as such.
    `card` and `card_fixed_cents` estimate the fee of a card payment until Stripe tells the real one.
    """

    contribution: int
    value_added: int
    card: int
    card_fixed_cents: int


@dataclass(frozen=True, slots=True)
class Shares:
    """`vat + fee + federation + collective` is exactly `gross`."""

    gross: Money
    vat: Money
    fee: Money
    value_added: Money
    federation: Money
    collective: Money


def card_fee(gross: Money, rates: Rates) -> Money:
    """The expected fee of a card payment, never more than the payment."""
    fee = gross.share(rates.card) + Money(rates.card_fixed_cents, gross.currency)
    return min(fee, gross)


def share_out(*, net: Money, vat: Money, fee: Money, rates: Rates) -> Shares:
    """VAT and fee are facts, the federation's part is rounded half up, the collective has all that is left."""
    value_added = net.share(rates.value_added)
    federation = value_added.share(rates.contribution)
    return Shares(net + vat, vat, fee, value_added, federation, net - fee - federation)
