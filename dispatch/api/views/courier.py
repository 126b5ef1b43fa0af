"""What the courier's app calls besides tasks: the day, incidents, pictures, positions, bar codes."""

import hashlib
import uuid
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.access import allows
from collectives.api.dates import day_of, instant_of
from collectives.api.endpoint import Answer, Call, Endpoint, Rule
from collectives.api.errors import ApiError, invalid
from collectives.api.shapes import Json, collection, iri
from coopdelivery.places.geometry import BadPoint, Point, checked_point
from dispatch.api import shapes
from dispatch.api.acting import may_see, task_for, task_named
from dispatch.api.days import day_of_courier
from dispatch.api.rows import rows, shaped
from dispatch.api.scans import scan_token
from dispatch.models import ALONG, Incident, IncidentReason, Task, TaskKind, TaskStatus
from dispatch.services.incidents import report_incident
from dispatch.services.positions import note_positions
from dispatch.services.proofs import Given, add_proof
from orders.api.reading import text_of
from orders.api.seen import id_of, one
from orders.models import Delivery

NOBODY = frozenset[str]()
MOST_FILE = 5 * 1024 * 1024
MOST_POINTS = 5000
MOST_LINKS = 50


class MyTasks(Endpoint):
    """The courier's day in the order dispatch gave it. Looking makes nothing: a day without tasks is an empty list."""

    rules = {"GET": Rule("pocket.use", NOBODY, summary="My tasks of a day", answers="TaskList")}

    def get(self, call: Call, day: str) -> Answer:
        membership = call.caller.membership
        if membership is None:
            raise ApiError(403, _("Only a person does this: sign in as a member of the co-op."))
        on = day_of(day, "date")
        contacts = on == call.collective.today() or allows(membership, "board.view")
        card, found = day_of_courier(membership, on, call.collective)
        return Answer({**card, "items": shaped(found, call.collective.zone, contacts=contacts)}, context="TaskList")


class Incidents(Endpoint):
    """The report alone changes no status: the app goes on with the stop, or says that it failed. Asked again with one key, it is one."""

    example = {"description": "Nobody there", "failureReasonCode": "ABSENT", "task": "/api/tasks/1"}
    rules = {
        "GET": Rule("board.view", NOBODY, summary="Incidents to decide", answers="Incident"),
        "POST": Rule("tasks.report", NOBODY, summary="Report an incident", example=example, answers="Incident", status=201),
    }

    def get(self, call: Call) -> Answer:
        found = [shapes.incident(row, call.collective) for row in Incident.objects.filter(state=Incident.State.OPEN)[:200]]
        return Answer(collection(call.request.path, found), context="Incident")

    def post(self, call: Call) -> Answer:
        body = call.sent
        task = task_named(call, body.get("task"))
        code = text_of(body, "failureReasonCode", "").lower()
        note = [text_of(body, "description", ""), "" if code in IncidentReason.values else code, *_suggested(body.get("metadata"))]
        key = call.request.headers.get("Idempotency-Key")
        incident = report_incident(
            task=task,
            reason=code if code in IncidentReason.values else IncidentReason.OTHER,
            note="\n".join(text for text in note if text)[:500],
            by=call.person,
            client_id=uuid.uuid5(uuid.NAMESPACE_URL, f"{call.caller.key}:{key}") if key else uuid.uuid4(),
            at=timezone.now(),
            goes_on=True,
        )
        return Answer(shapes.incident(incident, call.collective), 201, "Incident")


def _suggested(metadata: Any) -> list[str]:
    """What the form brought besides, as `key: value` for the dispatcher to read."""
    pairs = [pair for each in metadata if isinstance(each, dict) for pair in each.items()] if isinstance(metadata, list) else []
    return [f"{key}: {value}"[:200] for key, value in pairs[:20]]


class OneIncident(Endpoint):
    rules = {"GET": Rule("tasks.report", NOBODY, summary="One incident", answers="Incident")}

    def get(self, call: Call, pk: int) -> Answer:
        return Answer(shapes.incident(incident_for(call, pk), call.collective), context="Incident")


def incident_for(call: Call, pk: int) -> Incident:
    incident: Incident = one(Incident.objects.select_related("task__round", "task__delivery", "task__stop"), pk)
    if not may_see(call.caller, incident.task):
        raise ApiError(403, _("This task is in other hands."))
    return incident


class TaskImages(Endpoint):
    """One picture for the tasks named in `X-Attach-To`. The app sends until it is told: the same picture again is the same proof."""

    takes_files = True
    rules = {"POST": Rule("tasks.report", NOBODY, summary="A picture of a stop", answers="TaskImage", status=201)}

    def post(self, call: Call) -> Answer:
        tasks = self.tasks(call)
        content = file_of(call.request)
        proofs = [self.add(call, task, content) for task in tasks]
        name = f"{proofs[0].ref}.jpg"
        kind = type(self).rules["POST"].answers
        data = {"@id": iri("task_images", proofs[0].pk), "@type": kind, "id": proofs[0].pk, "imageName": name, "thumbnail": None}
        return Answer(data, 201, kind)

    def tasks(self, call: Call) -> list[Task]:
        return [task_for(call, id_of(link, "tasks", "X-Attach-To")) for link in attached(call.request)]

    def add(self, call: Call, task: Task, content: bytes) -> Any:
        same = uuid.uuid5(uuid.NAMESPACE_URL, f"{task.ref}:{hashlib.sha256(content).hexdigest()}")
        return add_proof(task=task, proof=Given(kind="photo", image=content, client_id=same), by=call.person)


