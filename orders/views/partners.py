"""The office's partners: who they are, their people, what they carry."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from collectives.access import needs
from coopdelivery.places.models import Place
from coopdelivery.places.services import NoAddress, find_or_create_place
from orders.forms.partner import ParcelTypeForm, PartnerForm, Placed, parcel_type_values, partner_values
from orders.models import ParcelType, Partner, PriceList
from orders.refusals import BadAddress, Refused
from orders.services import add_partner, edit_partner, save_parcel_type
from orders.services.contacts import checked_phone
from orders.views.here import collective_of, person
from orders.views.seats import new_person, partner_page

UNPROCESSABLE = 422


@require_safe
@needs("partners.view")
def partners(request: HttpRequest) -> HttpResponseBase:
    rows = Partner.objects.select_related("place", "price_list").annotate(people=Count("users"))
    context = {
        "partners": rows.order_by("-is_active", "name"),
        "price_lists": PriceList.objects.annotate(rule_count=Count("rules")),
        "parcel_types": ParcelType.objects.all(),
    }
    return TemplateResponse(request, "orders/partner_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("partners.edit")
def partner_new(request: HttpRequest) -> HttpResponseBase:
    form = PartnerForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (added := _saved(request, form, None)):
        messages.success(request, _("%(name)s can order now. Invite its people next.") % {"name": added.name})
        return redirect("orders:partner", collective=collective_of(request).slug, ref=added.ref)
    return _form_page(request, form)


@require_safe
@needs("partners.view")
def partner(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    found = get_object_or_404(Partner.objects.select_related("place", "price_list"), ref=ref)
    return partner_page(request, found, new_person(found))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("partners.edit")
def partner_edit(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    found = get_object_or_404(Partner.objects.select_related("place", "price_list"), ref=ref)
    form = PartnerForm(request.POST or None, initial=partner_values(found))
    if request.method == "POST" and form.is_valid() and (saved := _saved(request, form, found)):
        messages.success(request, _("%(name)s is changed. Past orders stay as they were.") % {"name": saved.name})
        return redirect("orders:partner", collective=collective_of(request).slug, ref=saved.ref)
    return _form_page(request, form, found)


def _saved(request: HttpRequest, form: PartnerForm, found: Partner | None) -> Partner | None:
    """None when something is refused; the form then says what."""
    collective = collective_of(request)
    card = form.card()
    try:
        card["phone"] = checked_phone(card["phone"], country=collective.country, field="phone")
        place = found.place if found and form.cleaned_data["address"] == found.place.one_line else place_typed(request, form)
        if found is None:
            return add_partner(collective=collective, place=place, by=person(request), **card)
        return edit_partner(partner=found, place=place, by=person(request), **card)
    except Refused as refused:
        form.refuse(refused)
        return None


def place_typed(request: HttpRequest, form: Placed) -> Place:
    """The place of a form's address, geocoded when no suggestion was taken. Raises BadAddress."""
    collective = collective_of(request)
    centre = (collective.latitude, collective.longitude)
    try:
        return find_or_create_place(
            collective_id=collective.pk,
            text=form.cleaned_data["address"],
            country=collective.country,
            point=form.point(),
            near=centre if any(centre) else None,
        )
    except NoAddress as error:
        raise BadAddress("address") from error


def _form_page(request: HttpRequest, form: PartnerForm, found: Partner | None = None) -> TemplateResponse:
    context = {"form": form, "partner": found, "has_lists": PriceList.objects.exists()}
    return TemplateResponse(request, "orders/partner_form.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("prices.edit")
def parcel_type_new(request: HttpRequest) -> HttpResponseBase:
    return _parcel_type(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("prices.edit")
def parcel_type(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _parcel_type(request, get_object_or_404(ParcelType, pk=pk))


def _parcel_type(request: HttpRequest, kind: ParcelType | None) -> HttpResponse:
    form = ParcelTypeForm(request.POST or None, initial=parcel_type_values(kind) if kind else None)
    if request.method == "POST" and form.is_valid():
        values: dict[str, Any] = {key: form.cleaned_data[key] for key in ("name", "short_code", "volume_l")}
        try:
            save_parcel_type(collective=collective_of(request), parcel_type=kind, weight_g=form.weight_g(), by=person(request), **values)
        except Refused as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, _("Parcel type “%(name)s” is saved.") % {"name": values["name"]})
            return redirect("orders:partners", collective=collective_of(request).slug)
    status = UNPROCESSABLE if form.errors else 200
    return TemplateResponse(request, "orders/parcel_type_form.html", {"form": form, "kind": kind}, status=status)
