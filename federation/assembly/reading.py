"""How the assembly's pages see it: the same for officers and for everybody who works in a member co-op."""

from dataclasses import dataclass

from collectives.models import Collective
from coopdelivery.decisions.models import Ballot, Proposal
from coopdelivery.decisions.secret import is_secret


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
