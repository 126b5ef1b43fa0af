"""The phone's outbox empties here: taps first, photos later; each may come twice."""

from typing import Any
from uuid import uuid5

import orjson
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from collectives.access import needs
from collectives.models import Membership
from coopdelivery.kit.received import raw_body
from coopdelivery.people.models import person_of
from dispatch.models import Proof, Task, TaskStatus
from dispatch.pocket.acting import act
from dispatch.pocket.actions import MOST, BadAction, from_json, uuid_of
from dispatch.pocket.conflicts import was_given
from dispatch.pocket.views.shared import me
from dispatch.services.asked import asked_of
from dispatch.services.proofs import Given, add_proof, redrawn
from dispatch.services.refusals import BadProof
from orders.proof_rules import OFF

PICTURES = (Proof.Kind.PHOTO, Proof.Kind.SIGNATURE)


@never_cache
@needs("pocket.use")
@require_POST
def sync(request: HttpRequest) -> JsonResponse:
    """`{"person", "actions": […]}` in; `{"results": [{"client_id", "outcome", "message", "tasks"}], "at"}` out, in the same order.

    `at` is this server's time once all of it is kept: a day that was read later holds it. The phone's own clock says nothing of that.
    Outcome is done, refused, conflict, withdrawn or bad. 409 when the phone's taps are another person's: they stay on the phone.
    """
    try:
        body = _body(request)
    except BadAction as error:
        return refusal("bad_request", error, 400)
    if str(body.get("person", "")) != str(person_of(request).ref):
        sentence = _("These actions were made by somebody else. They are sent when that person signs in again.")
        return refusal("other_person", BadAction(sentence, "person"), 409)
    courier = me(request)
    results = [_one(raw, courier) for raw in body["actions"]]
    return JsonResponse({"results": results, "at": timezone.now().isoformat()})


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        body = orjson.loads(raw_body(request))
    except orjson.JSONDecodeError as error:
        raise BadAction(_("The body is not JSON.")) from error
    if not isinstance(body, dict) or not isinstance(body.get("actions"), list):
        raise BadAction(_("Send an object with a list of actions."), "actions")
    if len(body["actions"]) > MOST:
        raise BadAction(_("This is not a list of at most %(most)s.") % {"most": MOST}, "actions")
    return body


def _one(raw: object, courier: Membership) -> dict[str, object]:
    sent = raw.get("client_id") if isinstance(raw, dict) else None
    try:
        row = act(from_json(raw), by=courier)
    except (BadAction, BadProof) as error:
        return {"client_id": sent, "outcome": "bad", "message": error.sentence, "field": error.field, "tasks": {}}
    return {
        "client_id": str(row.client_id),
        "outcome": row.outcome,
        "message": row.answer.get("message", ""),
        "tasks": row.answer.get("tasks", {}),
    }


@never_cache
@needs("pocket.use")
@require_POST
def proof(request: HttpRequest) -> JsonResponse:
    """A picture for the stops of one tap, as a form: `tasks` (each), `client_id`, `taken_at`, `photo`, and `kind`: photo or signature.

    201, also the second time.
    """
    try:
        _keep(request, me(request))
    except (BadAction, BadProof) as error:
        return refusal("bad_proof", error, 400)
    return JsonResponse({"ok": True}, status=201)


def _keep(request: HttpRequest, courier: Membership) -> None:
    client_id = uuid_of(request.POST.get("client_id", ""), "client_id")
    refs = [uuid_of(ref, "tasks") for ref in request.POST.getlist("tasks")[:MOST]]
    tasks = Task.objects.select_related("delivery__partner", "delivery__order", "stop", "round").filter(ref__in=refs)
    own = [task for task in tasks if was_given(task, courier)]
    if not own:
        raise BadAction(_("This stop is not in your day any more. Load your day again."), "tasks")
    upload = request.FILES.get("photo")
    if upload is None:
        raise BadProof(_("There is no photo in it. Take it again."), field="photo")
    kind = request.POST.get("kind", "") or Proof.Kind.PHOTO
    if kind not in PICTURES:
        raise BadAction(_("This is neither a photo nor a signature."), "kind")
    jpeg = redrawn(upload)
    taken_at = _taken(request.POST.get("taken_at", ""))
    for task in own:
        asked = asked_of([task], failed=task.status == TaskStatus.FAILED)
        if task.status != TaskStatus.DONE or getattr(asked, kind) != OFF:
            given = Given(kind, image=jpeg, taken_at=taken_at, client_id=uuid5(client_id, f"{kind} {task.ref}"))
            add_proof(task=task, proof=given, by=courier.person)


def _taken(text: str) -> Any:
    now = timezone.now()
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    return at if at is not None and timezone.is_aware(at) and at < now else now


def refusal(code: str, error: BadAction | BadProof, status: int) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "message": error.sentence, "field": error.field}}, status=status)
