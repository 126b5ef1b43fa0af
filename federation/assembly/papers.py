"""Papers that delegates put in: two officers read them, each by themselves."""

from collectives.models import Collective, Standing
from coopdelivery.decisions.attempts import attempts
from coopdelivery.decisions.models import Ballot, Proposal, Proxy, Turnout
from coopdelivery.decisions.papers import Papers, enter_papers
from coopdelivery.decisions.refusals import NotOnTheRoll
from coopdelivery.people.models import Person
from federation.assembly.mandates import check_mandate
from federation.assembly.resolutions import REFUSALS
from federation.models import Delegate


def paper_delegates(proposal: Proposal) -> dict[int, Delegate]:
    """Co-ops whose paper may still be read, by name: members with a delegate, not voted, the voice not given to another co-op."""
    spent = {seat for rows in (Ballot, Turnout) for seat in rows.objects.filter(proposal=proposal).values_list("seat", flat=True)}
    away = Proxy.objects.filter(meeting__items__proposal=proposal, revoked_at=None).values_list("giver", flat=True)
    rows = Delegate.objects.filter(collective_id__in=set(proposal.roll) - spent - set(away), until=None)
    rows = rows.filter(collective__standing=Standing.MEMBER).select_related("collective", "person").order_by("collective__name", "pk")
    return {row.collective_id: row for row in rows}


def read_papers(*, proposal: Proposal, papers: Papers, by: Person) -> bool:
    """Whether they are counted now, or wait for a second officer.

    Raises ConsultationOpen, DivergesWithoutReason (a paper gives no reason), and what `papers.enter_papers` raises.
    """
    delegates = paper_delegates(proposal)
    with attempts(proposal, by=by, collective_id=None, refusals=REFUSALS):
        for collective in Collective.objects.filter(pk__in=papers.choices).order_by("pk"):
            check_mandate(motion=proposal, collective=collective, choice=papers.choices[collective.pk], reason="")
        voters = {seat: row.person for seat, row in delegates.items()}
        if not set(papers.voices) <= set(voters):
            raise NotOnTheRoll
        return enter_papers(proposal=proposal, papers=papers, voters=voters, by=by)
