"""How the three conditions stand on a day. Pure: pieces of evidence in, states out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from federation.models import Condition, Evidence
from federation.register.papers import BASE, GENERIC, Pack

NOTICE = timedelta(days=60)
GRACE = timedelta(days=30)


class State(models.TextChoices):
    MISSING = "missing", _("nothing yet")
    WAITING = "waiting", _("to review")
    HELD = "held", _("held")
    EXPIRING = "expiring", _("expires soon")
    GRACE = "grace", _("expired, in grace")
    EXPIRED = "expired", _("expired")


GLYPHS = {
    State.MISSING: "wait",
    State.WAITING: "wait",
    State.HELD: "ok",
    State.EXPIRING: "risk",
    State.GRACE: "late",
    State.EXPIRED: "failed",
}


SHORT = {Condition.EMPLOYED: _("Employment"), Condition.GOVERNANCE: _("Governance"), Condition.VALUES: _("Co-op values")}


@dataclass(frozen=True, slots=True)
class ConditionState:
    """One condition on the day `on`: held through `until` (None: never shown), with so many pieces `waiting` for review."""

    condition: Condition
    on: date
    until: date | None
    waiting: int
    missing: tuple[str, ...] = ()

    @property
    def state(self) -> State:
        if self.until is None:
            return State.WAITING if self.waiting else State.MISSING
        if self.on > self.until + GRACE:
            return State.EXPIRED
        if self.on > self.until:
            return State.GRACE
        return State.EXPIRING if self.until - self.on <= NOTICE else State.HELD

    @property
    def is_valid(self) -> bool:
        return self.until is not None and self.on <= self.until

    @property
    def short_label(self) -> str:
        return str(SHORT[self.condition])

    @property
    def glyph(self) -> str:
        return GLYPHS[self.state]

    @property
    def days(self) -> int:
        """How far the end is: days to come, or days since."""
        return abs((self.until - self.on).days) if self.until else 0

    @property
    def grace_until(self) -> date | None:
        return self.until + GRACE if self.until else None


def conditions_on(evidence: Iterable[Evidence], on: date, *, pack: Pack = GENERIC) -> list[ConditionState]:
    """The three conditions in their usual order; each needs every piece that the country and legal form ask for (`pack`)."""
    pieces = list(evidence)
    needed: Mapping[str, tuple[str, ...]] = pack.mandatory
    own = {condition: [piece for piece in pieces if piece.condition == condition] for condition in Condition}
    return [_state_of(condition, own[condition], needed[condition], on) for condition in Condition]


def _state_of(condition: Condition, pieces: list[Evidence], needed: tuple[str, ...], on: date) -> ConditionState:
    held = [piece for piece in pieces if piece.verdict == Evidence.Verdict.HOLDS and piece.issued_on <= on]
    ends = [max((piece.expires_on for piece in held if kind_of(piece) == kind), default=None) for kind in needed]
    known = [end for end in ends if end is not None]
    missing = tuple(kind for kind, end in zip(needed, ends, strict=True) if end is None)
    waiting = sum(piece.verdict == Evidence.Verdict.WAITING for piece in pieces)
    return ConditionState(condition=condition, on=on, until=None if missing else min(known), waiting=waiting, missing=missing)


def kind_of(piece: Evidence) -> str:
    """Pieces from before kinds were asked are the usual one of their condition."""
    return piece.kind or BASE[piece.condition]


def licence_until(states: Iterable[ConditionState]) -> date | None:
    """The last day of trading, grace included: that of the condition that ends first; None while one was never shown."""
    ends = [state.grace_until for state in states]
    known = [end for end in ends if end is not None]
    return min(known) if known and len(known) == len(ends) else None
