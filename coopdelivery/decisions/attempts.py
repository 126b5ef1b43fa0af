"""A refused attempt leaves its trace in the journal, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from coopdelivery.decisions.models import Meeting, Proposal
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person


@contextmanager
def attempts(proposal: Proposal, *, by: Person, collective_id: int | None, refusals: tuple[type[Exception], ...]) -> Iterator[None]:
    """What is refused inside, about a vote, is written down and raised again."""
    try:
        yield
    except refusals as refusal:
        note_refused_vote(proposal, refusal, by=by, collective_id=collective_id)
        raise


def note_refused_vote(proposal: Proposal, refusal: Exception, *, by: Person, collective_id: int | None) -> None:
    with transaction.atomic():
        facts = {"number": proposal.number, "why": type(refusal).__name__}
        journal.record("vote.refused", subject=proposal.ref, collective_id=collective_id, by=by, **facts)


def note_refused_step(meeting: Meeting, refusal: Exception, *, by: Person, collective_id: int | None) -> None:
    with transaction.atomic():
        facts = {"label": meeting.title, "why": type(refusal).__name__}
        journal.record("assembly.refused", subject=meeting.ref, collective_id=collective_id, by=by, **facts)
