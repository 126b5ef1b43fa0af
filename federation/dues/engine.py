"""How much a co-op owes the federation. Pure: amounts in, amounts out; no clock, no database.

Dues are a contribution and no subscription: a share of value added (production and margin, less what was bought from others), so that a
co-op is never charged for what it passes on. Source of the base: the French intermediate management balances.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from coopdelivery.kit.money import Money, total

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Terms:
    """What the assembly decided: `rate` in ten-thousandths of value added, never below `floor`, never above `cap` (None: no cap)."""

    rate: int
    floor: Money
    cap: Money | None = None


def value_added(production: Money, margin: Money, bought: Money) -> Money:
    """Production and trade margin, less what others supplied. It may be below zero."""
    return production + margin - bought


def dues_of(added: Money, terms: Terms) -> Money:
    """A year's dues. Value added below zero counts as zero, so the floor is the least."""
    share = max(added, Money(0, added.currency)).share(terms.rate)
    share = max(share, terms.floor)
    return share if terms.cap is None else min(share, terms.cap)


def monthly(year: Money) -> list[Money]:
    """Twelve provisional calls whose sum is exactly the year's."""
    return year.split([1] * MONTHS)


def true_up(due: Money, called: Iterable[Money]) -> Money:
    """What is still to call (or, below zero, to give back) once the year's accounts are known."""
    return due - total(called, due.currency)


@dataclass(frozen=True, slots=True)
class Instalments:
    """A payment plan: so many equal parts of an amount, one a month."""

    amount: Money
    parts: int

    def due(self, months: int) -> Money:
        """How much of it is due once so many months have begun."""
        return total(self.amount.split([1] * self.parts)[: max(months, 0)], self.amount.currency)
