"""Money in whole minor units. Nothing here rounds silently: a division says where the odd cents go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.formats import number_format
from django.utils.translation import get_language

SYMBOLS = {
    "EUR": "€",
    "CHF": "CHF",
    "MXN": "MX$",
    "GBP": "£",
    "USD": "US$",
    "CAD": "CA$",
    "DKK": "kr",
    "ARS": "AR$",
    "CLP": "CLP",
    "JPY": "¥",
}
NBSP = "\N{NO-BREAK SPACE}"
NO_MINOR_UNIT = {"CLP", "JPY", "KRW", "XAF", "XOF"}


class CurrencyMismatch(ValueError):
    """Two currencies in one sum."""


def minor_digits(currency: str) -> int:
    """How many decimals the currency has: 2 for EUR, 0 for CLP."""
    return 0 if currency in NO_MINOR_UNIT else 2


def round_half_up(value: Fraction) -> int:
    """The nearest whole number; exact halves go away from zero."""
    whole = (abs(value) + Fraction(1, 2)).__floor__()
    return whole if value >= 0 else -whole


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (`cents`) of an ISO 4217 `currency`."""

    cents: int
    currency: str

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.cents + other.cents, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.cents - other.cents, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.cents, self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.cents * times, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.cents < other.cents

    def __bool__(self) -> bool:
        return self.cents != 0

    def share(self, per_ten_thousand: int) -> "Money":
        """That many ten-thousandths of the amount (2 % is 200), halves away from zero."""
        return Money(round_half_up(Fraction(self.cents * per_ten_thousand, 10_000)), self.currency)

    def split(self, weights: Sequence[int]) -> list["Money"]:
        """Parts in proportion to `weights` whose sum is exactly this amount; odd cents go to the largest remainders, first come first."""
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("weights must be zero or more, and not all zero")
        exact = [Fraction(self.cents * weight, total) for weight in weights]
        floors = [value.__floor__() for value in exact]
        odd = self.cents - sum(floors)
        by_remainder = sorted(range(len(weights)), key=lambda i: (floors[i] - exact[i], i))
        for i in by_remainder[:odd]:
            floors[i] += 1
        return [Money(cents, self.currency) for cents in floors]

    def plain(self) -> str:
        """`-12.34`: for files that machines read."""
        digits = minor_digits(self.currency)
        if not digits:
            return str(self.cents)
        sign = "-" if self.cents < 0 else ""
        return f"{sign}{abs(self.cents) // 100}.{abs(self.cents) % 100:02d}"

    def format(self) -> str:
        """`11,74 €` or `€11.74`, in the active language, with a real minus and no line break inside."""
        digits = minor_digits(self.currency)
        number = number_format(
            Decimal(Money(abs(self.cents), self.currency).plain()), decimal_pos=digits, use_l10n=True, force_grouping=True
        )
        sign = "−" if self.cents < 0 else ""
        symbol = SYMBOLS.get(self.currency, self.currency)
        if (get_language() or "en").startswith("en"):
            gap = "" if len(symbol) == 1 or symbol.endswith("$") else NBSP
            return f"{sign}{symbol}{gap}{number}"
        return f"{sign}{number}{NBSP}{symbol}"

    def __str__(self) -> str:
        return self.format()


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum; `currency` names the zero of an empty sum."""
    result = Money(0, currency)
    for amount in amounts:
        result += amount
    return result
