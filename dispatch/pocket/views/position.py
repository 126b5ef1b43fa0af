"""My position: whether it is shared, pause, who looked. And the door at which a phone says where it is."""

from datetime import datetime

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collectives.access import needs
from collectives.policies import policies_in_force, policy_value
from coopdelivery.kit.received import raw_body
from coopdelivery.people.models import person_of
from coopdelivery.places.geometry import BadPoint, checked_point
from dispatch.models import Position, PositionLook, PositionPause
from dispatch.pocket.actions import BadAction
from dispatch.pocket.views.shared import me
from dispatch.pocket.views.sync import refusal
from dispatch.services.positions import NotSharing, is_sharing, pause_position, resume_position, share_position

MOST_LOOKS = 100


@needs("pocket.use")
@require_http_methods(["GET", "HEAD", "POST"])
def position(request: HttpRequest) -> HttpResponse:
    """GET tells what is shared and who looked; POST pauses, or shares again."""
    courier = me(request)
    if request.method == "POST":
        if request.POST.get("verb") == "resume":
            resume_position(courier=courier, by=person_of(request))
            messages.success(request, _("Your position is shared again, from “Start” to the end of each stop."))
        else:
            pause_position(courier=courier, by=person_of(request))
            messages.success(request, _("Paused. Nothing is taken in until you share again."))
        return redirect("pocket:position")
    rule = policies_in_force().get("show_position")
    context = {
        "allowed": policy_value("show_position"),
        "kept": policy_value("position_kept"),
        "decision": rule.decision if rule else None,
        "paused": PositionPause.objects.filter(membership=courier).first(),
        "sharing": is_sharing(courier),
        "count": Position.objects.filter(membership=courier).count(),
        "looks": PositionLook.objects.filter(membership=courier).select_related("by")[:MOST_LOOKS],
    }
    return TemplateResponse(request, "courier/position.html", context)


@needs("pocket.use")
@require_POST
def position_here(request: HttpRequest) -> JsonResponse:
    """`{"latitude", "longitude", "at"}` in degrees and with a zone: 201 when kept; else 409 with the reason, and nothing is."""
    try:
        sent = orjson.loads(raw_body(request))
        if not isinstance(sent, dict):
            raise BadAction(_("Send an object with latitude, longitude and at."))
        point = checked_point(sent.get("latitude"), sent.get("longitude"))
        share_position(courier=me(request), at=_moment(sent.get("at")), point=point)
    except orjson.JSONDecodeError:
        return refusal("bad_request", BadAction(_("The body is not JSON.")), 400)
    except BadPoint:
        return refusal("bad_request", BadAction(_("These are not a latitude and a longitude."), "latitude"), 400)
    except BadAction as error:
        return refusal("bad_request", error, 400)
    except NotSharing as refused:
        return refusal("not_sharing", BadAction(refused.sentence), 409)
    return JsonResponse({"ok": True}, status=201)


def _moment(text: object) -> datetime:
    """Raises BadAction."""
    try:
        at = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        at = None
    if at is None or timezone.is_naive(at):
        raise BadAction(_("Write the time with its date and zone, such as 2026-11-24T10:22:00Z."), "at")
    return at
