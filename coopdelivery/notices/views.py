"""What I get, what I got, and a test of each way to reach me."""

from uuid import UUID

import orjson
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coopdelivery.kit.access import open_to_all, signed_in
from coopdelivery.kit.received import raw_body
from coopdelivery.kit.refs import BadLink
from coopdelivery.notices import services, trial, unsubscribe
from coopdelivery.notices.channels import CHANNELS
from coopdelivery.notices.forms import BadChoice, channel_notes, grid, read_device, read_grid
from coopdelivery.notices.models import Message, PushSubscription
from coopdelivery.people.devices import device_name
from coopdelivery.people.models import Person, person_of

LOG_LENGTH = 50


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """The grid and the log; POST saves the grid in one go."""
    person = person_of(request)
    if request.method == "POST":
        try:
            services.save_preferences(person=person, chosen=read_grid(person, request.POST))
        except BadChoice as error:
            return page(request, person, error=str(error), status=400)
        messages.success(request, _("Saved. From now on you get what you chose."))
        return redirect("notices:preferences")
    return page(request, person)


def page(request: HttpRequest, person: Person, *, error: str = "", status: int = 200) -> TemplateResponse:
    log = Message.objects.filter(person=person).select_related("part_of").defer("text", "html").order_by("-id")[:LOG_LENGTH]
    context = {
        "rows": grid(person),
        "channels": channel_notes(person),
        "devices": PushSubscription.objects.filter(person=person).order_by("id"),
        "log": log,
        "error": error,
        "push_key": settings.VAPID_PUBLIC_KEY,
    }
    return TemplateResponse(request, "notices/preferences.html", context, status=status)


@signed_in
@require_POST
def test(request: HttpRequest) -> HttpResponse:
    """Send one test now and show what the provider answered."""
    channel = request.POST.get("channel", "")
    if channel not in CHANNELS:
        return page(request, person_of(request), error=_("Choose e-mail, push or SMS for the test."), status=400)
    try:
        message = trial.send_test(person=person_of(request), channel=channel)
    except trial.NoTest as reason:
        return page(request, person_of(request), error=str(reason), status=409)
    if message.state == Message.State.SENT:
        messages.success(request, _("The test was sent. Answer: %(reply)s") % {"reply": message.why})
    else:
        messages.error(request, _("The test was not sent. %(why)s") % {"why": message.why})
    return redirect("notices:preferences")


@signed_in
@require_POST
def push_subscribe(request: HttpRequest) -> JsonResponse:
    """JSON of the browser's PushSubscription in, 201 out."""
    try:
        device = read_device(raw_body(request))
    except BadChoice as error:
        return JsonResponse({"error": {"code": "bad_subscription", "message": str(error)}}, status=400)
    agent = device_name(request.headers.get("User-Agent", ""))
    services.subscribe_device(person=person_of(request), endpoint=device.endpoint, p256dh=device.p256dh, auth=device.auth, device=agent)
    return JsonResponse({"ok": True}, status=201)


@signed_in
@require_POST
def push_forget(request: HttpRequest) -> HttpResponse:
    """No more pushes to one device."""
    if not services.forget_device(person=person_of(request), endpoint=request.POST.get("endpoint", "")):
        return page(request, person_of(request), error=_("This device was not on your list any more."), status=404)
    messages.success(request, _("This device gets no more pushes."))
    return redirect("notices:preferences")


@open_to_all("a service worker is fetched by the browser without meaning; it holds no data")
@require_safe
def push_worker(_request: HttpRequest) -> HttpResponse:
    """The service worker of this page: it only shows pushes."""
    response = HttpResponse(f'importScripts("{static("js/push-events.js")}");\n', content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@csrf_exempt
@open_to_all("a phone's worker says that a push arrived; it knows the reference from the push alone, and it opens nothing")
@never_cache
@require_POST
def push_received(request: HttpRequest) -> HttpResponse:
    """`{"ref"}` of the push in, 204 out; also the second time, and for one that nobody knows."""
    try:
        ref = UUID(str(orjson.loads(raw_body(request))["ref"]))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return JsonResponse({"error": {"code": "bad_request", "message": _("Send the reference of the push as “ref”.")}}, status=400)
    services.push_received(ref=ref)
    return HttpResponse(status=204)


@csrf_exempt
@open_to_all("the signed link under a mail stops that kind of mail without signing in")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Asks first; mail programs post straight away (RFC 8058). Nothing but this one preference can be changed by the link."""
    try:
        person, kind = unsubscribe.read_stop(token)
    except (BadLink, Person.DoesNotExist) as error:
        raise Http404 from error
    if request.method == "POST":
        unsubscribe.stop_mail(person=person, kind=kind)
    context = {"label": unsubscribe.label_of(kind), "stopped": request.method == "POST"}
    return TemplateResponse(request, "notices/stop.html", context)
