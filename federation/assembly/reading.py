"""How the assembly's pages see it: the same for officers and for everybody who works in a member co-op."""

from dataclasses import dataclass

from collectives.models import Collective
from coopdelivery.decisions.models import Ballot, Proposal


@dataclass(frozen=True, slots=True)
class VoiceRow:
    """A co-op on the roll; `ballot` is None while it has not voted. The delegates' votes are open: they answer for them at home."""

    collective: Collective
    ballot: Ballot | None


def roll_of_co_ops(proposal: Proposal) -> list[VoiceRow]:
    """In the alphabet's order, never by size: two queries."""
    ballots = {row.seat: row for row in proposal.ballots.select_related("voter")}
    return [VoiceRow(row, ballots.get(row.pk)) for row in Collective.objects.filter(pk__in=proposal.roll).order_by("name", "pk")]
