"""Labels on parcels: ours carry the delivery's number and which piece it is; any other code can be tied to a stop by a courier."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from dispatch.models import BoundLabel, Task
from dispatch.services.refusals import CannotProgress

LONGEST = 80


def clean_code(code: str) -> str:
    """As read by a camera or typed by a person: no blanks around, capitals."""
    return code.replace("\x00", "").strip().upper()[:LONGEST]


def number_of(code: str) -> str:
    """`HE-4021` of `HE-4021/3`."""
    return clean_code(code).partition("/")[0]


def bound_to(tasks: Iterable[Task]) -> dict[int, list[str]]:
    """The foreign codes of each task's delivery, by delivery."""
    found: dict[int, list[str]] = {}
    rows = BoundLabel.objects.filter(task__delivery__in={task.delivery_id for task in tasks}).order_by("pk")
    for delivery, code in rows.values_list("task__delivery", "code"):
        found.setdefault(delivery, []).append(code)
    return found


def missing_labels(tasks: Iterable[Task], scans: Sequence[str]) -> list[str]:
    """Numbers of the deliveries of which no label was scanned."""
    rows = list(tasks)
    bound = bound_to(rows)
    read = {clean_code(code) for code in scans}
    numbers = {number_of(code) for code in read}
    missing = (
        task.delivery.number
        for task in rows
        if task.delivery.number.upper() not in numbers and not read & set(bound.get(task.delivery_id, ()))
    )
    return list(dict.fromkeys(missing))


@transaction.atomic
def bind_label(*, task: Task, code: str, by: Person) -> BoundLabel:
    """This code is on a parcel of that stop; once is enough. Raises CannotProgress."""
    clean = clean_code(code)
    if not clean:
        raise CannotProgress(_("Scan or type a code first."), field="code")
    row, created = BoundLabel.objects.get_or_create(collective_id=task.collective_id, task=task, code=clean, defaults={"by": by})
    if created:
        journal.record("label.bound", subject=task.ref, collective_id=task.collective_id, by=by, number=task.delivery.number, code=clean)
    return row
