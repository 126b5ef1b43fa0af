"""What a co-op's members told their delegate: asked before the vote, shown beside it, and a vote against it explains itself."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from collectives.assembly import voters
from collectives.models import Collective
from collectives.tenancy import acting_for
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Ballot, Proposal
from coopdelivery.decisions.tally import Tally
from coopdelivery.people.models import Person
from federation.assembly.refusals import AlreadyConsulted, ConsultationOpen, DivergesWithoutReason


@dataclass(frozen=True, slots=True)
class Mandate:
    """The consultation of one co-op about one motion, with its count; the minority's reasons go with it."""

    consultation: Proposal
    tally: Tally
    minority: list[str]

    @property
    def choice(self) -> str:
        """What the members said: for, against, or (a draw, or too few) nothing."""
        if not self.tally.has_quorum or self.tally.votes_for == self.tally.votes_against:
            return ""
        return str(Ballot.Choice.FOR if self.tally.votes_for > self.tally.votes_against else Ballot.Choice.AGAINST)

    def diverges(self, choice: str) -> bool:
        return bool(self.choice) and choice != self.choice


def consult(*, motion: Proposal, collective: Collective, closes_at: datetime, by: Person) -> Proposal:
    """Ask everybody who votes in the co-op. Raises AlreadyConsulted, EmptyRoll, EndsTooSoon."""
    if consultation_of(motion, collective) is not None:
        raise AlreadyConsulted
    with acting_for(collective), translation.override(collective.language):
        roll = [row.person_id for row in voters(collective.today())]
        title = _("Mandate for %(number)s: %(title)s") % {"number": motion.number, "title": motion.title}
    return decisions.open_proposal(
        collective_id=collective.pk,
        title=title[:160],
        text=motion.text,
        roll=roll,
        by=by,
        settles={"consults": str(motion.ref)},
        closes_at=closes_at,
    )


def consultation_of(motion: Proposal, collective: Collective) -> Proposal | None:
    rows = Proposal.objects.filter(collective_id=collective.pk, settles={"consults": str(motion.ref)})
    return rows.exclude(state=Proposal.State.WITHDRAWN).first()


def mandate_of(motion: Proposal, collective: Collective) -> Mandate | None:
    """None while nobody was asked, or the members are still voting."""
    found = consultation_of(motion, collective)
    if found is None or found.is_open:
        return None
    count = decisions.tally_of(found)
    lost = Ballot.Choice.AGAINST if count.votes_for > count.votes_against else Ballot.Choice.FOR
    reasons = found.ballots.filter(choice=lost).exclude(reason="").order_by("pk").values_list("reason", flat=True)
    return Mandate(found, count, list(reasons))


def check_mandate(*, motion: Proposal, collective: Collective, choice: str, reason: str) -> bool:
    """Whether the vote goes against what the members said. Raises ConsultationOpen, DivergesWithoutReason."""
    asked = consultation_of(motion, collective)
    if asked is not None and asked.is_open:
        raise ConsultationOpen(number=asked.number)
    mandate = mandate_of(motion, collective)
    diverges = mandate is not None and mandate.diverges(choice)
    if diverges and not reason.strip():
        raise DivergesWithoutReason
    return diverges
