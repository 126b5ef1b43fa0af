"""What this floor keeps about a person: votes stay counted, their words go when the person is erased."""

from coopdelivery.decisions.models import Ballot, Proposal, Turnout
from coopdelivery.people.models import Person
from coopdelivery.people.privacy import eraser, exports


@exports("votes")
def votes_of(person: Person) -> list[dict[str, object]]:
    rows = Ballot.objects.filter(voter=person).order_by("id")
    return [dict(row) for row in rows.values("proposal__number", "proposal__title", "choice", "reason", "cast_at")]


@exports("secret_votes_taken_part_in")
def turnout_of(person: Person) -> list[dict[str, object]]:
    """That they voted; what, nobody can know."""
    rows = Turnout.objects.filter(voter=person).order_by("id")
    return [dict(row) for row in rows.values("proposal__number", "proposal__title")]


@exports("proposals")
def proposals_of(person: Person) -> list[dict[str, object]]:
    rows = Proposal.objects.filter(opened_by=person).order_by("id")
    return [dict(row) for row in rows.values("number", "title", "text", "state", "opened_at", "decided_at")]


@eraser
def forget(person: Person) -> None:
    """A result must stay what it was, so the vote stays, without its reason."""
    Ballot.objects.filter(voter=person).update(reason="")
