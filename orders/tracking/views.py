"""The recipient's page: a signed link, no account, no cookie, no script needed."""

from contextlib import ExitStack
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.kit.access import open_to_all
from coopdelivery.kit.phones import spoken_phone
from orders import carbon
from orders.models import Stop, StopStatus
from orders.proofs import Picture, pictures_of
from orders.refusals import Refused
from orders.services import choices_for, choose_if_absent
from orders.tracking.face import face_of
from orders.tracking.links import is_over, stop_of, tracking_token
from orders.tracking.policies import shows_stops_before

UNPROCESSABLE = 422


@csrf_exempt  # knowing the unguessable link is the permission, and so the page needs no cookie
@open_to_all("the recipient holds the unguessable signed link of this one delivery")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    stop = stop_of(token)
    if stop is None:
        raise Http404
    with ExitStack() as scope:
        scope.enter_context(acting_for(stop.collective))
        scope.enter_context(timezone.override(stop.collective.zone))
        scope.enter_context(translation.override(_language(request, stop)))
        response = _answer(request, stop, token)
        response["X-Robots-Tag"] = "noindex"
        response["Referrer-Policy"] = "no-referrer"
        return response


def _language(request: HttpRequest, stop: Stop) -> str:
    """The one chosen on the page, else what the browser asks for, else the collective's."""
    known = dict(settings.LANGUAGES)
    asked = request.GET.get("lang", "")
    if asked in known:
        return asked
    accepted = request.headers.get("Accept-Language", "")
    if accepted:
        return translation.get_language_from_request(request)
    return stop.collective.language if stop.collective.language in known else settings.LANGUAGE_CODE


def _answer(request: HttpRequest, stop: Stop, token: str) -> HttpResponse:
    if is_over(stop.delivery):
        return TemplateResponse(request, "tracking/over.html", {"stop": stop, "collective": stop.collective}).render()
    if request.method != "POST":
        return _page(request, stop)
    try:
        with journal.source("web"):
            choose_if_absent(stop=stop, choice=request.POST.get("choice", ""), note=request.POST.get("note", ""))
    except Refused as refused:
        return _page(request, stop, refused=refused, status=UNPROCESSABLE)
    language = translation.get_language()
    return redirect(f"{request.path}?lang={language}&saved")


def _page(request: HttpRequest, stop: Stop, *, refused: Refused | None = None, status: int = 200) -> HttpResponse:
    collective, delivery = stop.collective, stop.delivery
    typed = request.POST if request.method == "POST" else {}
    context = {
        "stop": stop,
        "delivery": delivery,
        "collective": collective,
        "sender": delivery.partner.name if delivery.partner else collective.name,
        "face": face_of(stop, shows_stops_before=shows_stops_before()),
        "choices": choices_for(stop),
        "choice": typed.get("choice", stop.if_absent),
        "note": typed.get("note", stop.if_absent_note),
        "refused": refused,
        "saved": "saved" in request.GET,
        "phone": spoken_phone(collective.phone, country=collective.country) if collective.phone else "",
        "trip": carbon.trip(delivery.distance_m) if delivery.distance_m else None,
        "languages": settings.LANGUAGES,
        "token": tracking_token(stop),
        "pictures": _pictures(stop),
    }
    return TemplateResponse(request, "tracking/page.html", context, status=status).render()


def _pictures(stop: Stop) -> list[Picture]:
    """Of this one drop, once it is finished."""
    return pictures_of([stop.pk]).get(stop.pk, []) if stop.status in {StopStatus.DONE, StopStatus.FAILED} else []


@open_to_all("the recipient holds the unguessable signed link of this one delivery")
@never_cache
@require_safe
def picture(request: HttpRequest, token: str, ref: UUID) -> HttpResponseBase:
    """A photo of the handover of this drop, as long as the link is good."""
    stop = stop_of(token)
    if stop is None or is_over(stop.delivery):
        raise Http404
    with acting_for(stop.collective):
        found = next((each for each in _pictures(stop) if each.ref == ref), None)
        if found is None or not found.image.storage.exists(found.image.name):
            raise Http404
        response = FileResponse(found.image.open("rb"), content_type="image/jpeg")
    response["X-Robots-Tag"] = "noindex"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@open_to_all("how the figures on every recipient's page are worked out")
@require_safe
def method(request: HttpRequest) -> HttpResponse:
    factors = {
        "bike_use": carbon.BIKE_USE_G_KM,
        "bike_life": carbon.BIKE_LIFE_G_KM,
        "van_low": carbon.VAN_LOW_G_KM,
        "van_high": carbon.VAN_HIGH_G_KM,
    }
    return TemplateResponse(request, "tracking/method.html", {"factors": factors})
