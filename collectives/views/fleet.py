"""Bikes, trailers and hubs."""

import uuid
from functools import partial

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives import services
from collectives.access import allows, membership_of, needs
from collectives.forms.fleet import HubForm, VehicleForm, vehicle_initial
from collectives.models import Hub, Vehicle
from collectives.refusals import NoStreet
from collectives.views.shared import actor, edit_page, here, press
from coopdelivery.places.models import Place
from coopdelivery.places.services import NoAddress, find_or_create_place

FLEET = "collectives:vehicles"


@require_safe
@needs("fleet.view")
def vehicles(request: HttpRequest) -> HttpResponseBase:
    return _fleet(request)


def _fleet(request: HttpRequest) -> TemplateResponse:
    context = {
        "vehicles": Vehicle.objects.order_by("-in_service", "name"),
        "hubs": Hub.objects.select_related("place").order_by("name"),
        "may_edit": allows(membership_of(request), "fleet.edit"),
    }
    return TemplateResponse(request, "collectives/vehicles.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("fleet.edit")
def vehicle_new(request: HttpRequest) -> HttpResponseBase:
    return _edit_vehicle(request, None, VehicleForm(request.POST or None))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("fleet.edit")
def vehicle(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(Vehicle, ref=ref)
    return _edit_vehicle(request, found, VehicleForm(request.POST or None, initial=vehicle_initial(found)))


def _edit_vehicle(request: HttpRequest, found: Vehicle | None, form: VehicleForm) -> HttpResponseBase:
    def save() -> str:
        saved = services.save_vehicle(collective=here(request), vehicle=found, by=actor(request), **form.facts())
        return _("%(name)s is saved.") % {"name": saved.name}

    return edit_page(request, "collectives/vehicle.html", form, save, then=FLEET, vehicle=found)


@require_POST
@needs("fleet.edit")
def vehicle_remove(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(Vehicle, ref=ref)
    remove = partial(services.remove_vehicle, vehicle=found, by=actor(request))
    return press(request, remove, _("%(name)s is removed.") % {"name": found.name}, then=FLEET, page=_fleet)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("fleet.edit")
def hub_new(request: HttpRequest) -> HttpResponseBase:
    return _edit_hub(request, None, HubForm(request.POST or None, initial={"city": here(request).city}))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("fleet.edit")
def hub(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(Hub.objects.select_related("place"), ref=ref)
    place = found.place
    initial = {"name": found.name, "street_address": place.street_address, "postcode": place.postcode, "city": place.city}
    return _edit_hub(request, found, HubForm(request.POST or None, initial=initial))


def _edit_hub(request: HttpRequest, found: Hub | None, form: HubForm) -> HttpResponseBase:
    def save() -> str:
        name = form.cleaned_data["name"]
        services.save_hub(collective=here(request), name=name, place=_place(request, form), hub=found, by=actor(request))
        return _("%(name)s is saved.") % {"name": name}

    return edit_page(request, "collectives/hub.html", form, save, then=FLEET, hub=found)


def _place(request: HttpRequest, form: HubForm) -> Place:
    """Raises NoStreet."""
    collective = here(request)
    near = (collective.latitude, collective.longitude) if collective.has_centre else None
    address = {name: form.cleaned_data[name] for name in ("street_address", "postcode", "city")}
    try:
        return find_or_create_place(collective_id=collective.pk, country=collective.country, near=near, **address)
    except NoAddress as error:
        raise NoStreet from error


@require_POST
@needs("fleet.edit")
def hub_remove(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(Hub, ref=ref)
    remove = partial(services.remove_hub, hub=found, by=actor(request))
    return press(request, remove, _("%(name)s is removed.") % {"name": found.name}, then=FLEET, page=_fleet)
