"""When a rule applies: pure questions about what is asked, and rules that are made of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from orders.pricing.facts import Arg, Facts, Line

# What can be asked about; every one is a whole number of `Facts`, hours in minutes of the day.
MEASURES = (
    "distance_m",
    "weight_g",
    "volume_l",
    "pieces",
    "drops",
    "outside",
    "pickups",
    "doorsteps",
    "shortest_window_min",
    "lead_min",
    "minute",
)


@dataclass(frozen=True, slots=True)
class When:
    """A measure lies from `least` to `most`, both included; None is without end."""

    measure: str
    least: int | None = None
    most: int | None = None

    def holds(self, facts: Facts) -> bool:
        measured: int = getattr(facts, self.measure)
        return (self.least is None or measured >= self.least) and (self.most is None or measured <= self.most)


@dataclass(frozen=True, slots=True)
class Fixed:
    """So much, when its condition holds."""

    label: str
    amount_cents: int

    def line(self, facts: Facts) -> Line | None:
        return Line(self.label, "fixed", {}, self.amount_cents)


@dataclass(frozen=True, slots=True)
class Tier:
    """Each unit up to and including number `up_to` costs `each_cents`; None is all further ones."""

    up_to: int | None
    each_cents: int


@dataclass(frozen=True, slots=True)
class PerUnit:
    """Each unit of a measure that is begun, at the price of the tier in which it lies: the first ten at one price, the next at another."""

    label: str
    measure: str
    unit: int
    tiers: tuple[Tier, ...]

    def line(self, facts: Facts) -> Line | None:
        begun = -(-max(0, int(getattr(facts, self.measure))) // self.unit)
        if not begun or not self.tiers:
            return None
        args: dict[str, Arg] = {"units": begun, "unit": self.unit, "measure": self.measure}
        return Line(self.label, "per_unit", args, self._cents(begun))

    def _cents(self, begun: int) -> int:
        counted = cents = 0
        for tier in self.tiers:
            here = (begun if tier.up_to is None else min(begun, tier.up_to)) - counted
            if here > 0:
                cents, counted = cents + here * tier.each_cents, counted + here
        return cents


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is not taken when its condition holds; `sentence` is what the partner reads. It costs nothing."""

    label: str
    when: When
    sentence: str = ""

    def line(self, facts: Facts) -> Line | None:
        return None

    def refuses(self, facts: Facts) -> bool:
        return self.when.holds(facts)


def lines_of_drops(label: str, lines: Sequence[Line | None]) -> list[Line]:
    """The lines of a rule that was asked drop by drop, each saying which drop it is for (from 1)."""
    return [
        Line(label, line.code, {**line.args, "drop": number}, line.amount_cents)
        for number, line in enumerate(lines, start=1)
        if line is not None
    ]
