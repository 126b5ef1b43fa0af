"""Tasks: read by dispatchers and their programs, worked on by couriers."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.api.dates import day_of
from collectives.api.endpoint import Answer, Call, Endpoint, Rule
from collectives.api.errors import ApiError, invalid, not_found
from collectives.api.shapes import Json, collection, number_asked
from dispatch.api import shapes
from dispatch.api.acting import MOST_TASKS, fail, finish, task_for
from dispatch.api.rows import rows, shaped
from dispatch.models import IncidentReason, Task, TaskStatus
from dispatch.services import progress
from dispatch.services.cancelling import cancel_work
from dispatch.services.proofs import Given, add_proof
from dispatch.services.refusals import Refused
from orders.api.reading import text_of
from orders.api.seen import deliveries_of, id_of

READS = frozenset({"tasks", "tasks:all"})
NOBODY = frozenset[str]()
PAGE = 100


def seen_by(call: Call) -> Q:
    """A partner's program sees the tasks of its partner's deliveries, staff all."""
    return Q() if is_ours(call) else Q(delivery__in=deliveries_of(call.caller))


def is_ours(call: Call) -> bool:
    """Somebody who works here, or a program of the co-op's own; not one of a partner."""
    return call.caller.membership is not None or (call.caller.partner_ref is None and not call.caller.is_sandbox)


def shaped_one(call: Call, pk: int) -> Json:
    return shaped(rows(Q(pk=pk)), call.collective.zone, tags=is_ours(call))[0]


class Tasks(Endpoint):
    rules = {"GET": Rule("board.view", READS, summary="The tasks of a day", answers="Task", query=("date", "page", "itemsPerPage"))}

    def get(self, call: Call) -> Answer:
        text = call.query.get("date", "")
        on = day_of(text, "date") if text else call.collective.today()
        wanted = Q(on=on) & seen_by(call)
        if call.query.get("pagination") == "false" or ("itemsPerPage" not in call.query and "page" not in call.query):
            members = shaped(rows(wanted), call.collective.zone, tags=is_ours(call))
            return Answer(collection(call.request.get_full_path(), members), context="Task")
        each = number_asked(call.request, "itemsPerPage", PAGE, most=500)
        page = number_asked(call.request, "page", 1, most=100_000)
        found = rows(wanted)
        members = shaped(found[(page - 1) * each : page * each], call.collective.zone, tags=is_ours(call))
        view: Json = {"@id": call.request.get_full_path(), "@type": "hydra:PartialCollectionView"}
        if page * each < len(found):
            query = call.request.GET.copy()
            query["page"] = str(page + 1)
            view["hydra:next"] = f"{call.request.path}?{query.urlencode()}"
        return Answer(collection(call.request.path, members, total=len(found), view=view), context="Task")


class OneTask(Endpoint):
    rules = {"GET": Rule("tasks.report", READS, summary="One task", answers="Task")}

    def get(self, call: Call, pk: int) -> Answer:
        if call.caller.membership is not None:
            task_for(call, pk)
        elif not Task.objects.filter(Q(pk=pk) & seen_by(call)).exists():
            raise not_found()
        return Answer(shaped_one(call, pk), context="Task")


class Start(Endpoint):
    """On the way to it, or at it. Twice is once."""

    rules = {"PUT": Rule("tasks.report", NOBODY, summary="Start a task", answers="Task", example={})}

    def put(self, call: Call, pk: int) -> Answer:
        progress.start_task(task=task_for(call, pk), by=call.person, at=timezone.now())
        return Answer(shaped_one(call, pk), context="Task")


class Done(Endpoint):
    rules = {"PUT": Rule("tasks.report", NOBODY, summary="A task is done", answers="Task", example={"notes": "", "contactName": "Rosa"})}

    def put(self, call: Call, pk: int) -> Answer:
        finish(task_for(call, pk), by=call.person, body=call.sent, now=timezone.now())
        return Answer(shaped_one(call, pk), context="Task")


class Failed(Endpoint):
    rules = {"PUT": Rule("tasks.report", NOBODY, summary="A task failed", answers="Task", example={"notes": "", "reason": "ABSENT"})}

    def put(self, call: Call, pk: int) -> Answer:
        task = task_for(call, pk)
        body = call.sent
        reason = text_of(body, "reason", "").lower()
        why = str(IncidentReason(reason).label) if reason in IncidentReason.values else reason
        name = text_of(body, "contactName", "").strip()[:120]
        fail(task, by=call.person, now=timezone.now(), reason=text_of(body, "notes", "") or why, name=name)
        return Answer(shaped_one(call, pk), context="Task")


