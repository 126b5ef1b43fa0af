"""Whole lists in, gestures out: what must move so that a courier's day, or a tour, is as a dispatcher's client sent it."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from collectives.api.errors import invalid
from collectives.models import Membership
from coopdelivery.people.models import Person
from dispatch.models import Round, Task, TaskStatus
from dispatch.services.plan import loose_round_of, plan_tasks
from dispatch.services.rounds import give_round

LIVE = (TaskStatus.TODO, TaskStatus.DOING)
MOST_ITEMS = 500


@transaction.atomic
def set_day(*, courier: Membership, on: date, tasks: Sequence[Task], tours: Sequence[Round], by: Person) -> None:
    """The courier has these named rounds and these loose tasks, in this order, and nothing else that is still to do.

    What is finished keeps its place. Only what differs moves, so that sending the same list again is no gesture at all.
    """
    wanted = {tour.pk for tour in tours}
    for tour in Round.objects.filter(courier=courier, on=on).exclude(name="").exclude(pk__in=wanted):
        give_round(round=tour, courier=None, by=by)
    for tour in tours:
        if tour.courier_id != courier.pk:
            give_round(round=tour, courier=courier, by=by)
    if tasks or Round.objects.filter(courier=courier, on=on, name="").exists():
        set_tasks(row=loose_round_of(courier, on), tasks=tasks, by=by)


@transaction.atomic
def set_tasks(*, row: Round, tasks: Sequence[Task], by: Person) -> None:
    """The round holds these tasks, in this order, besides what is finished in it."""
    now = list(Task.objects.filter(round=row, status__in=LIVE).order_by("position").values_list("ref", flat=True))
    wanted = [task.ref for task in tasks if task.status in LIVE]
    leaving = [ref for ref in now if ref not in set(wanted)]
    if leaving:
        plan_tasks(tasks=leaving, to_round=None, by=by, verb="unassign")
    if wanted and wanted != [ref for ref in now if ref in set(wanted)]:
        plan_tasks(tasks=wanted, to_round=row, by=by, verb="assign")


def check_size(items: Sequence[object]) -> None:
    if len(items) > MOST_ITEMS:
        raise invalid("items", _("Send at most %(most)s items.") % {"most": MOST_ITEMS}, "too_many")
