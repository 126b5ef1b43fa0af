"""What the app and dispatchers' clients do to a task; the same services as the pages."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from collectives.access import allows
from collectives.api.callers import Caller
from collectives.api.endpoint import Call
from collectives.api.errors import ApiError
from coopdelivery.people.models import Person
from dispatch.models import Proof, Task, TaskStatus
from dispatch.services import progress
from dispatch.services.asked import Shown, asked_of, check, without_pictures
from dispatch.services.proofs import Given, add_proof
from dispatch.services.who import member
from orders.api.reading import text_of
from orders.api.seen import id_of, one

OVER = {TaskStatus.DONE, TaskStatus.FAILED}
MOST_TASKS = 200


def may_see(caller: Caller, task: Task) -> bool:
    """Staff see every task, a courier those of their own rounds."""
    if allows(caller.membership, "board.view"):
        return True
    return caller.membership is not None and task.round is not None and task.round.courier_id == caller.membership.pk


def task_for(call: Call, pk: int) -> Task:
    """Raises ApiError: 404 for a task of nobody here, 403 for one in other hands."""
    task: Task = one(Task.objects.select_related("stop__place", "place", "delivery__order", "round"), pk)
    if not may_see(call.caller, task):
        raise ApiError(403, _("This task is in other hands."))
    return task


def task_named(call: Call, link: Any, path: str = "task") -> Task:
    """By its link."""
    return task_for(call, id_of(link, "tasks", path))


def finish(task: Task, *, by: Person, body: dict[str, Any], now: datetime) -> Task:
    """Done, with the note and the name that came along. Raises ApiError (400) when it is over already: the app shows the sentence."""
    still_open(task)
    note = text_of(body, "notes", "")
    name = text_of(body, "contactName", "")[:120]
    _check_asked(task, by, name=name, note=note)
    proofs = [Given(kind="note", text=note, taken_at=now)] if note else []
    cash = task.stop.collect_cents or None  # the app shows the sum and asks nothing: who says done has it
    return progress.finish_task(task=task, by=by, at=now, received_by=name, proofs=proofs, collected_cents=cash)


def _check_asked(task: Task, by: Person, *, name: str = "", note: str = "", failed: bool = False) -> None:
    """What the partner asks for must be there: the name, a code or label in the note. Staff decide for themselves.

    Pictures may follow: apps say done first and send them when the network lets them. Until then dispatch is told that they are awaited.
    Raises BadProof.
    """
    membership = member(by)
    if membership is not None and allows(membership, "tasks.correct"):
        return
    shown = Shown(
        signed=Proof.objects.filter(task=task, kind=Proof.Kind.SIGNATURE).exists(),
        name=name,
        code=note,
        scans=tuple(note.split()),
        collected_cents=task.stop.collect_cents,
    )
    check(without_pictures(asked_of([task], failed=failed)), shown, [task])


def fail(task: Task, *, by: Person, reason: str, name: str, now: datetime) -> Task:
    """It could not be done; `name` is who said so, where the courier wrote one. Raises ApiError, BadProof."""
    still_open(task)
    _check_asked(task, by, name=name, note=reason, failed=True)
    with transaction.atomic():
        failed = progress.fail_task(task=task, by=by, at=now, reason=reason)
        if name:
            add_proof(task=failed, proof=Given(kind="name", text=name, taken_at=now), by=by)
    return failed


def still_open(task: Task) -> None:
    """Raises ApiError (400) in the words of the dialect's rule: what is over cannot be done again."""
    if task.status in OVER:
        raise ApiError(400, _("This stop is %(state)s already.") % {"state": task.get_status_display()})
    if task.status == TaskStatus.CANCELLED:
        raise ApiError(400, _("This stop was cancelled."))
