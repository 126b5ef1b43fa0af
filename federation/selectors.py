"""Questions about the register. Federation rows need no collective's scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from collectives.models import Collective, Standing
from federation.models import Dossier, Evidence, Review, StandingChange
from federation.register.conditions import ConditionState, State, conditions_on
from federation.register.papers import Pack
from federation.register.standing import pack_for

LISTED = (Standing.MEMBER, Standing.TRIAL)
ENDING = {State.EXPIRING, State.GRACE}
FILTERS = ("all", "expiring", "lapsed", "trial", "left")
Steps = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One dossier with its three conditions today."""

    dossier: Dossier
    conditions: list[ConditionState]
    evidence: list[Evidence]
    since: datetime | None

    @property
    def collective(self) -> Collective:
        return self.dossier.collective

    @property
    def pack(self) -> Pack:
        return pack_for(self.collective)

    @property
    def glyph(self) -> str:
        return {Standing.MEMBER: "ok", Standing.TRIAL: "go", Standing.LAPSED: "failed"}.get(Standing(self.collective.standing), "wait")

    @property
    def votes(self) -> int:
        """One co-op, one vote; on trial one speaks and does not vote."""
        return int(self.collective.standing == Standing.MEMBER)

    @property
    def to_review(self) -> int:
        return sum(piece.verdict == Evidence.Verdict.WAITING for piece in self.evidence)

    def belongs(self, key: str) -> bool:
        """Whether the filter `key` keeps this row."""
        standing, states = self.collective.standing, {condition.state for condition in self.conditions}
        return {
            "all": standing not in {Standing.APPLICANT, Standing.LEFT},
            "expiring": standing in LISTED and bool(states & ENDING),
            "lapsed": standing == Standing.LAPSED,
            "trial": standing == Standing.TRIAL,
            "left": standing == Standing.LEFT,
        }[key]

    @property
    def order(self) -> tuple[int, str]:
        """What needs somebody comes first, then the alphabet: never a ranking."""
        urgent = 0 if self.belongs("lapsed") else 1 if self.belongs("expiring") else 2
        return urgent, self.collective.name.casefold()


def dossiers() -> QuerySet[Dossier]:
    """With everything a page shows of them."""
    reviews = Prefetch("reviews", Review.objects.select_related("reviewer", "home"))
    evidence = Prefetch("evidence", Evidence.objects.select_related("added_by", "reviewer").prefetch_related(reviews))
    changes = Prefetch("changes", StandingChange.objects.select_related("by", "resolution"))
    return Dossier.objects.select_related("collective").prefetch_related(evidence, changes)


def register_rows() -> list[RegisterRow]:
    """The whole register: four queries, whatever its length."""
    return sorted((row_of(dossier) for dossier in dossiers()), key=lambda row: row.order)


def row_of(dossier: Dossier) -> RegisterRow:
    evidence = list(dossier.evidence.all())
    changes: list[StandingChange] = list(dossier.changes.all())
    since = next((change.at for change in changes if change.after == dossier.collective.standing), None)
    return RegisterRow(dossier, conditions_on(evidence, dossier.collective.today(), pack=pack_for(dossier.collective)), evidence, since)


def matching(rows: list[RegisterRow], *, text: str, only: str) -> list[RegisterRow]:
    """Those the filter keeps whose name, town or country holds the text."""
    wanted = text.casefold().strip()
    return [row for row in rows if row.belongs(only) and wanted in searched(row.collective)]


def searched(collective: Collective) -> str:
    return f"{collective.name} {collective.city} {collective.country} {collective.legal_form}".casefold()


def counts_of(rows: list[RegisterRow]) -> Mapping[str, int]:
    """How many rows each filter keeps."""
    return {key: sum(row.belongs(key) for row in rows) for key in FILTERS}


def to_review(rows: list[RegisterRow]) -> list[RegisterRow]:
    """Applicants, and whoever sent a piece that nobody looked at yet, the oldest dossier first."""
    waiting = [row for row in rows if row.collective.standing == Standing.APPLICANT or row.to_review]
    return sorted(waiting, key=lambda row: (row.dossier.opened_at, row.dossier.pk))


def directory() -> QuerySet[Collective]:
    """Members and collectives on trial, by town."""
    return Collective.objects.filter(standing__in=LISTED).order_by("city", "name")


def steps_of(row: RegisterRow) -> Steps:
    """The thread of a dossier: (key, state) with state done, now or empty."""
    standing = row.collective.standing
    reached = {
        "contact": True,
        "evidence": all(condition.until or condition.waiting for condition in row.conditions),
        "review": all(condition.is_valid for condition in row.conditions),
        "trial": standing in {Standing.TRIAL, Standing.MEMBER, Standing.LAPSED},
        "member": standing == Standing.MEMBER,
    }
    if standing in {Standing.TRIAL, Standing.MEMBER}:
        reached |= {"evidence": True, "review": True}
    steps: Steps = []
    for key, done in reached.items():
        so_far = all(state == "done" for _key, state in steps)
        steps.append((key, "done" if done and so_far else "now" if so_far else ""))
    return steps