class IncidentImages(TaskImages):
    """One picture for the stops of the incidents named."""

    rules = {"POST": Rule("tasks.report", NOBODY, summary="A picture of an incident", answers="IncidentImage", status=201)}

    def tasks(self, call: Call) -> list[Task]:
        found = [incident_for(call, id_of(link, "incidents", "X-Attach-To")) for link in attached(call.request)]
        return [incident.task for incident in found]


def attached(request: HttpRequest) -> list[str]:
    """The links in `X-Attach-To`. Raises Invalid for none."""
    links = [link.strip() for link in request.headers.get("X-Attach-To", "").split(";") if link.strip()]
    if not links or len(links) > MOST_LINKS:
        raise invalid("X-Attach-To", _("Say which tasks the picture belongs to, in the header X-Attach-To."), "no_task")
    return links


def file_of(request: HttpRequest) -> bytes:
    """The part called `file`. Raises Invalid, ApiError (413)."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > 2 * MOST_FILE:
        raise ApiError(413, _("Send a picture of at most 5 MB."))
    upload = request.FILES.get("file")
    if upload is None or isinstance(upload, list):
        raise invalid("file", _("Send the picture as a part called “file”."), "no_file")
    if (upload.size or 0) > MOST_FILE:
        raise ApiError(413, _("Send a picture of at most 5 MB."))
    content: bytes = upload.read()
    return content


class Location(Endpoint):
    """Positions of the courier's phone. 200 always tells it to forget them; what is kept is decided by the members and the shift."""

    example = [{"latitude": 48.86, "longitude": 2.44, "time": "2026-11-24T10:00:00.000Z"}]
    rules = {"POST": Rule("pocket.use", NOBODY, summary="Where I am", example=example)}

    def post(self, call: Call) -> Answer:
        sent = call.data
        points = sent if isinstance(sent, list) else [sent] if sent else []
        if len(points) > MOST_POINTS:
            raise invalid("", _("Send at most %(most)s positions.") % {"most": MOST_POINTS})
        membership = call.caller.membership
        if membership is not None:
            seen = [found for each in points if (found := _sighting(each, call)) is not None]
            note_positions(courier=membership, seen=seen)
        return Answer([])


def _sighting(point: Any, call: Call) -> tuple[datetime, Point] | None:
    """What cannot be read is left out: the phone would send it again for ever."""
    if not isinstance(point, dict):
        return None
    try:
        at = instant_of(point.get("time"), "time", call.collective.zone, timezone.now())
        return at, checked_point(point.get("latitude"), point.get("longitude"))
    except (ApiError, BadPoint):
        return None


class Barcode(Endpoint):
    """A code is a delivery's number or reference, as printed on its label."""

    rules = {"GET": Rule("pocket.use", NOBODY, summary="What a scanned code belongs to", query=("code",))}

    def get(self, call: Call) -> Answer:
        task = scanned(call.query.get("code", ""))
        if task is None:
            return Answer({"error": "No data found."}, 404)
        mine = may_see(call.caller, task)
        found = shaped(rows(Q(pk=task.pk)), call.collective.zone, contacts=mine)[0]
        found["barcodes"] = {"packages": [], "task": call.query.get("code", "")}
        data: Json = {"entity": found, "client_action": _action(call, task), "token_action": scan_token(task.pk)}
        return Answer(data)


def scanned(code: str) -> Task | None:
    """The first task of the delivery that is still to do, else its last."""
    text = code.strip()[:40]
    wanted = Q(number__iexact=text)
    with suppress(ValueError):
        wanted |= Q(ref=uuid.UUID(text))
    delivery = Delivery.objects.filter(wanted).first() if text and "\0" not in text else None
    if delivery is None:
        return None
    tasks = Task.objects.select_related("round", "stop", "delivery").filter(delivery=delivery).order_by(*ALONG)
    found = list(tasks)
    live = [task for task in found if task.status in {TaskStatus.TODO, TaskStatus.DOING}]
    return next(iter(live), found[-1] if found else None)


def _action(call: Call, task: Task) -> Json:
    """What the phone proposes; an empty object when there is nothing, never null."""
    if task.status not in {TaskStatus.TODO, TaskStatus.DOING}:
        return {}
    payload = {"task_id": task.pk}
    membership = call.caller.membership
    courier = task.round.courier_id if task.round else None
    if membership is None or courier != membership.pk:
        return {"action": "ask_to_assign", "payload": payload}
    if task.kind == TaskKind.PICKUP:
        started = task.status == TaskStatus.DOING
        return {"action": "ask_to_complete_pickup" if started else "ask_to_start_pickup", "payload": payload}
    return {"action": "ask_to_complete", "payload": payload}
