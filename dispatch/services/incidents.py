"""Anything on the road that needs a human decision: reported in two taps, decided by a dispatcher."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from collectives.models import Collective
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from dispatch.models import Incident, IncidentReason, Leg, Task, TaskStatus
from dispatch.services.progress import fail_task, undo_finish
from dispatch.services.refusals import AlreadyDecided, CannotProgress
from dispatch.services.who import planner
from orders.models import Delivery
from orders.refusals import AlreadySettled, NotOpen
from orders.services import progress as promises


@transaction.atomic
def report_incident(
    *, task: Task, reason: str, by: Person, client_id: UUID, at: datetime, note: str = "", goes_on: bool = False
) -> Incident:
    """Tell dispatch. The stop fails, unless the courier goes on with it. The same `client_id` again returns the same incident.

    Raises CannotProgress.
    """
    known = Incident.objects.filter(client_id=client_id).first()
    if known is not None:
        return known
    if reason not in IncidentReason.values:
        raise CannotProgress(_("Choose what went wrong."), field="reason")
    if not goes_on:
        with override("en"):  # kept in the language of the sources; each reader sees it in their own
            label = str(IncidentReason(reason).label)
        fail_task(task=task, by=by, at=at, reason=label)
    incident = Incident.objects.create(
        collective_id=task.collective_id,
        client_id=client_id,
        task=task,
        reason=reason,
        note=note.strip()[:500],
        reported_by=by,
        reported_at=min(at, timezone.now()),
    )
    record_incident("incident.reported", incident, by, goes_on=goes_on)
    return incident


@transaction.atomic
def note_incident(*, incident: Incident, note: str, by: Person) -> None:
    """Words afterwards: added, never replaced."""
    text = note.strip()[:500]
    if text:
        Incident.objects.filter(pk=incident.pk).update(note=f"{incident.note}\n{text}".strip()[:500])
        record_incident("incident.noted", incident, by)


@transaction.atomic
def withdraw_incident(*, incident: Incident, by: Person, in_time: bool = False) -> Incident:
    """The courier takes back their own report within 10 seconds: the stop is open again. Raises CannotProgress, AlreadyDecided."""
    if incident.reported_by_id != by.pk:
        raise CannotProgress(_("Only the person who reported it can take it back."))
    closed = {"state": Incident.State.CLOSED, "decided_by": by, "decided_at": timezone.now()}
    if not Incident.objects.filter(pk=incident.pk, state=Incident.State.OPEN).update(**closed):
        raise AlreadyDecided(_("Somebody decided about this already."))
    undo_finish(task=incident.task, by=by, in_time=in_time)
    incident.refresh_from_db()
    record_incident("incident.withdrawn", incident, by)
    return incident


@transaction.atomic
def try_again(*, task: Task, by: Person) -> Task:
    """A failed stop gets its next attempt, to give today, on the same order; asking twice makes one. Raises NotAPlanner, CannotProgress."""
    planner(by)
    Delivery.objects.select_for_update(of=("self",), no_key=True).get(pk=task.delivery_id)
    newest = Task.objects.filter(stop_id=task.stop_id, leg=task.leg).aggregate(attempt=Max("attempt"))["attempt"]
    if newest > task.attempt:
        return Task.objects.get(stop_id=task.stop_id, leg=task.leg, attempt=task.attempt + 1)
    if not Task.objects.filter(pk=task.pk, status=TaskStatus.FAILED).exists():
        raise CannotProgress(_("Only a failed stop gets a second attempt."))
    if task.leg == Leg.STOP:
        _reopen(task, by)
    today = Collective.objects.get(pk=task.collective_id).today()
    again = Task.objects.create(
        collective_id=task.collective_id,
        delivery_id=task.delivery_id,
        stop_id=task.stop_id,
        kind=task.kind,
        leg=task.leg,
        place_id=task.place_id,
        opens_at=task.opens_at,
        closes_at=task.closes_at,
        attempt=task.attempt + 1,
        on=today,
    )
    Incident.objects.filter(task=task, state=Incident.State.OPEN).update(
        state=Incident.State.RETRY, decided_by=by, decided_at=timezone.now()
    )
    journal.record("task.retried", subject=again.ref, collective_id=again.collective_id, by=by, first=str(task.ref), attempt=again.attempt)
    return again


def _reopen(task: Task, by: Person) -> None:
    try:
        promises.reopen_stop(stop=task.stop, by=by)
    except AlreadySettled as error:
        raise CannotProgress(str(error)) from error
    except NotOpen as error:
        raise CannotProgress(_("This stop is still open: it needs no second attempt.")) from error


def record_incident(name: str, incident: Incident, by: Person, **data: object) -> None:
    task = incident.task
    journal.record(
        name,
        subject=incident.ref,
        collective_id=incident.collective_id,
        by=by,
        task=str(task.ref),
        number=task.delivery.number,
        reason=incident.reason,
        rounds=[str(task.round.ref)] if task.round else [],
        **data,
    )
