"""The public face: who is a member, under which conditions, and how to join."""

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from coopdelivery.kit.access import open_to_all
from federation import selectors
from federation.atlas import atlas_of


@require_safe
@open_to_all("who delivers where is for everyone to know")
def directory(request: HttpRequest) -> HttpResponseBase:
    listed = list(selectors.directory())
    text, country = request.GET.get("q", "")[:80], request.GET.get("country", "")[:2].upper()
    shown = [row for row in listed if text.casefold().strip() in selectors.searched(row) and country in {"", row.country}]
    context = {
        "members": sum(row.standing == "member" for row in listed),
        "shown": shown,
        "countries": sorted({row.country for row in listed}),
        "country": country,
        "text": text,
        "atlas": atlas_of(listed),
    }
    return TemplateResponse(request, "federation/directory.html", context)
