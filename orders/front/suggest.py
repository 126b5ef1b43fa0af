"""Addresses while they are typed, for people without an account. What was typed is kept nowhere."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from collectives.models import Collective
from coopdelivery.kit.access import open_to_all
from coopdelivery.kit.limits import spend
from coopdelivery.people.adapter import address_of
from coopdelivery.places import geocode
from coopdelivery.places.geometry import Point
from orders.front.doors import by_name

SHORTEST, MOST = 3, 6
MOST_ASKED, SPAN_S = 200, 600  # a letter is a question: two forms filled slowly


@open_to_all("anybody may ask a co-op for a delivery, and is helped to spell the street")
@require_safe
@by_name
def suggest(request: HttpRequest, collective: Collective) -> HttpResponse:
    """Options for a list box: `q` is the text, `list` the list box's id. Nothing for an address that asks too often."""
    text, list_id = request.GET.get("q", "").strip()[:100], request.GET.get("list", "")
    may = len(text) >= SHORTEST and spend("suggest", address_of(request), at_most=MOST_ASKED, within_s=SPAN_S)
    near = Point(collective.latitude, collective.longitude) if collective.latitude or collective.longitude else None
    context = {
        "entries": [],
        "suggestions": geocode.suggest(text, near=near, country=collective.country, limit=MOST) if may else [],
        "text": text,
        "list_id": list_id if list_id.replace("-", "").isalnum() and list_id.isascii() else "suggestions",
    }
    return TemplateResponse(request, "orders/_suggestions.html", context)
