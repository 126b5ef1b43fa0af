"""How a proposal comes to be: put to the vote, or written down when it was decided elsewhere."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import timezone

from coopdelivery.decisions.models import Proposal
from coopdelivery.decisions.refusals import EmptyRoll, EndsTooSoon
from coopdelivery.decisions.tally import Rule
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person

State = Proposal.State
TRIES = 5


def open_proposal(
    *,
    collective_id: int | None,
    title: str,
    text: str,
    roll: Iterable[int],
    by: Person,
    settles: dict[str, Any] | None = None,
    closes_at: datetime | None = None,
    quorum_percent: int = 33,
    rule: Rule | None = None,
) -> Proposal:
    """Start a vote of the seats in `roll` (people, or member collectives in the federation), frozen now; `settles` follows when it passes.

    Without `closes_at` it closes when everybody voted. Raises EmptyRoll, EndsTooSoon.
    """
    voters = sorted(set(roll))
    if not voters:
        raise EmptyRoll
    if closes_at is not None and closes_at <= timezone.now():
        raise EndsTooSoon
    proposal = Proposal(
        collective_id=collective_id,
        title=title.strip(),
        text=text.strip(),
        roll=voters,
        quorum_percent=quorum_percent,
        opened_by=by,
        closes_at=closes_at,
        settles=settles or {},
        rule=rule.as_data() if rule else None,
    )
    with transaction.atomic():
        _number(proposal)
        journal.record(
            "proposal.opened", subject=proposal.ref, collective_id=collective_id, by=by, number=proposal.number, label=proposal.title
        )
    return proposal


def record_assembly(
    *,
    collective_id: int | None,
    title: str,
    text: str,
    roll: Iterable[int],
    on: date,
    zone: ZoneInfo,
    settles: dict[str, Any],
    by: Person,
) -> Proposal:
    """Write down what an assembly decided on the local day `on`, before or outside votes held here; `by` answers for it."""
    at = datetime.combine(on, time(12), tzinfo=zone)
    proposal = Proposal(
        collective_id=collective_id,
        title=title,
        text=text,
        state=State.PASSED,
        manner=Proposal.Manner.ASSEMBLY,
        roll=sorted(set(roll)),
        opened_by=by,
        opened_at=at,
        decided_at=at,
        settles=settles,
    )
    with transaction.atomic():
        _number(proposal)
        announce(proposal, by)
    return proposal


def record_urgent(*, collective_id: int | None, title: str, reason: str, settles: dict[str, Any], by: Person) -> Proposal:
    """Write down what one person decided alone because it could not wait; what follows from it ends by itself."""
    now = timezone.now()
    proposal = Proposal(
        collective_id=collective_id,
        title=title,
        text=reason,
        state=State.PASSED,
        manner=Proposal.Manner.URGENT,
        roll=[by.pk],
        opened_by=by,
        opened_at=now,
        decided_at=now,
        settles=settles,
    )
    with transaction.atomic():
        _number(proposal)
        announce(proposal, by)
    return proposal


def _number(proposal: Proposal) -> None:
    """Save under the next number: D-1, D-2… in a collective, F-1… in the federation. Somebody else may take it meanwhile."""
    letter = "F" if proposal.collective_id is None else "D"
    for attempt in range(1, TRIES + 1):
        proposal.number = f"{letter}-{Proposal.objects.filter(collective_id=proposal.collective_id).count() + 1}"
        try:
            with transaction.atomic():
                proposal.save(force_insert=True)
        except IntegrityError:
            if attempt == TRIES:
                raise
        else:
            return


def announce(proposal: Proposal, by: Person | None, **facts: object) -> None:
    """Say what became of it, in the transaction that decided it; who listens there has the row at hand (`decided`)."""
    result = {"number": proposal.number, "label": proposal.title, "state": str(proposal.state), "manner": str(proposal.manner)}
    said = [(proposal.ref, {**result, **facts}, (proposal,))]
    journal.record_all("proposal.decided", said, collective_id=proposal.collective_id, by=by)


def decided(event: Event) -> Proposal:
    """The proposal of a `proposal.decided` event: the row at hand within the transaction, else as it is kept."""
    at_hand = event.at_hand
    return at_hand[0] if at_hand else Proposal.objects.get(ref=event.subject)
