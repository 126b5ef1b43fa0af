"""Words from the road: read by dispatch, kept for the address, retired when they are not true any more."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from coopdelivery.places.services import drop_note, keep_note
from dispatch.models import Incident, RoadNote, Task
from dispatch.services.decisions import decide_incident
from dispatch.services.refusals import AlreadyDecided, CannotProgress
from dispatch.services.who import planner


@transaction.atomic
def write_note(
    *, task: Task, kind: str, text: str, by: Person, at: datetime, client_id: UUID, incident: Incident | None = None
) -> RoadNote:
    """The same `client_id` again is the same note. One for the address is on its card at once."""
    facts = {"task": task, "kind": kind, "text": text.strip()[:500], "by": by, "at": min(at, timezone.now()), "incident": incident}
    row, created = RoadNote.objects.get_or_create(client_id=client_id, collective_id=task.collective_id, defaults=facts)
    if created and kind == RoadNote.Kind.KEEP:
        keep_note(place=task.location, note=row.text, by=by)
    if created:
        _record("note.written", row, by)
    return row


@transaction.atomic
def read_note(*, note: RoadNote, by: Person) -> None:
    """Somebody at dispatch has read it; what only had to be told is closed with it. Raises NotAPlanner, AlreadyDecided."""
    planner(by)
    if not RoadNote.objects.filter(pk=note.pk, read_at=None).update(read_at=timezone.now(), read_by=by):
        raise AlreadyDecided(_("Somebody has read this note already."))
    if note.incident is not None and Incident.objects.filter(pk=note.incident.pk, state=Incident.State.OPEN).exists():
        decide_incident(incident=note.incident, decision="note", by=by)
    _record("note.read", note, by)


@transaction.atomic
def retire_note(*, note: RoadNote, by: Person) -> None:
    """It is not true any more: the address forgets these words. Raises NotAPlanner, CannotProgress."""
    planner(by)
    now = timezone.now()
    kept = RoadNote.objects.filter(pk=note.pk, kind=RoadNote.Kind.KEEP, retired_at=None)
    if not kept.update(retired_at=now):
        raise CannotProgress(_("This note is not kept any more."))
    RoadNote.objects.filter(pk=note.pk, read_at=None).update(read_at=now, read_by=by)
    drop_note(place=note.task.location, note=note.text, by=by)
    _record("note.retired", note, by)


def _record(name: str, note: RoadNote, by: Person) -> None:
    task = note.task
    rounds = [str(task.round.ref)] if task.round else []
    journal.record(
        name, subject=note.ref, collective_id=note.collective_id, by=by, number=task.delivery.number, kind=note.kind, rounds=rounds
    )
