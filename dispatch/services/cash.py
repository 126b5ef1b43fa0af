"""Cash taken at a drop: on the proof, and in the journal with what was asked."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid5

from django.utils.translation import gettext as _
from django.utils.translation import override

from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.people.models import Person
from dispatch.models import Proof, Task
from dispatch.services.asked import collects
from dispatch.services.proofs import Given, prepare_proofs, write_proofs


def shares(tasks: Sequence[Task], cents: int | None) -> dict[int, int | None]:
    """What one sum means for each of the stops it was collected for: each its own amount in their order, the last what is left."""
    due = [task for task in tasks if collects(task)]
    found: dict[int, int | None] = dict.fromkeys((task.pk for task in tasks), None)
    left = cents
    for task in due:
        if left is not None:
            found[task.pk] = left if task is due[-1] else min(left, task.stop.collect_cents)
            left -= found[task.pk] or 0
    return found


def write_collected(*, task: Task, cents: int, by: Person, at: datetime) -> None:
    """Within the caller's transaction, once for each time the stop is done."""
    asked = Money(task.stop.collect_cents, task.delivery.order.currency)
    taken = Money(cents, asked.currency)
    with override(task.collective.language):
        text = taken.format() if taken == asked else _("%(taken)s of %(asked)s") % {"taken": taken, "asked": asked}
    given = Given(str(Proof.Kind.CASH), text, taken_at=at, client_id=uuid5(task.ref, f"cash {at.isoformat()}"))
    write_proofs(task=task, proofs=prepare_proofs([given]), by=by)
    journal.record(
        "cash.collected",
        subject=task.ref,
        collective_id=task.collective_id,
        by=by,
        number=task.delivery.number,
        amount_cents=cents,
        asked_cents=asked.cents,
        currency=asked.currency,
        at=at.isoformat(),
    )
