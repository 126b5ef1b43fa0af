"""How the assembly's pages see it: the same for officers and for everybody who works in a member co-op."""

from collections.abc import Iterable
from dataclasses import dataclass

from collectives.assembly import ProposalRow, counted
from collectives.models import Collective
from coopdelivery.decisions.models import Ballot, Item, Meeting, Proposal, Proxy
from coopdelivery.decisions.secret import is_secret
from coopdelivery.decisions.tally import Tally, rule_from


@dataclass(frozen=True, slots=True)
class VoiceRow:
    """A co-op on the roll; `ballot` is None while it has not voted. The delegates' votes are open: they answer for them at home.

    In an election they are secret: then there is no ballot, only whether it `voted`.
    """

    collective: Collective
    ballot: Ballot | None
    voted: bool = False


def roll_of_co_ops(proposal: Proposal) -> list[VoiceRow]:
    """In the alphabet's order, never by size: two queries, three for an election."""
    ballots = {row.seat: row for row in proposal.ballots.select_related("voter")}
    voted = set(proposal.turnout.values_list("seat", flat=True)) if is_secret(proposal) else set()
    rows = Collective.objects.filter(pk__in=proposal.roll).order_by("name", "pk")
    return [VoiceRow(row, ballots.get(row.pk), voted=row.pk in voted) for row in rows]


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands at the head of an assembly. `quorum` is empty without a roll or a vote, and a span when the points differ."""

    days_before: int
    quorum: str
    proxies: int


def facts_of(meeting: Meeting, items: Iterable[Item]) -> Facts | None:
    """None before the convening; else one query."""
    if meeting.convened_at is None:
        return None
    rules = [rule_from(item.rule, quorum_percent=33) for item in items if item.kind != Item.Kind.INFORMATION]
    needed = {Tally(0, 0, 0, len(meeting.roll), rule).quorum for rule in rules} if meeting.roll else set()
    quorum = "–".join(str(voices) for voices in sorted({min(needed), max(needed)})) if needed else ""
    return Facts((meeting.begins_at - meeting.convened_at).days, quorum, _voices_carried(meeting))


def _voices_carried(meeting: Meeting) -> int:
    return Proxy.objects.filter(meeting=meeting, revoked_at=None).order_by().values("giver").distinct().count()


def votes_on(items: Iterable[Item]) -> dict[int, ProposalRow]:
    """By item: its vote with the count, of those that have one. One query for all."""
    voted = [item for item in items if item.proposal is not None]
    rows = counted(item.proposal for item in voted if item.proposal is not None)
    return dict(zip((item.pk for item in voted), rows, strict=True))
