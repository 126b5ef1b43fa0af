"""Favourites, and the papers of a delivery."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collectives.access import needs
from orders.models import Delivery, Document, Favourite
from orders.refusals import Refused
from orders.selectors import deliveries_visible_to
from orders.services.documents import BadDocument, add_document, remove_document
from orders.services.favourites import add_favourite, remove_favourite
from orders.views.here import collective_of, member, partners, person


def _delivery(request: HttpRequest, ref: UUID) -> Delivery:
    delivery: Delivery = get_object_or_404(deliveries_visible_to(member(request)).select_related("partner"), ref=ref)
    return delivery


def _to(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    return redirect("orders:delivery", collective=collective_of(request).slug, ref=delivery.ref)


@require_POST
@needs("deliveries.place")
def favourite_add(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    delivery = _delivery(request, ref)
    try:
        row = add_favourite(delivery=delivery, name=request.POST.get("name", ""), by=person(request))
        messages.success(request, _("“%(name)s” is a favourite: it stands above the form.") % {"name": row.name})
    except Refused as refused:
        messages.error(request, str(refused) if refused.code == "name_taken" else _("Give the favourite a name."))
    return _to(request, delivery)


@require_POST
@needs("deliveries.place")
def favourite_remove(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    found = get_object_or_404(Favourite.objects.filter(partner__in=partners(request)).select_related("delivery"), ref=ref)
    remove_favourite(favourite=found, by=person(request))
    messages.success(request, _("“%(name)s” is no favourite any more.") % {"name": found.name})
    return _to(request, found.delivery)


@require_POST
@needs("deliveries.change")
def document_add(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    delivery = _delivery(request, ref)
    upload = request.FILES.get("file")
    try:
        if upload is None:
            raise BadDocument("file")
        add_document(delivery=delivery, name=request.POST.get("name", ""), upload=upload, by=person(request))
        messages.success(request, _("Added: whoever carries it can read it."))
    except Refused as refused:
        messages.error(request, str(refused))
    return _to(request, delivery)


@require_POST
@needs("deliveries.change")
def document_remove(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    found = _document(request, ref)
    remove_document(document=found, by=person(request))
    messages.success(request, _("The paper is taken away."))
    return _to(request, found.delivery)


@require_safe
@needs("deliveries.view")
def document(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    return file_of(_document(request, ref))


def _document(request: HttpRequest, ref: UUID) -> Document:
    rows = Document.objects.filter(delivery__in=deliveries_visible_to(member(request))).select_related("delivery")
    found: Document = get_object_or_404(rows, ref=ref)
    return found


def file_of(found: Document) -> FileResponse:
    """Pictures are shown, papers are saved: a PDF never opens inside our pages. 404 when the file was purged."""
    if not found.file or not found.file.storage.exists(found.file.name or ""):
        raise Http404
    is_pdf = found.kind == Document.Kind.PDF
    name = f"{slugify(found.name) or 'document'}.{found.kind}"
    response = FileResponse(
        found.file.open("rb"), as_attachment=is_pdf, filename=name, content_type="application/pdf" if is_pdf else "image/jpeg"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=600"
    return response
