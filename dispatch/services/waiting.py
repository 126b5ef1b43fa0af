"""Waiting at a stop: begun and ended by the courier's taps, ended by itself when the stop is over. It goes on the proof and the export."""

from datetime import datetime
from uuid import uuid5

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from dispatch.models import Proof, Task, TaskStatus
from dispatch.services.proofs import Given, prepare_proofs, write_proofs
from dispatch.services.refusals import CannotProgress
from orders.services import progress as promises


@transaction.atomic
def begin_waiting(*, task: Task, by: Person, at: datetime) -> None:
    """From now on, somebody waits here. Twice is once. Raises CannotProgress when the stop is over."""
    live = Task.objects.filter(pk=task.pk, status__in=[TaskStatus.TODO, TaskStatus.DOING])
    if live.filter(waiting_since=None).update(waiting_since=at):
        journal.record(
            "waiting.begun", subject=task.ref, collective_id=task.collective_id, by=by, number=task.delivery.number, at=at.isoformat()
        )
    elif not live.exists():
        raise CannotProgress(_("This stop is over: nobody waits there any more."))


@transaction.atomic
def end_waiting(*, task: Task, by: Person, at: datetime) -> int:
    """The seconds waited; 0 when nobody waited. They are added to the stop's and kept as a proof."""
    since = Task.objects.select_for_update(of=("self",)).values_list("waiting_since", flat=True).get(pk=task.pk)
    if since is None:
        return 0
    Task.objects.filter(pk=task.pk).update(waiting_since=None)
    seconds = max(0, int((at - since).total_seconds()))
    promises.add_waiting(stop=task.stop, seconds=seconds)
    with override(task.collective.language):
        minutes = (seconds + 30) // 60
        text = ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    given = Given(str(Proof.Kind.WAIT), text, taken_at=at, client_id=uuid5(task.ref, f"wait {since.isoformat()}"))
    write_proofs(task=task, proofs=prepare_proofs([given]), by=by)
    journal.record(
        "waiting.ended",
        subject=task.ref,
        collective_id=task.collective_id,
        by=by,
        number=task.delivery.number,
        seconds=seconds,
        at=at.isoformat(),
    )
    return seconds
