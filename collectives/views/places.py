"""Addresses while they are typed, and the ones somebody must look at."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from collectives.access import needs
from collectives.models import Collective
from coopdelivery.places import services
from coopdelivery.places.geocode import suggest
from coopdelivery.places.geometry import BadPoint, Point, point_in_text
from coopdelivery.places.models import Place
from coopdelivery.places.selectors import places_to_check


@require_safe
@needs("places.suggest")
def places_suggest(request: HttpRequest) -> HttpResponseBase:
    """A fragment: options for the list box whose id is `list`, for the text in `q`."""
    collective = here(request)
    found = suggest(request.GET.get("q", ""), near=centre_of(collective), country=collective.country)
    list_id = request.GET.get("list", "")
    context = {"suggestions": found, "list_id": list_id if list_id.replace("-", "").replace("_", "").isalnum() else "suggestions"}
    return TemplateResponse(request, "places/_suggestions.html", context)


@require_safe
@needs("places.fix")
def places(request: HttpRequest) -> HttpResponseBase:
    """Addresses nobody has located for sure."""
    found = places_to_check(here(request).pk)
    pins = [_pin(place, place.point, at) for at, place in enumerate(found, start=1) if place.point]
    return TemplateResponse(request, "places/place_list.html", {"places": found, "pins": pins})


@require_safe
@needs("places.fix")
def place(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(Place, ref=ref)
    return _editor(request, found, typed=_written(found.point))


@require_POST
@needs("places.fix")
def place_fix(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(Place, ref=ref)
    typed = request.POST.get("point", "")
    try:
        point = point_in_text(typed)
    except BadPoint:
        point = None
    if point is None:
        error = _("This is not a place on the earth. Write latitude and longitude, such as 60.1699, 24.9384, or click on the map.")
        return _editor(request, found, typed=typed, error=error, status=400)
    moved = services.fix_pin(place=found, latitude=point.latitude, longitude=point.longitude, by=request.user)
    messages.success(
        request,
        ngettext("%(address)s is placed.", "%(address)s is placed, for %(count)d contacts.", moved)
        % {"address": found.one_line, "count": moved},
    )
    return redirect("places:places", collective=here(request).slug)


@require_POST
@needs("places.fix")
def place_locate(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """Ask the geocoder again."""
    found = get_object_or_404(Place, ref=ref)
    if services.locate_again(place=found, near=centre_of(here(request))):
        messages.success(request, _("%(address)s is found now.") % {"address": found.one_line})
    else:
        messages.warning(request, _("%(address)s is still not found. Place it on the map.") % {"address": found.one_line})
    return redirect("places:places", collective=here(request).slug)


def here(request: HttpRequest) -> Collective:
    collective: Collective = request.collective  # type: ignore[attr-defined]  # set by the middleware
    return collective


def centre_of(collective: Collective) -> Point | None:
    """Where the collective is; None until it has been said."""
    if not collective.latitude and not collective.longitude:
        return None
    return Point(collective.latitude, collective.longitude)


def _editor(request: HttpRequest, found: Place, *, typed: str, error: str = "", status: int = 200) -> TemplateResponse:
    return TemplateResponse(request, "places/place_pin.html", {"place": found, "typed": typed, "error": error}, status=status)


def _written(point: Point | None) -> str:
    return f"{point.latitude:.6f}, {point.longitude:.6f}" if point else ""


def _pin(found: Place, point: Point, number: int) -> dict[str, object]:
    return {
        "id": str(found.ref),
        "lat": point.latitude,
        "lng": point.longitude,
        "label": str(number),
        "state": "risk",
        "thread": 6,
        "title": found.one_line,
        "url": "",
    }
