"""What a delivery costs, from facts and rules alone: no clock, no database, no Django.

Rounding: every amount is a whole number of minor units (cents); kilometres are counted when they are started.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orders.pricing.asked_rules import Doorstep, EachStop, Vehicle, Waiting
from orders.pricing.conditions import Fixed, PerUnit, Refusal, When, lines_of_drops
from orders.pricing.facts import Arg as Arg
from orders.pricing.facts import Facts as Facts
from orders.pricing.facts import Line as Line
from orders.pricing.more_rules import Limit, Maximum, Minimum, Percent, Pieces, ShortNotice, Times, Volume

METRES_IN_KM = 1000


@dataclass(frozen=True, slots=True)
class Base:
    """The pickup and the first drop."""

    label: str
    amount_cents: int

    def line(self, facts: Facts) -> Line | None:
        return Line(self.label, "base", {}, self.amount_cents)


@dataclass(frozen=True, slots=True)
class ExtraDrop:
    """Every drop after the first."""

    label: str
    amount_cents: int

    def line(self, facts: Facts) -> Line | None:
        more = facts.drops - 1
        if more <= 0:
            return None
        return Line(self.label, "extra_drop", {"count": more, "each_cents": self.amount_cents}, more * self.amount_cents)


@dataclass(frozen=True, slots=True)
class Distance:
    """Each kilometre started after the first `included_m` metres."""

    label: str
    per_km_cents: int
    included_m: int = 0

    def line(self, facts: Facts) -> Line | None:
        beyond = max(0, facts.distance_m - self.included_m)
        started = -(-beyond // METRES_IN_KM)
        code = "distance_unlocated" if facts.unlocated else "distance_estimated" if facts.distance_estimated else "distance"
        args: dict[str, Arg] = {
            "distance_m": facts.distance_m,
            "included_m": self.included_m,
            "km": started,
            "per_km_cents": self.per_km_cents,
            "unlocated": facts.unlocated,
        }
        return Line(self.label, code, args, started * self.per_km_cents)


@dataclass(frozen=True, slots=True)
class Step:
    """Up to and including `up_to_g` grams costs `amount_cents`; None is all that is heavier."""

    up_to_g: int | None
    amount_cents: int

    def holds(self, weight_g: int) -> bool:
        return self.up_to_g is None or weight_g <= self.up_to_g


@dataclass(frozen=True, slots=True)
class Weight:
    """The first step, in ascending order, that the whole weight fits in; heavier than all steps costs the last."""

    label: str
    steps: tuple[Step, ...]

    def line(self, facts: Facts) -> Line | None:
        if not self.steps:
            return None
        step = next((step for step in self.steps if step.holds(facts.weight_g)), self.steps[-1])
        code = "weight_unknown" if facts.unweighed else "weight"
        args: dict[str, Arg] = {"weight_g": facts.weight_g, "up_to_g": step.up_to_g, "unweighed": facts.unweighed}
        return Line(self.label, code, args, step.amount_cents)


@dataclass(frozen=True, slots=True)
class ParcelFee:
    """So much for each piece of one type, after the first `included`."""

    label: str
    parcel_type_id: int
    amount_cents: int
    included: int = 0

    def line(self, facts: Facts) -> Line | None:
        pieces = facts.parcels.get(self.parcel_type_id, 0)
        if not pieces:
            return None
        counted = max(0, pieces - self.included)
        args: dict[str, Arg] = {"pieces": pieces, "included": self.included, "count": counted, "each_cents": self.amount_cents}
        return Line(self.label, "parcel", args, counted * self.amount_cents)


@dataclass(frozen=True, slots=True)
class ShortWindow:
    """A promise shorter than `under_minutes`."""

    label: str
    under_minutes: int
    amount_cents: int

    def line(self, facts: Facts) -> Line | None:
        if facts.shortest_window_min >= self.under_minutes:
            return None
        args: dict[str, Arg] = {"minutes": facts.shortest_window_min, "under_minutes": self.under_minutes}
        return Line(self.label, "short_window", args, self.amount_cents)


@dataclass(frozen=True, slots=True)
class OutOfZone:
    """Each stop outside the area. A list with this rule takes such deliveries; one without refuses them."""

    label: str
    amount_cents: int

    def line(self, facts: Facts) -> Line | None:
        if not facts.outside:
            return None
        return Line(self.label, "out_of_zone", {"count": facts.outside, "each_cents": self.amount_cents}, facts.outside * self.amount_cents)


OnTheSum = Percent | Minimum | Maximum
Refusing = Limit | Refusal
Plain = Base | ExtraDrop | Distance | Weight | ParcelFee | ShortWindow | OutOfZone | Volume | Pieces | ShortNotice | Times
OnFacts = Plain | Fixed | PerUnit | EachStop | Doorstep | Vehicle | Waiting
Rule = OnFacts | OnTheSum | Refusing


@dataclass(frozen=True, slots=True)
class Given:
    """A rule with what holds around it.

    `group`: of each group only the first rule that applies is charged. `when`: it applies only then. `by_drop`: it is asked for
    each drop by itself, and its condition too; the lines say for which.
    """

    rule: Rule
    group: str = ""
    when: When | None = None
    by_drop: bool = False

    @property
    def label(self) -> str:
        return self.rule.label


@dataclass(frozen=True, slots=True)
class Traced:
    """What became of one rule: its lines, or why there are none: `unmet`, `group` (another of its group came first) or `limit`."""

    label: str
    lines: tuple[Line, ...]
    why: str = ""


def bare(rule: Rule | Given) -> Rule:
    """The rule itself, whatever holds around it."""
    return rule.rule if isinstance(rule, Given) else rule


def trace(rules: Iterable[Rule | Given], facts: Facts) -> list[Traced]:
    """Every rule in order, with what it did. The lines among them are the price."""
    told: list[Traced] = []
    groups: set[str] = set()
    above = 0
    for each in rules:
        given = each if isinstance(each, Given) else Given(each)
        lines = () if given.group in groups else tuple(_lines(given, facts, above))
        if not lines:
            refusing = isinstance(given.rule, Refusing)
            told.append(Traced(given.label, (), "group" if given.group in groups else "limit" if refusing else "unmet"))
            continue
        groups |= {given.group} if given.group else set()
        above += sum(line.amount_cents for line in lines)
        told.append(Traced(given.label, lines))
    return told


def _lines(given: Given, facts: Facts, above: int) -> list[Line]:
    rule = given.rule
    if isinstance(rule, OnTheSum):
        line = rule.line_on(above) if _applies(given, facts) else None
        return [line] if line else []
    if given.by_drop and facts.each:
        return lines_of_drops(rule.label, [rule.line(one) if _applies(given, one) else None for one in facts.each])
    line = rule.line(facts) if _applies(given, facts) else None
    return [line] if line else []


def _applies(given: Given, facts: Facts) -> bool:
    return given.when is None or given.when.holds(facts)


def price(rules: Iterable[Rule | Given], facts: Facts) -> list[Line]:
    """The lines that apply, in the order of the rules. The price before VAT is their sum, nowhere else."""
    return [line for traced in trace(rules, facts) for line in traced.lines]


def limit_broken(rules: Iterable[Rule | Given], facts: Facts) -> Refusing | None:
    """The first limit that what is asked goes beyond."""
    return next((rule for rule in map(bare, rules) if isinstance(rule, Refusing) and rule.refuses(facts)), None)


def speaks_of_outside(rules: Iterable[Rule | Given]) -> bool:
    """Whether the list itself says what happens to stops outside the area, with a price or with a sentence."""
    return any(isinstance(bare(rule), OutOfZone) or _about(rule) == "outside" for rule in rules)


def _about(rule: Rule | Given) -> str:
    inner = bare(rule)
    if isinstance(inner, Refusal):
        return inner.when.measure
    return rule.when.measure if isinstance(rule, Given) and rule.when else ""


def net_cents(lines: Sequence[Line]) -> int:
    return sum(line.amount_cents for line in lines)
