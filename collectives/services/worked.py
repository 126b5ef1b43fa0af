"""The record of when somebody worked: written by the person themselves, never edited, corrected in the open."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from collectives.models import Membership, TimeMark
from collectives.refusals import NoReason, NotActive, NotWhileWorking, NotYours
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person

EVENTS = {
    TimeMark.Verb.ON: "shift.started",
    TimeMark.Verb.REST: "shift.paused",
    TimeMark.Verb.BACK: "shift.resumed",
    TimeMark.Verb.OFF: "shift.ended",
}
CORRECTED_FOR = timedelta(days=14)


def mark_time(
    *, membership: Membership, verb: str, at: datetime, by: Person, client_id: UUID | None = None, rounds: Sequence[str] = ()
) -> TimeMark:
    """I begin, rest, go on, stop, at the moment of the tap. The same `client_id` again is the same mark. Raises NotYours.

    `rounds` are the rounds whose screens show this person.
    """
    return _write(membership, TimeMark(verb=TimeMark.Verb(verb), at=min(at, timezone.now()), client_id=client_id or uuid4()), by, rounds)


def correct_time(*, membership: Membership, verb: str, at: datetime, by: Person, reason: str, replaces: TimeMark | None = None) -> TimeMark:
    """A moment that was forgotten, or another than the one kept: both stay. Raises NotYours, NoReason, NotWhileWorking, NotActive."""
    why, now = reason.strip()[:300], timezone.now()
    if not why:
        raise NoReason
    if not now - CORRECTED_FOR <= at <= now:
        raise NotWhileWorking
    with acting_for(membership.collective_id), transaction.atomic():
        if replaces is not None:
            kept = TimeMark.objects.select_for_update(of=("self",)).filter(pk=replaces.pk, membership=membership).first()
            if kept is None or TimeMark.objects.filter(replaces=kept).exists():
                raise NotActive
        return _write(membership, TimeMark(verb=TimeMark.Verb(verb), at=at, reason=why, replaces=replaces), by)


def _write(membership: Membership, mark: TimeMark, by: Person, rounds: Sequence[str] = ()) -> TimeMark:
    if membership.person_id != by.pk:
        raise NotYours
    with acting_for(membership.collective_id), transaction.atomic():
        facts = {"membership": membership, "verb": mark.verb, "at": mark.at, "by": by, "reason": mark.reason, "replaces": mark.replaces}
        row, created = TimeMark.objects.get_or_create(
            client_id=mark.client_id, collective_id=membership.collective_id, defaults={**facts, "ref": mark.ref}
        )
        if row.membership_id != membership.pk:
            raise NotYours
        if created:
            journal.record(
                "shift.corrected" if mark.reason else EVENTS[TimeMark.Verb(mark.verb)],
                subject=row.ref,
                collective_id=row.collective_id,
                by=by,
                membership=str(membership.ref),
                courier=membership.pk,
                rounds=list(rounds),
                **({"verb": row.verb, "reason": row.reason} if mark.reason else {}),
            )
    return row
