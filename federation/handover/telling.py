"""What both co-ops' journals say of a hand-over, and the refused attempts."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils.translation import override

from collectives.refusals import Refusal
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from federation.models import Handover

State = Handover.State
UNDER_WAY = (State.OFFERED, State.ACCEPTED, State.CUSTODY)


def record_both(name: str, handover: Handover, *, by: Person | None, **data: object) -> None:
    """The same fact for giver and receiver, each in its own journal; no address, name or telephone of anybody."""
    for own, other in ((handover.giver, handover.receiver), (handover.receiver, handover.giver)):
        journal.record(name, subject=handover.ref, collective_id=own.pk, by=by, number=handover.delivery.number, co_op=other.name, **data)


@contextmanager
def attempts(*, subject: object, collective_id: int, act: str, by: Person) -> Iterator[None]:
    """What is refused inside leaves its trace in the journal of who tried, and is raised again."""
    try:
        yield
    except Refusal as refusal:
        with transaction.atomic(), override("en"):
            facts = {"act": act, "why": type(refusal).__name__}
            journal.record("handover.attempted", subject=subject, collective_id=collective_id, by=by, **facts)
        raise
