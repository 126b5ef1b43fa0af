"""The rows of votes → counts. Nothing here changes a row."""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from coopdelivery.decisions.models import Ballot, Proposal, SecretBallot, Turnout
from coopdelivery.decisions.tally import Rule, Tally, rule_from, tally, tally_by_seat


def tally_of(proposal: Proposal) -> Tally:
    """The count so far, or the result."""
    return tallies([proposal])[proposal.pk]


def tallies(proposals: Iterable[Proposal], *, final: bool = False) -> dict[int, Tally]:
    """Counts of many proposals by their id: one query. Secret ballots are counted when a vote is over, or for its `final` count."""
    listed = list(proposals)
    choices: dict[int, dict[int, str]] = {row.pk: {} for row in listed}
    for pk, seat, choice in Ballot.objects.filter(proposal__in=listed).values_list("proposal_id", "seat", "choice"):
        choices[pk][seat] = choice
    counts = {row.pk: tally_by_seat(choices[row.pk], roll=len(row.roll), rule=rule_of(row)) for row in listed}
    secret = [row for row in listed if rule_of(row).secret]
    return counts | _secret_tallies(secret, final=final) if secret else counts


def _secret_tallies(listed: list[Proposal], *, final: bool) -> dict[int, Tally]:
    """While a vote is open, only how many voted; then what the published ballots say: two queries."""
    sealed = [] if final else [row.pk for row in listed if row.is_open]
    counted = [row.ref for row in listed if row.pk not in sealed]
    choices: dict[UUID, list[str]] = {row.ref: [] for row in listed}
    for ref, choice in SecretBallot.objects.filter(proposal_ref__in=counted).order_by().values_list("proposal_ref", "choice"):
        choices[ref].append(choice)
    turnout = Counter(Turnout.objects.filter(proposal__in=listed).values_list("proposal_id", flat=True))
    return {
        row.pk: Tally(0, 0, 0, len(row.roll), rule_of(row), sealed=turnout[row.pk])
        if row.pk in sealed
        else tally(choices[row.ref], roll=len(row.roll), rule=rule_of(row))
        for row in listed
    }


def rule_of(proposal: Proposal) -> Rule:
    """When this proposal passes."""
    return rule_from(proposal.rule, quorum_percent=proposal.quorum_percent)
