"""What this floor keeps about a person: votes stay counted, their words go when the person is erased."""

from coopdelivery.decisions.models import Amendment, Ballot, PaperSheet, Proposal, Signature, Turnout
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


@exports("minutes_signed")
def signatures_of(person: Person) -> list[dict[str, object]]:
    return [dict(row) for row in Signature.objects.filter(person=person).order_by("id").values("meeting__title", "role", "sha256", "at")]


@exports("papers_entered")
def papers_of(person: Person) -> list[dict[str, object]]:
    """As a teller: for which votes; what others voted is not theirs."""
    rows = PaperSheet.objects.filter(teller=person).order_by("id")
    return [dict(row) for row in rows.values("proposal__number", "proposal__title", "entered_at")]


@exports("amendments")
def amendments_of(person: Person) -> list[dict[str, object]]:
    return [dict(row) for row in Amendment.objects.filter(by=person).order_by("id").values("item__title", "text", "why", "at", "state")]


@exports("proposals")
def proposals_of(person: Person) -> list[dict[str, object]]:
    rows = Proposal.objects.filter(opened_by=person).order_by("id")
    return [dict(row) for row in rows.values("number", "title", "text", "state", "opened_at", "decided_at")]


@eraser
def forget(person: Person) -> None:
    """A result must stay what it was, so the vote stays, without its reason."""
    Ballot.objects.filter(voter=person).update(reason="")
