"""Pages to look at: the day, one stop, the map, the menu."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from collectives.access import needs
from collectives.middleware import slugs_of
from collectives.models import Collective
from coopdelivery.people.models import person_of
from dispatch.pocket.day import PocketDay, day_of_courier
from dispatch.pocket.views.shared import day_page, me, my_visit
from dispatch.pocket.visits import Visit


@gzip_page
@needs("pocket.use")
@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """Today's stops, the next one in front."""
    today = day_of_courier(me(request))
    return day_page(request, today, today.next)


@gzip_page
@needs("pocket.use")
@require_safe
def task(request: HttpRequest, ref: str) -> HttpResponse:
    """The day with this stop in front."""
    today, visit = my_visit(request, ref)
    return day_page(request, today, visit)


@needs("pocket.use")
@require_safe
def map_page(request: HttpRequest) -> HttpResponse:
    """Numbered pins in the order of the day; those without a point are named."""
    today = day_of_courier(me(request))
    pins = [_pin(today, visit) for visit in reversed(today.stops) if visit.place.point is not None]  # the earlier lies on top
    unknown = [visit for visit in today.stops if visit.place.point is None]
    return TemplateResponse(request, "courier/map.html", {"day": today, "pins": pins, "unknown": unknown})


def _pin(today: PocketDay, visit: Visit) -> dict[str, object]:
    state = {"going": "going", "done": "done", "failed": "failed"}.get(visit.state) or visit.outlook.state.replace("ok", "")
    return {
        "id": visit.ref,
        "lat": visit.place.latitude,
        "lng": visit.place.longitude,
        "label": str(visit.number),
        "kind": "pickup" if visit.is_pickup else "drop",
        "state": state,
        "thread": visit.round.colour,
        "note": bool(visit.notes),
        "next": visit is today.next,
        "title": f"{visit.number}. {visit.where}",
        "url": reverse("pocket:task", args=[visit.ref]),
    }


@needs("pocket.use")
@require_safe
def menu(request: HttpRequest) -> HttpResponse:
    """Where else to go, pushes, colours, signing out."""
    several = len(slugs_of(person_of(request).pk, role="courier")) > 1
    return TemplateResponse(request, "courier/menu.html", {"several": several, "push_key": settings.VAPID_PUBLIC_KEY})


@needs("pocket.use")
@require_http_methods(["GET", "HEAD", "POST"])
def switch(request: HttpRequest) -> HttpResponse:
    """Choose for which co-op the person rides now."""
    slugs = slugs_of(person_of(request).pk, role="courier")
    if request.method == "POST":
        chosen = request.POST.get("collective", "")
        if chosen in slugs:
            request.session["courier_collective"] = chosen
            return redirect("pocket:day")
        messages.error(request, _("You do not ride for this co-op. Choose one of the list."))
    found = Collective.objects.filter(slug__in=slugs)
    return TemplateResponse(request, "courier/switch.html", {"collectives": found}, status=400 if request.method == "POST" else 200)
