"""Rules on volume, pieces, notice and times; and those on the sum of what stands above them. Pure.

Rounding of a percentage: half a minor unit and more counts as a whole one, away from zero.
"""

from dataclasses import dataclass

from orders.pricing.facts import Arg, Facts, Line

WHOLE = 10_000
SATURDAY, SUNDAY = 5, 6
DAYS = ("all", "workdays", "weekend", "sundays", "holidays")
MEASURES = ("distance_m", "weight_g", "volume_l", "pieces", "drops")


def share(cents: int, rate: int) -> int:
    """`rate` ten-thousandths of the amount, rounded half away from zero."""
    part = (abs(cents * rate) * 2 + WHOLE) // (2 * WHOLE)
    return part if cents * rate >= 0 else -part


@dataclass(frozen=True, slots=True)
class VolumeStep:
    """Up to and including `up_to_l` litres costs `amount_cents`; None is all that is bigger."""

    up_to_l: int | None
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Volume:
    """The first step, in ascending order, that the whole volume fits in; bigger than all steps costs the last."""

    label: str
    steps: tuple[VolumeStep, ...]

    def line(self, facts: Facts) -> Line | None:
        if not self.steps:
            return None
        fitting = (step for step in self.steps if step.up_to_l is None or facts.volume_l <= step.up_to_l)
        step = next(fitting, self.steps[-1])
        return Line(self.label, "volume", {"volume_l": facts.volume_l, "up_to_l": step.up_to_l}, step.amount_cents)


@dataclass(frozen=True, slots=True)
class Pieces:
    """So much a piece, whatever it is; from the `cheaper_from`-th piece on `then_cents` each (0 pieces: never)."""

    label: str
    amount_cents: int
    cheaper_from: int = 0
    then_cents: int = 0

    def line(self, facts: Facts) -> Line | None:
        if not facts.pieces:
            return None
        full = min(facts.pieces, self.cheaper_from - 1) if self.cheaper_from else facts.pieces
        cheaper = facts.pieces - full
        args: dict[str, Arg] = {"full": full, "each_cents": self.amount_cents, "cheaper": cheaper, "then_cents": self.then_cents}
        return Line(self.label, "pieces", args, full * self.amount_cents + cheaper * self.then_cents)


@dataclass(frozen=True, slots=True)
class ShortNotice:
    """Ordered less than `under_minutes` before the window begins."""

    label: str
    under_minutes: int
    amount_cents: int

    def line(self, facts: Facts) -> Line | None:
        if facts.lead_min >= self.under_minutes:
            return None
        return Line(self.label, "short_notice", {"minutes": max(0, facts.lead_min), "under_minutes": self.under_minutes}, self.amount_cents)


@dataclass(frozen=True, slots=True)
class Times:
    """The window begins on one of these days, from `from_minute` until before `until_minute`; past midnight when it ends earlier."""

    label: str
    amount_cents: int
    days: str = "all"
    from_minute: int = 0
    until_minute: int = 24 * 60

    def line(self, facts: Facts) -> Line | None:
        if not (self._day(facts) and self._hour(facts.minute)):
            return None
        return Line(self.label, "times", {"days": self.days, "from": self.from_minute, "until": self.until_minute}, self.amount_cents)

    def _day(self, facts: Facts) -> bool:
        return {
            "all": True,
            "workdays": facts.weekday < SATURDAY and not facts.holiday,
            "weekend": facts.weekday >= SATURDAY,
            "sundays": facts.weekday == SUNDAY or facts.holiday,
            "holidays": facts.holiday,
        }[self.days]

    def _hour(self, minute: int) -> bool:
        if self.from_minute <= self.until_minute:
            return self.from_minute <= minute < self.until_minute
        return minute >= self.from_minute or minute < self.until_minute


@dataclass(frozen=True, slots=True)
class Percent:
    """So many ten-thousandths of everything above; negative is a discount."""

    label: str
    rate: int

    def line_on(self, above_cents: int) -> Line | None:
        return Line(self.label, "percent", {"rate": self.rate, "above_cents": above_cents}, share(above_cents, self.rate))


@dataclass(frozen=True, slots=True)
class Minimum:
    """What is missing from everything above to this much."""

    label: str
    amount_cents: int

    def line_on(self, above_cents: int) -> Line | None:
        missing = self.amount_cents - above_cents
        return Line(self.label, "minimum", {"least_cents": self.amount_cents}, missing) if missing > 0 else None


@dataclass(frozen=True, slots=True)
class Maximum:
    """What everything above has too much over this."""

    label: str
    amount_cents: int

    def line_on(self, above_cents: int) -> Line | None:
        over = above_cents - self.amount_cents
        return Line(self.label, "maximum", {"most_cents": self.amount_cents}, -over) if over > 0 else None


@dataclass(frozen=True, slots=True)
class Limit:
    """More than `most` of a measure is not taken; `sentence` is what the partner reads. It costs nothing."""

    label: str
    measure: str
    most: int
    sentence: str = ""

    def line(self, facts: Facts) -> Line | None:
        return None

    def refuses(self, facts: Facts) -> bool:
        measured: int = getattr(facts, self.measure)
        return measured > self.most
