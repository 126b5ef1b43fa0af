"""The record of when somebody worked: written by the person themselves, never edited. Corrections: corrections.py."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from collectives.models import Membership, TimeCorrection, TimeMark
from collectives.refusals import NotYours
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


def count_correction(correction: TimeCorrection) -> TimeMark:
    """The mark that both sides have confirmed, beside the one that it replaces. Only `answer_correction` calls this."""
    mark = TimeMark(verb=correction.verb, at=correction.at, reason=correction.reason, replaces=correction.replaces)
    return _write(correction.membership, mark, correction.membership.person)


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
