"""How a member's voice comes in: by themselves, by somebody who carries it, or on paper. Needs `acting_for(collective)`."""

from dataclasses import dataclass

from collectives.models import Membership
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.attempts import attempts
from coopdelivery.decisions.models import Ballot, Item, Proposal, Proxy, Turnout
from coopdelivery.decisions.papers import Papers, enter_papers
from coopdelivery.decisions.proxies import carried_by, may_cast
from coopdelivery.decisions.refusals import NoProxy, Refusal
from coopdelivery.decisions.secret import cast_secretly, is_secret
from coopdelivery.people.models import Person


@dataclass(frozen=True, slots=True)
class Cast:
    """`code` is told once, for a secret ballot only."""

    code: str = ""


def item_of(proposal: Proposal) -> Item | None:
    """The point of an assembly's agenda that this vote is about, if it is one."""
    return Item.objects.filter(proposal=proposal).select_related("meeting").first()


def cast_vote(*, proposal: Proposal, by: Person, choice: str, reason: str = "", seat: int | None = None) -> Cast:
    """One's own voice, or that of `seat`, carried in an assembly. A refusal is written in the journal.

    Raises VoiceGivenAway, NoProxy, NotOnTheRoll, UnknownChoice, BareObjection, AlreadyVoted, VoteClosed.
    """
    whose = by.pk if seat is None else seat
    with attempts(proposal, by=by, collective_id=proposal.collective_id, refusals=(Refusal,)):
        item = item_of(proposal)
        if item is not None:
            may_cast(item=item, seat=whose, caster=by.pk)
        elif whose != by.pk:
            raise NoProxy
        if is_secret(proposal):
            return Cast(cast_secretly(proposal=proposal, by=by, choice=choice, seat=whose))
        decisions.cast(proposal=proposal, by=by, choice=choice, reason=reason, seat=whose)
        return Cast()


def carried(proposal: Proposal, person: Person) -> dict[int, str]:
    """Seats whose voice this person carries on the vote, with their names; those that were cast in secret already are left out."""
    item = item_of(proposal)
    seats = set(carried_by(person.pk, item)) if item is not None else set()
    return _names(seats - _spent(proposal, secretly=True)) if seats else {}


def paper_seats(proposal: Proposal) -> dict[int, str]:
    """Whose papers may still be read: on the roll, not voted, the voice not given to somebody else."""
    item = item_of(proposal)
    away = set(Proxy.objects.filter(meeting=item.meeting, revoked_at=None).values_list("giver", flat=True)) if item is not None else set()
    return _names(set(proposal.roll) - away - _spent(proposal))


def read_papers(*, proposal: Proposal, papers: Papers, by: Person) -> bool:
    """Whether they are counted now, or wait for a second teller. Raises what `papers.enter_papers` raises, written in the journal."""
    voters = Person.objects.in_bulk(papers.voices)
    with attempts(proposal, by=by, collective_id=proposal.collective_id, refusals=(Refusal,)):
        return enter_papers(proposal=proposal, papers=papers, voters=voters, by=by)


def _spent(proposal: Proposal, *, secretly: bool = False) -> set[int]:
    kept = (Turnout,) if secretly else (Turnout, Ballot)
    return {seat for rows in kept for seat in rows.objects.filter(proposal=proposal).values_list("seat", flat=True)}


def _names(seats: set[int]) -> dict[int, str]:
    rows = Membership.objects.filter(person_id__in=seats).select_related("person").order_by("person__name", "pk")
    return {row.person_id: row.person.name for row in rows}
