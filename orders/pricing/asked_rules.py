"""Rules on what is asked for besides the way and the weight: kinds of stops, the doorstep, a vehicle, waiting. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from orders.pricing.facts import Arg, Facts, Line

STOPS = ("pickup", "dropoff")


@dataclass(frozen=True, slots=True)
class EachStop:
    """So much for every stop of one kind: `pickup` or `dropoff`."""

    label: str
    stop: str
    amount_cents: int

    def line(self, facts: Facts) -> Line | None:
        count = facts.pickups if self.stop == "pickup" else facts.drops
        if not count:
            return None
        args: dict[str, Arg] = {"stop": self.stop, "count": count, "each_cents": self.amount_cents}
        return Line(self.label, "each_stop", args, count * self.amount_cents)


@dataclass(frozen=True, slots=True)
class Doorstep:
    """So much for every drop that is carried up to the door of the flat."""

    label: str
    amount_cents: int

    def line(self, facts: Facts) -> Line | None:
        if not facts.doorsteps:
            return None
        args: dict[str, Arg] = {"count": facts.doorsteps, "each_cents": self.amount_cents}
        return Line(self.label, "doorstep", args, facts.doorsteps * self.amount_cents)


@dataclass(frozen=True, slots=True)
class Vehicle:
    """When this vehicle was asked for by name."""

    label: str
    vehicle: str
    amount_cents: int

    def line(self, facts: Facts) -> Line | None:
        if facts.vehicle != self.vehicle:
            return None
        return Line(self.label, "vehicle", {"vehicle": self.vehicle}, self.amount_cents)


@dataclass(frozen=True, slots=True)
class Waiting:
    """So much a minute that a courier waits at a stop beyond `free_min`, for at most `most_min` charged minutes there (0: no end).

    Nobody has waited yet when something is ordered: the line says the terms and costs nothing until then.
    """

    label: str
    each_cents: int
    free_min: int = 0
    most_min: int = 0

    def line(self, facts: Facts) -> Line | None:
        return waited(Line(self.label, "waiting", self._terms(), 0), ())

    def _terms(self) -> dict[str, Arg]:
        return {"each_cents": self.each_cents, "free_min": self.free_min, "most_min": self.most_min}


def waited(line: Line, minutes: Iterable[int]) -> Line:
    """A line of waiting with what it costs now; `minutes` were waited at each stop. The terms are the line's own."""
    each, free, most = (int(line.args.get(name) or 0) for name in ("each_cents", "free_min", "most_min"))
    beyond = [max(0, spent - free) for spent in minutes]
    charged = sum(min(spent, most) if most else spent for spent in beyond)
    return Line(line.label, line.code, {**line.args, "minutes": charged}, charged * each)
