"""The work itself: started, done, failed, corrected. Finishing a stop never touches its round or position."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.access import allows
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from dispatch.models import Leg, Task, TaskKind, TaskStatus
from dispatch.services.asked import collects
from dispatch.services.cash import write_collected
from dispatch.services.proofs import Given, prepare_proofs, write_proofs
from dispatch.services.refusals import CannotProgress, NotOnBoard
from dispatch.services.waiting import end_waiting
from dispatch.services.who import member
from orders.models import Delivery
from orders.refusals import AlreadySettled, NotOpen
from orders.services import progress as promises

UNDO_FOR = timedelta(seconds=10)
ON_THE_WAY = timedelta(seconds=5)  # what a slow network takes from a tap to us
CLOCK_SLACK = timedelta(minutes=10)


@transaction.atomic
def start_task(*, task: Task, by: Person, at: datetime) -> Task:
    """The courier is on the way to it, or at it. Starting twice changes nothing. Raises CannotProgress."""
    _in_hand(task, by)
    waits = Task.objects.filter(pk=task.pk, status=TaskStatus.TODO, round=task.round_id, handed_to=None)
    if waits.update(status=TaskStatus.DOING, started_at=_past(at)):
        _record("task.started", task, by, at=_past(at))
    else:
        _refuse_unless(task, TaskStatus.DOING)
    task.refresh_from_db()
    return task


def finish_task(
    *, task: Task, by: Person, at: datetime, received_by: str = "", proofs: Sequence[Given] = (), collected_cents: int | None = None
) -> Task:
    """Done at `at`, the moment of the tap. The same tap sent twice changes nothing, and brings the proofs that were missing.

    `collected_cents` is the cash taken, where cash was to be taken.

    Raises CannotProgress, NotOnBoard (a drop whose parcels were never picked up), BadProof.
    """
    ready = prepare_proofs(proofs)
    with transaction.atomic():
        _in_hand(task, by)
        _check_on_board(task)
        if _finish(task, TaskStatus.DONE, by, at):
            cash = collected_cents if collects(task) else None
            _tell_orders(promises.mark_stop_done, task, at=_past(at), received_by=received_by, by=by, collected_cents=cash)
            _record("task.done", task, by, at=_past(at), received_by=received_by.strip()[:120])
            end_waiting(task=task, by=by, at=_past(at))
            if cash is not None:
                write_collected(task=task, cents=cash, by=by, at=_past(at))
        else:
            _refuse_unless(task, TaskStatus.DONE)
        write_proofs(task=task, proofs=ready, by=by)
    task.refresh_from_db()
    return task


@transaction.atomic
def fail_task(*, task: Task, by: Person, at: datetime, reason: str) -> Task:
    """Somebody was there and could not do it. Raises CannotProgress."""
    _in_hand(task, by)
    if _finish(task, TaskStatus.FAILED, by, at):
        _tell_orders(promises.mark_stop_failed, task, at=_past(at), reason=reason, by=by)
        _record("task.failed", task, by, at=_past(at), reason=reason[:300])
        end_waiting(task=task, by=by, at=_past(at))
    else:
        _refuse_unless(task, TaskStatus.FAILED)
    task.refresh_from_db()
    return task


@transaction.atomic
def undo_finish(*, task: Task, by: Person, in_time: bool = False) -> Task:
    """The courier takes back their own tap, within 10 seconds of it reaching us; or `in_time` by their phone, which had no network then.

    Raises CannotProgress.
    """
    fresh = {} if in_time else {"received_at__gte": timezone.now() - UNDO_FOR - ON_THE_WAY}
    _in_hand(task, by)
    if not _reopen(task, finished_by=by, **fresh):
        raise CannotProgress(_("Too late to undo. Use “Correct this stop”, with a reason."))
    _tell_reopened(task, by)
    _record("task.corrected", task, by, undone=True)
    task.refresh_from_db()
    return task


@transaction.atomic
def correct_task(*, task: Task, by: Person, reason: str) -> Task:
    """Open a finished stop again, with the reason; both versions stay in the history. Raises CannotProgress."""
    why = reason.strip()
    if not why:
        raise CannotProgress(_("Write why: the history keeps it."), field="reason")
    _in_hand(task, by)
    before = {"status": task.status, "finished_at": task.finished_at.isoformat() if task.finished_at else None}
    if not _reopen(task):
        raise CannotProgress(_("This stop is not finished: there is nothing to correct."))
    _tell_reopened(task, by)
    _record("task.corrected", task, by, reason=why[:300], before=before)
    task.refresh_from_db()
    return task


def mark_seen(*, tasks: Sequence[Task]) -> int:
    """The courier's phone shows these stops now; how many it had not shown before. Only the first time counts."""
    return Task.objects.filter(pk__in=[task.pk for task in tasks], seen_at=None).update(seen_at=timezone.now())


def _in_hand(task: Task, by: Person) -> None:
    """Only the round's courier, or staff, may report about a stop.

    Locks its delivery first, as a cancellation does: delivery, then rounds, then tasks, everywhere. Not its key: a planner who
    writes a task twice in one gesture has that looked at.
    """
    Delivery.objects.select_for_update(of=("self",), no_key=True).get(pk=task.delivery_id)
    if task.handed_to is not None:
        words = {"stop": task.where, "co_op": task.handed_to.name}
        raise CannotProgress(_("%(stop)s is with %(co_op)s: what happens there comes from them.") % words)
    membership = member(by)
    if membership is not None and allows(membership, "tasks.correct"):
        return
    current = Task.objects.filter(pk=task.pk).values_list("round_id", "round__courier_id").first()
    if membership is None or current is None or current[1] != membership.pk:
        raise CannotProgress(_("This stop is not in your day any more. Load your day again."))
    task.round_id = current[0]


