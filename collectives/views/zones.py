"""Where the collective rides."""

import json
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives import services
from collectives.access import needs
from collectives.forms.zones import ZoneForm
from collectives.models import Zone
from collectives.views.shared import actor, edit_page, here


@require_safe
@needs("zones.edit")
def zones(request: HttpRequest) -> HttpResponseBase:
    return TemplateResponse(request, "collectives/zones.html", {"zones": Zone.objects.all()})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("zones.edit")
def zone_new(request: HttpRequest) -> HttpResponseBase:
    return _edit(request, None, ZoneForm(request.POST or None, request.FILES or None))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("zones.edit")
def zone(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(Zone, ref=ref)
    initial = {"name": found.name, "is_service_area": found.is_service_area, "area": json.dumps(found.area)}
    return _edit(request, found, ZoneForm(request.POST or None, request.FILES or None, initial=initial))


def _edit(request: HttpRequest, found: Zone | None, form: ZoneForm) -> HttpResponseBase:
    def save() -> str:
        facts = {name: form.cleaned_data[name] for name in ("name", "is_service_area", "area")}
        saved = services.save_zone(collective=here(request), zone=found, by=actor(request), **facts)
        return _("The zone %(name)s is saved.") % {"name": saved.name}

    return edit_page(request, "collectives/zone.html", form, save, then="collectives:zones", zone=found)


@require_POST
@needs("zones.edit")
def zone_remove(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(Zone, ref=ref)
    services.remove_zone(zone=found, by=actor(request))
    messages.success(request, _("The zone %(name)s is removed.") % {"name": found.name})
    return redirect("collectives:zones", collective=here(request).slug)
