"""A partner's known recipients."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives.access import needs
from orders.forms.partner import EntryForm
from orders.models import AddressBookEntry, Partner
from orders.refusals import Refused
from orders.selectors import address_book_matching, address_book_of
from orders.services import remove_entry, save_entry
from orders.views.here import chosen_partner, collective_of, partners, person
from orders.views.partners import place_typed

UNPROCESSABLE = 422
PAGE_SIZE = 50


@require_safe
@needs("deliveries.place")
def address_book(request: HttpRequest) -> HttpResponseBase:
    choices = partners(request)
    partner = chosen_partner(request, choices)
    text = request.GET.get("q", "").strip()[:80]
    rows = (address_book_matching(partner, text) if text else address_book_of(partner)) if partner else AddressBookEntry.objects.none()
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return TemplateResponse(request, "orders/address_book.html", {"partner": partner, "partners": choices, "page": page, "text": text})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("deliveries.place")
def address_new(request: HttpRequest) -> HttpResponseBase:
    partner = chosen_partner(request, partners(request))
    if partner is None:
        raise Http404
    return _edit(request, partner, None, {})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("deliveries.place")
def address(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    entry = _entry(request, ref)
    first = {
        "contact_name": entry.contact_name,
        "address": entry.place.one_line,
        "phone": entry.phone,
        "email": entry.email,
        "note": entry.note,
    }
    return _edit(request, entry.partner, entry, first)


def _entry(request: HttpRequest, ref: UUID) -> AddressBookEntry:
    rows = AddressBookEntry.objects.select_related("partner", "place")
    return get_object_or_404(rows, ref=ref, partner__in=[partner.pk for partner in partners(request)])


def _edit(request: HttpRequest, partner: Partner, entry: AddressBookEntry | None, first: dict[str, Any]) -> HttpResponse:
    form = EntryForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid() and _saved(request, form, partner, entry):
        messages.success(request, _("%(name)s is in the address book.") % {"name": form.cleaned_data["contact_name"]})
        return _to_book(request, partner)
    context = {"form": form, "partner": partner, "entry": entry}
    return TemplateResponse(request, "orders/address_form.html", context, status=UNPROCESSABLE if form.errors else 200)


def _saved(request: HttpRequest, form: EntryForm, partner: Partner, entry: AddressBookEntry | None) -> bool:
    data = form.cleaned_data
    contact = {key: data[key] for key in ("contact_name", "phone", "email", "note")}
    try:
        place = entry.place if entry and data["address"] == entry.place.one_line else place_typed(request, form)
        save_entry(partner=partner, place=place, entry=entry, by=person(request), **contact)
    except Refused as refused:
        form.refuse(refused)
        return False
    return True


@require_POST
@needs("deliveries.place")
def address_remove(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    entry = _entry(request, ref)
    remove_entry(entry=entry, by=person(request))
    messages.success(request, _("%(name)s is no longer in the address book. Past deliveries stay.") % {"name": entry.contact_name})
    return _to_book(request, entry.partner)


def _to_book(request: HttpRequest, partner: Partner) -> HttpResponse:
    response: HttpResponse = redirect("orders:address_book", collective=collective_of(request).slug)
    response["Location"] += f"?partner={partner.ref}"
    return response
