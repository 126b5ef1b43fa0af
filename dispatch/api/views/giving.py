"""Who does a task and when: given, taken back, put on another day, taken up again, done once more."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.api.dates import instant_of
from collectives.api.endpoint import Answer, Call, Endpoint, Rule
from collectives.api.errors import ApiError, Invalid, invalid, not_found
from collectives.api.shapes import collection
from collectives.selectors import couriers
from coopdelivery.kit.windows import local_day
from dispatch.api.acting import task_for, task_named
from dispatch.api.rows import rows, shaped
from dispatch.api.scans import is_scan_of
from dispatch.api.views.tasks import NOBODY, links, shaped_one
from dispatch.models import Task, TaskStatus
from dispatch.services.cancelling import restore_work
from dispatch.services.gesture import Ref
from dispatch.services.incidents import try_again
from dispatch.services.plan import loose_round_of, move_to_day, plan_tasks
from dispatch.services.tags import copy_tags
from orders.api.reading import text_of
from orders.services.again import order_again


class Restore(Endpoint):
    """Take the cancellation of its delivery back, where nobody was refunded or billed for it. Twice is once."""

    rules = {"PUT": Rule("rounds.plan", NOBODY, summary="Take a cancellation back", answers="Task", example={})}

    def put(self, call: Call, pk: int) -> Answer:
        task = task_for(call, pk)
        if task.status == TaskStatus.CANCELLED:
            restore_work(task=task, by=call.person)
        return Answer(shaped_one(call, pk), context="Task")


class Duplicate(Endpoint):
    """A failed task gets its next attempt, on the same order. Of any other the delivery is ordered once more, at today's price."""

    rules = {"POST": Rule("rounds.plan", NOBODY, summary="The same work once more", answers="Task", example={}, status=201)}

    def post(self, call: Call, pk: int) -> Answer:
        task = task_for(call, pk)
        if task.status == TaskStatus.FAILED:
            again = try_again(task=task, by=call.person)
            return Answer(shaped_one(call, again.pk), 201, "Task")
        delivery = order_again(delivery=task.delivery, by=call.person)
        copy_tags(delivery=task.delivery, to=delivery, by=call.person)
        found = Task.objects.filter(delivery=delivery, kind=task.kind).order_by("stop__position").values_list("pk", flat=True)
        return Answer(shaped_one(call, found[0]), 201, "Task")


class Assign(Endpoint):
    """Into a courier's loose stops of the day; without `username` into one's own. A courier takes free stops where the members say so."""

    rules = {"PUT": Rule("tasks.report", NOBODY, summary="Give a task to a courier", answers="Task", example={"username": "carl"})}

    def put(self, call: Call, pk: int) -> Answer:
        task = Task.objects.filter(pk=pk).first()
        if task is None:
            raise not_found()
        check_scan(call, pk)
        give(call, [task], text_of(call.sent, "username", ""))
        return Answer(shaped_one(call, pk), context="Task")


class Unassign(Endpoint):
    rules = {"PUT": Rule("tasks.report", NOBODY, summary="Take a task back", answers="Task", example={})}

    def put(self, call: Call, pk: int) -> Answer:
        task = task_for(call, pk)
        check_scan(call, pk)
        if task.round_id is not None:
            plan_tasks(tasks=[task.ref], to_round=None, by=call.person, verb="unassign")
        return Answer(shaped_one(call, pk), context="Task")


def check_scan(call: Call, pk: int) -> None:
    """`X-Token-Action` says that the parcel was scanned a moment ago; it gives no right besides. Raises ApiError (403) for another's."""
    token = call.request.headers.get("X-Token-Action", "")
    if token and not is_scan_of(token, pk):
        raise ApiError(403, _("This was not scanned just now. Scan the parcel again."))


class AssignMany(Endpoint):
    example = {"tasks": ["/api/tasks/1"], "username": "carl"}
    rules = {"PUT": Rule("rounds.plan", NOBODY, summary="Give several tasks to a courier", example=example)}

    def put(self, call: Call) -> Answer:
        body = call.sent
        tasks = [task_named(call, link, "tasks") for link in links(body.get("tasks"), "tasks")]
        give(call, tasks, text_of(body, "username", ""))
        found = shaped(rows(Q(pk__in=[task.pk for task in tasks])), call.collective.zone)
        return Answer(collection(call.request.path, found), context="Task")


def give(call: Call, tasks: list[Task], username: str) -> None:
    """Raises Invalid for who does not ride here, and what `plan_tasks` refuses."""
    if not tasks:
        raise invalid("tasks", _("Choose at least one task."))
    own = call.caller.membership
    courier = courier_called(username) if username else own
    if courier is None:
        raise ApiError(403, _("Only a person does this: sign in as a member of the co-op."))
    refs: list[Ref] = [task.ref for task in tasks]
    with transaction.atomic():
        plan_tasks(tasks=refs, to_round=loose_round_of(courier, tasks[0].on), by=call.person, verb="assign")


class Reschedule(Endpoint):
    """Put the work on another day, to give anew; the promise to the recipient stays."""

    example = {"after": "tomorrow 10:00", "before": "tomorrow 12:00"}
    rules = {"PUT": Rule("rounds.plan", NOBODY, summary="Move a task to another day", answers="Task", example=example)}

    def put(self, call: Call, pk: int) -> Answer:
        task, body = task_for(call, pk), call.sent
        zone = call.collective.zone
        on = local_day(instant_of(body.get("before") or body.get("after"), "before", zone, timezone.now()), zone)
        move_to_day(tasks=[task.ref], on=on, by=call.person)
        return Answer(shaped_one(call, pk), context="Task")


def courier_called(username: str) -> Any:
    """The member with this user name who rides here. Raises Invalid."""
    found = couriers().filter(person__username=username[:60]).first()
    if found is None:
        raise _nobody(username)
    return found


def _nobody(username: str) -> Invalid:
    return invalid("username", _("Nobody called “%(name)s” rides for this co-op.") % {"name": username[:60]}, "no_courier")
