"""The members as an assembly: who votes, what they decided, what they are deciding. Needs `acting_for(collective)`."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as translated

from collectives.models import Collective, Membership, Policy, Role
from collectives.models.policy import standing
from collectives.policies import RULES, Rule
from collectives.refusals import EmptyCollege
from collectives.selectors import members
from coopdelivery.decisions.models import Ballot, Proposal
from coopdelivery.decisions.services import tallies
from coopdelivery.decisions.tally import Tally
from coopdelivery.kit.windows import day_bounds


def voters(on: date) -> list[Membership]:
    """One person, one vote: the shareholder-members of that day; while nobody is recorded as one, everybody who works here."""
    working = list(members())
    return [row for row in working if row.member_since and row.member_since <= on] or working


def colleges_of(voting: Iterable[Membership]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Those who ride and those who do not, as two colleges that must both say yes. Raises EmptyCollege."""
    riders: list[int] = []
    others: list[int] = []
    for row in voting:
        (riders if Role.COURIER in row.roles else others).append(row.person_id)
    if not riders or not others:
        raise EmptyCollege
    return ((translated("Couriers"), tuple(sorted(riders))), (translated("The others"), tuple(sorted(others))))


def vote_ends_at(last_day: date, collective: Collective) -> datetime:
    """A minute before midnight, so that the day people read is the last day of the vote."""
    return day_bounds(last_day, collective.zone)[1] - timedelta(minutes=1)


def proposals_of(collective: Collective) -> QuerySet[Proposal]:
    """The newest first."""
    return Proposal.objects.filter(collective_id=collective.pk).select_related("opened_by")


@dataclass(frozen=True, slots=True)
class ProposalRow:
    proposal: Proposal
    tally: Tally

    @property
    def glyph(self) -> str:
        return {"passed": "ok", "rejected": "failed", "withdrawn": "off"}.get(self.proposal.state, "go")

    @property
    def shares(self) -> list[tuple[int, str]]:
        return [(self.tally.votes_for, "solid"), (self.tally.votes_against, "dark"), (self.tally.abstentions, "hatch")]


def counted(proposals: Iterable[Proposal]) -> list[ProposalRow]:
    """Each with its count: one more query."""
    listed = list(proposals)
    counts = tallies(listed)
    return [ProposalRow(proposal, counts[proposal.pk]) for proposal in listed]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule as the page shows it: what holds, by which decision, what comes next, what is being discussed."""

    rule: Rule
    value: str
    policy: Policy | None
    tally: Tally | None
    coming: Policy | None
    coming_value: str
    open_proposal: Proposal | None
    review_is_due: bool


def rule_rows(collective: Collective) -> list[RuleRow]:
    """Every rule in its usual order: three queries."""
    today = collective.today()
    written = list(Policy.objects.filter(standing()).select_related("decision__opened_by").order_by("effective_on"))
    in_force = {row.key: row for row in written if row.effective_on <= today}
    coming = {row.key: row for row in reversed(written) if row.effective_on > today}
    counts = tallies({row.decision_id: row.decision for row in in_force.values()}.values())
    discussed = {
        row.settles["policy"]: row for row in proposals_of(collective).filter(state=Proposal.State.OPEN) if "policy" in row.settles
    }
    rows = [_row(rule, collective, in_force.get(rule.key), coming.get(rule.key), discussed.get(rule.key)) for rule in RULES]
    return [replace(row, tally=counts[row.policy.decision_id]) if row.policy else row for row in rows]


def _row(rule: Rule, collective: Collective, policy: Policy | None, coming: Policy | None, discussed: Proposal | None) -> RuleRow:
    currency = collective.currency
    return RuleRow(
        rule=rule,
        value=rule.in_words(rule.default if policy is None else policy.value, currency),
        policy=policy,
        tally=None,
        coming=coming,
        coming_value=rule.in_words(coming.value, currency) if coming else "",
        open_proposal=discussed,
        review_is_due=bool(policy and policy.review_on and policy.review_on <= collective.today()),
    )


@dataclass(frozen=True, slots=True)
class RollRow:
    """A person on the roll; `ballot` is None while they have not voted."""

    name: str
    initials: str
    colour: int | str
    ballot: Ballot | None
    seat: int


def roll_of(proposal: Proposal) -> list[RollRow]:
    """Everybody on the frozen list, in the order they joined, with their voice: four queries."""
    ballots = {row.seat: row for row in proposal.ballots.all()}
    people = Membership.objects.filter(person_id__in=proposal.roll).select_related("person")
    return [RollRow(row.person.name, row.person.initials, row.colour, ballots.get(row.person_id), row.person_id) for row in people]