class Cancel(Endpoint):
    """A task of a delivery is not cancelled alone: the whole delivery is, before its pickup."""

    rules = {"PUT": Rule("rounds.plan", NOBODY, summary="Cancel a task's delivery", answers="Task", example={})}

    def put(self, call: Call, pk: int) -> Answer:
        task = task_for(call, pk)
        if task.status != TaskStatus.CANCELLED:
            cancel_work(tasks=[task.ref], by=call.person, reason=text_of(call.sent, "reason", "") or _("Cancelled by dispatch."))
        return Answer(shaped_one(call, pk), context="Task")


class ManyDone(Endpoint):
    """Each task for itself: what could not be done is told by its link."""

    example = {"tasks": ["/api/tasks/1"], "notes": ""}
    rules = {"PUT": Rule("tasks.report", NOBODY, summary="Several tasks are done", example=example)}

    def put(self, call: Call) -> Answer:
        body = call.sent
        done: list[int] = []
        failed: dict[str, str] = {}
        for link in links(body.get("tasks"), "tasks"):
            pk = id_of(link, "tasks", "tasks")
            try:
                with transaction.atomic():
                    finish(task_for(call, pk), by=call.person, body=body, now=timezone.now())
                done.append(pk)
            except ApiError as error:
                failed[str(link)] = error.sentence
            except Refused as refusal:
                failed[str(link)] = refusal.sentence
        found = {row.pk: task for row, task in _pairs(call, done)}
        return Answer({"success": [found[pk] for pk in done], "failed": failed})


def _pairs(call: Call, pks: list[int]) -> Any:
    found = rows(Q(pk__in=pks))
    return zip(found, shaped(found, call.collective.zone), strict=True)


def links(value: Any, path: str) -> list[Any]:
    """A list of links, none twice. Raises Invalid."""
    if not isinstance(value, list) or len(value) > MOST_TASKS:
        raise invalid(path, _("Send a list of links."), "bad_list")
    texts = [each.get("@id") if isinstance(each, dict) else each for each in value]
    if not all(isinstance(each, str) for each in texts):
        raise invalid(path, _("Send a list of links."), "bad_list")
    return list(dict.fromkeys(texts))


class FailureReasons(Endpoint):
    rules = {"GET": Rule("tasks.report", NOBODY, summary="Why a task can fail", answers="FailureReason")}

    def get(self, call: Call, pk: int) -> Answer:
        task_for(call, pk)
        reasons = [{"code": reason.name, "description": str(reason.label), "metadata": []} for reason in IncidentReason]
        return Answer(collection(call.request.path, reasons), context="FailureReason")


class Context(Endpoint):
    """The way a task's delivery goes."""

    rules = {"GET": Rule("tasks.report", NOBODY, summary="A task's delivery on the map")}

    def get(self, call: Call, pk: int) -> Answer:
        delivery = task_for(call, pk).delivery
        metres = delivery.distance_m or 0
        line = shapes.five_digits(delivery.line)
        return Answer({"delivery": {"distance": metres, "duration": int(metres / shapes.SPEED_M_PER_S), "polyline": line}})


class FormData(Endpoint):
    rules = {"GET": Rule("tasks.report", NOBODY, summary="What the app's correction form starts from")}

    def get(self, call: Call, pk: int) -> Answer:
        delivery = task_for(call, pk).delivery
        found = shaped(rows(Q(delivery=delivery), order=shapes.STOPS), call.collective.zone)
        tasks = [{key: task[key] for key in ("@id", "id", "type", "weight", "packages", "after", "before", "comments")} for task in found]
        return Answer({"tasks": tasks, "order": {"manualSupplements": []}})


class AppendComment(Endpoint):
    """A note of the courier, kept with the proofs of the stop."""

    rules = {"PUT": Rule("tasks.report", NOBODY, summary="Add a note to a task", answers="Task", example={"note": "Blue door"})}

    def put(self, call: Call, pk: int) -> Answer:
        task = task_for(call, pk)
        note = text_of(call.sent, "note", "")
        if not note:
            raise invalid("note", _("Write a note."))
        add_proof(task=task, proof=Given(kind="note", text=note), by=call.person)
        return Answer(shaped_one(call, pk), context="Task")