def _check_on_board(task: Task) -> None:
    """Physical possession: what this task needs was done, or none of it is left to do (needs of other stops never jam this one).

    A drop needs one of the delivery's pickups; on its way through a hub, the pickup there, which needs the drop there.
    """
    if task.leg == Leg.STOP and task.kind == TaskKind.PICKUP:
        return
    needs, at_hub = _needed(task)
    if TaskStatus.DONE in needs or not needs - {TaskStatus.CANCELLED}:
        return
    if task.leg == Leg.FROM_HUB:
        raise NotOnBoard(_("The parcels have not come to the hub yet: the first part of their way is not done."))
    if needs & {TaskStatus.TODO, TaskStatus.DOING}:
        if at_hub:
            raise NotOnBoard(_("The parcels are not picked up at the hub yet. Finish that first."))
        raise NotOnBoard(_("The parcels are not picked up yet. Finish the pickup first."))
    raise NotOnBoard(_("The pickup failed: these parcels are not on the bike. Call dispatch."))


def _needed(task: Task) -> tuple[set[str], bool]:
    """The states of what must be done before it, and whether that is at a hub."""
    rows = list(Task.objects.filter(delivery_id=task.delivery_id).values_list("kind", "leg", "stop_id", "status"))
    own = {leg: {status for _kind, at, stop_id, status in rows if at == leg and stop_id == task.stop_id} for leg in Leg.values}
    if task.leg == Leg.FROM_HUB:
        return own[Leg.TO_HUB], True
    if task.leg == Leg.STOP and own[Leg.FROM_HUB]:
        return own[Leg.FROM_HUB], True
    return {status for kind, at, _stop_id, status in rows if kind == TaskKind.PICKUP and at == Leg.STOP}, False


def _finish(task: Task, status: TaskStatus, by: Person, at: datetime) -> bool:
    open_states = (TaskStatus.TODO, TaskStatus.DOING)
    values = {"status": status, "finished_at": _past(at), "received_at": timezone.now(), "finished_by": by}
    return bool(Task.objects.filter(pk=task.pk, status__in=open_states, round=task.round_id, handed_to=None).update(**values))


def _reopen(task: Task, **conditions: object) -> bool:
    status = TaskStatus.DOING if task.started_at else TaskStatus.TODO
    finished = Task.objects.filter(pk=task.pk, status__in=(TaskStatus.DONE, TaskStatus.FAILED), **conditions)
    return bool(finished.update(status=status, finished_at=None, received_at=None, finished_by=None))


def _past(at: datetime) -> datetime:
    """A phone's clock may run ahead; nothing is done in the future."""
    return min(at, timezone.now())


def _refuse_unless(task: Task, wanted: TaskStatus) -> None:
    """The same act again is harmless; another state is a refusal that says which."""
    task.refresh_from_db(fields=["status"])
    if task.status == wanted:
        return
    if task.status == TaskStatus.CANCELLED:
        raise CannotProgress(_("This stop was cancelled. Dispatch is told that you were there."))
    raise CannotProgress(_("This stop is %(state)s already.") % {"state": task.get_status_display()})


def _tell_orders(act: object, task: Task, **values: object) -> None:
    """A hub is no stop of the promise: orders hears nothing of it."""
    if task.leg != Leg.STOP:
        return
    try:
        act(stop=task.stop, **values)  # type: ignore[operator]
    except NotOpen as error:
        raise CannotProgress(str(error)) from error


def _tell_reopened(task: Task, by: Person) -> None:
    if task.leg != Leg.STOP:
        _check_not_gone_on(task)
        return
    try:
        promises.reopen_stop(stop=task.stop, by=by)
    except AlreadySettled as error:
        raise CannotProgress(str(error)) from error
    except NotOpen as error:
        raise CannotProgress(_("This stop cannot be opened again.")) from error


def _check_not_gone_on(task: Task) -> None:
    """What has left the hub again cannot be on its way there."""
    later = Task.objects.filter(stop_id=task.stop_id, status=TaskStatus.DONE)
    after = later.filter(leg=Leg.FROM_HUB) if task.leg == Leg.TO_HUB else later.filter(leg=Leg.STOP)
    if after.exists():
        raise CannotProgress(_("The parcels went on from the hub: open the later part of their way first."))


def _record(name: str, task: Task, by: Person, *, at: datetime | None = None, **data: object) -> None:
    lag = timezone.now() - at if at else timedelta()
    journal.record(
        name,
        subject=task.ref,
        collective_id=task.collective_id,
        by=by,
        number=task.delivery.number,
        kind=task.kind,
        leg=task.leg,
        round=str(task.round.ref) if task.round else None,
        rounds=[str(task.round.ref)] if task.round else [],
        courier=task.round.courier_id if task.round else None,
        at=at.isoformat() if at else None,
        sent_late_s=int(lag.total_seconds()) if lag > CLOCK_SLACK else 0,
        **data,
    )
