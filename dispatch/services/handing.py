"""Work that another co-op is asked to do, or does: out of our rounds, and told by them. Offering and agreeing is the federation's.

`Task.handed_to` is the mark. While it stands nobody here plans, starts or finishes the task; the promise is untouched, so the shop and
the recipient see a delivery that goes on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.models import Collective
from coopdelivery.journal import services as journal
from coopdelivery.kit.windows import local_day
from coopdelivery.people.models import Person
from dispatch.models import Incident, IncidentReason, Leg, PlanChange, Task, TaskStatus
from dispatch.services.gesture import Ref, Spot, locked_rounds, tasks_of
from dispatch.services.incidents import record_incident
from dispatch.services.plan import carry_out, movable
from dispatch.services.proofs import Ready, write_proofs
from dispatch.services.refusals import CannotMove
from dispatch.services.who import planner
from orders.models import Delivery
from orders.refusals import AlreadySettled, NotOpen
from orders.services import progress as promises

LIVE = (TaskStatus.TODO, TaskStatus.DOING)
FINISHED = (TaskStatus.DONE, TaskStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Told:
    """What the other co-op says of a stop: done or failed, when, who was there, who received it or why not, and what shows it.

    `reason` is one of IncidentReason, `why` its words in the language of the sources; `key` makes reporting it twice harmless.
    """

    status: TaskStatus
    at: datetime
    by: Person
    key: UUID
    received_by: str = ""
    reason: str = IncidentReason.OTHER
    why: str = ""
    proofs: Sequence[Ready] = field(default=())


@transaction.atomic
def hand_over(*, tasks: Sequence[Ref], to: Collective, by: Person) -> PlanChange:
    """Out of our rounds, and the other co-op's from now on. Raises NotAPlanner, CannotMove (begun, finished, or with another)."""
    _member, source = planner(by)
    asked = tasks_of(tasks)
    _lock(task.delivery_id for task in asked)
    rounds = locked_rounds([task.round_id for task in asked], None)
    moving = movable(asked, rounds)
    begun = next((task for task in moving if task.status != TaskStatus.TODO), None)
    if begun is not None:
        words = {"stop": begun.where, "state": begun.get_status_display()}
        raise CannotMove(_("%(stop)s is %(state)s: it is not handed over any more.") % words, field="tasks")
    spots = {task.pk: Spot(None, None, task.on) for task in moving}
    change = carry_out(moving, spots, rounds, by=by, source=source, verb="hand_over", on=moving[0].on)
    chosen = Task.objects.filter(pk__in=[task.pk for task in moving])
    chosen.update(handed_to=to)
    for task in chosen.select_related("delivery", "handed_to").order_by("pk"):
        _record("task.handed_over", task, by, to=to.name)
    return change


@transaction.atomic
def take_back(*, tasks: Iterable[int], by: Person | None) -> list[Task]:
    """Ours to do again, by their keys: what is still to do goes to give, on the day of its promise or today when that is over."""
    found = list(Task.objects.filter(pk__in=set(tasks)).values_list("delivery_id", flat=True))
    _lock(found)
    rows = Task.objects.filter(pk__in=set(tasks), status__in=[*LIVE, TaskStatus.CANCELLED]).exclude(handed_to=None)
    ours = list(rows.select_for_update(of=("self",)).select_related("stop", "delivery__collective", "handed_to").order_by("pk"))
    for task in ours:
        collective = task.delivery.collective
        on = max(local_day(task.window_start, collective.zone), collective.today())
        Task.objects.filter(pk=task.pk).update(handed_to=None, status=_to_do(task), started_at=None, on=on)
        _record("task.taken_back", task, by, tasks=[str(task.ref)], tray=True, days=[on.isoformat()])
    return ours


@transaction.atomic
def follow(*, task: Task, told: Told | None) -> bool:
    """Bring a handed task to what the other co-op says (None: still to do); whether anything changed. Twice is once.

    What we tried again ourselves, cancelled, or have in the accounts stays as it is.
    """
    _lock([task.delivery_id])
    row = Task.objects.select_related("stop", "place", "delivery", "handed_to").get(pk=task.pk)
    if row.handed_to is None or row.status == TaskStatus.CANCELLED or _tried_again(row):
        return False
    if told is not None and row.status == told.status:
        return bool(write_proofs(task=row, proofs=told.proofs, by=told.by))
    if row.status in FINISHED and not _reopened(row):
        return False
    if told is not None:
        return _finished(row, told)
    return row.status in FINISHED


def _to_do(task: Task) -> str:
    return TaskStatus.TODO if task.status in LIVE else task.status


def _tried_again(task: Task) -> bool:
    return Task.objects.filter(stop_id=task.stop_id, leg=task.leg, attempt__gt=task.attempt).exists()


def _reopened(task: Task) -> bool:
    """They opened it again: so do we, unless it is in our accounts."""
    if task.leg == Leg.STOP:
        try:
            with transaction.atomic():
                promises.reopen_stop(stop=task.stop, by=None)
        except (AlreadySettled, NotOpen):
            return False
    Task.objects.filter(pk=task.pk).update(status=TaskStatus.TODO, finished_at=None, received_at=None)
    Incident.objects.filter(task=task, state=Incident.State.OPEN).update(state=Incident.State.RETRY, decided_at=timezone.now())
    _record("task.corrected", task, None, undone=True)
    return True


def _finished(task: Task, told: Told) -> bool:
    at = min(told.at, timezone.now())
    done = told.status == TaskStatus.DONE
    try:
        with transaction.atomic():
            if task.leg == Leg.STOP and done:
                promises.mark_stop_done(stop=task.stop, at=at, by=None, received_by=told.received_by)
            elif task.leg == Leg.STOP:
                promises.mark_stop_failed(stop=task.stop, at=at, by=None, reason=told.why)
    except NotOpen:
        return False
    Task.objects.filter(pk=task.pk).update(status=told.status, finished_at=at, received_at=timezone.now())
    if done:
        _record("task.done", task, None, at=at, received_by=told.received_by)
    else:
        _record("task.failed", task, None, at=at, reason=told.why)
        _report(task, told, at)
    write_proofs(task=task, proofs=told.proofs, by=told.by)
    return True


def _report(task: Task, told: Told, at: datetime) -> None:
    """What failed over there waits here for a decision, as what fails here does."""
    if Incident.objects.filter(client_id=told.key).exists():
        return
    incident = Incident.objects.create(
        collective_id=task.collective_id,
        client_id=told.key,
        task=task,
        reason=told.reason,
        note=task.handed_to.name if task.handed_to else "",
        reported_by=told.by,
        reported_at=at,
    )
    record_incident("incident.reported", incident, told.by, goes_on=False)


def _lock(deliveries: Iterable[int]) -> None:
    """Delivery, then rounds, then tasks, everywhere."""
    found = Delivery.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(deliveries)).order_by("pk")
    list(found.values_list("pk", flat=True))


def _record(name: str, task: Task, by: Person | None, *, at: datetime | None = None, **data: object) -> None:
    journal.record(
        name,
        subject=task.ref,
        collective_id=task.collective_id,
        by=by,
        number=task.delivery.number,
        kind=task.kind,
        leg=task.leg,
        round=None,
        rounds=[],
        courier=None,
        at=at.isoformat() if at else None,
        sent_late_s=0,
        through=task.handed_to.name if task.handed_to else "",
        **data,
    )
