"""Counting votes. Pure: choices and a rule in, result out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

BASES = ("expressed", "cast", "roll")


@dataclass(frozen=True, slots=True)
class Rule:
    """When a vote passes, as data: `quorum` of the roll must vote, `majority` of the `base` must be for.

    `base` is `expressed` (for and against), `cast` (with abstentions) or `roll`. A majority of one half must be exceeded, any other
    must be reached. `second_quorum` holds at a second call. Fractions are exact: a third of 14 is 5.
    `colleges` are (name, seats): besides the whole, each of them must say yes by the same majority of its own voices.
    """

    quorum: Fraction = Fraction(1, 3)
    majority: Fraction = Fraction(1, 2)
    base: str = "expressed"
    second_quorum: Fraction = Fraction(0)
    secret: bool = False
    consent: bool = False
    round: int = 1  # of a consent process
    colleges: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def as_data(self) -> dict[str, Any]:
        """What is kept beside the vote."""
        shares = {name: str(getattr(self, name)) for name in ("quorum", "majority", "second_quorum")}
        own = {"colleges": [[name, list(seats)] for name, seats in self.colleges]} if self.colleges else {}
        return {**shares, "base": self.base, "secret": self.secret, "consent": self.consent, "round": self.round, **own}

    def for_second_call(self) -> "Rule":
        return replace(self, quorum=self.second_quorum)


def rule_from(data: Mapping[str, Any] | None, *, quorum_percent: int) -> Rule:
    """The rule kept as data; without one, more for than against with a quorum in percent. Raises ValueError for what makes no sense."""
    if not data:
        return Rule(quorum=Fraction(quorum_percent, 100))
    if data.get("base") not in BASES:
        raise ValueError(f"no base {data.get('base')!r}")
    shares: dict[str, Any] = {name: Fraction(data[name]) for name in ("quorum", "majority", "second_quorum")}
    if not all(0 <= share <= 1 for share in shares.values()):
        raise ValueError(f"a share lies between nothing and all: {shares}")
    colleges = tuple((str(name), tuple(seats)) for name, seats in data.get("colleges", ()))
    if colleges and data.get("secret"):
        raise ValueError("secret ballots carry no college")
    rule = Rule(**shares, base=str(data["base"]), round=data.get("round", 1), colleges=colleges)
    return replace(rule, secret=bool(data.get("secret")), consent=bool(data.get("consent")))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many voices went where, out of `roll` who could vote. Abstentions count for the quorum."""

    votes_for: int
    votes_against: int
    abstentions: int
    roll: int
    rule: Rule
    sealed: int = 0  # secret ballots that nobody has counted yet
    colleges: "tuple[tuple[str, Tally], ...]" = ()

    @property
    def cast(self) -> int:
        return self.votes_for + self.votes_against + self.abstentions + self.sealed

    @property
    def missing(self) -> int:
        return self.roll - self.cast

    @property
    def quorum(self) -> int:
        """How many voices are needed: the share of the roll, rounded up, and never fewer than one."""
        needed = self.roll * self.rule.quorum
        return max(1, -(-needed.numerator // needed.denominator))

    @property
    def has_quorum(self) -> bool:
        return self.cast >= self.quorum

    @property
    def is_complete(self) -> bool:
        return self.missing <= 0

    @property
    def passes(self) -> bool:
        """Quorum reached, and the majority too; by consent, no objection stands. A draw does not pass."""
        if self.rule.consent:
            return self.has_quorum and not self.votes_against
        base = {"expressed": self.votes_for + self.votes_against, "cast": self.cast, "roll": self.roll}[self.rule.base]
        needed = base * self.rule.majority
        enough = self.votes_for > needed if self.rule.majority == Fraction(1, 2) else self.votes_for >= needed and self.votes_for > 0
        return self.has_quorum and enough and all(count.agrees for _name, count in self.colleges)

    @property
    def agrees(self) -> bool:
        """Whether the majority of these voices is for, whatever their number."""
        return Tally(self.votes_for, self.votes_against, self.abstentions, self.roll, replace(self.rule, quorum=Fraction(0))).passes


def tally_by_seat(choices: Mapping[int, str], *, roll: int, rule: Rule) -> Tally:
    """The count of open ballots, with that of each college."""
    whole = tally(choices.values(), roll=roll, rule=rule)
    own = replace(rule, colleges=())
    colleges = (
        (name, tally([choices[seat] for seat in seats if seat in choices], roll=len(seats), rule=own)) for name, seats in rule.colleges
    )
    return replace(whole, colleges=tuple(colleges))


def tally(choices: Iterable[str], *, roll: int, quorum_percent: int = 33, rule: Rule | None = None) -> Tally:
    """Count `for`, `against` and `abstain`."""
    count = Counter(choices)
    return Tally(count["for"], count["against"], count["abstain"], roll, rule or rule_from(None, quorum_percent=quorum_percent))


def passing_turnouts(turnouts: Iterable[int], *, roll: int, quorum: Fraction) -> int:
    """A simulation: how many past votes, with so many voices each, would have reached this quorum."""
    return sum(Tally(voices, 0, 0, roll, Rule(quorum=quorum)).has_quorum for voices in turnouts)
