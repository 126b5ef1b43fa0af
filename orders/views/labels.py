"""Labels of one delivery, or of a filtered list."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from collectives.access import needs
from orders.invoices.render import NoPaper
from orders.labels import SIZES, labels_pdf
from orders.models import Delivery
from orders.rows import OPEN, filtered, in_order
from orders.selectors import deliveries_visible_to
from orders.views.deliveries import filters_of
from orders.views.here import collective_of, member

MOST_DELIVERIES = 100


@require_safe
@needs("deliveries.view")
def delivery_labels(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """`?size=a4` (eight on a sheet) or `10x15`."""
    rows = deliveries_visible_to(member(request)).select_related("partner", "order")
    found: Delivery = get_object_or_404(rows.prefetch_related("stops__place", "stops__parcels"), ref=ref)
    return _paper(request, [found], found.number)


@require_safe
@needs("deliveries.view")
def deliveries_labels(request: HttpRequest) -> HttpResponseBase:
    """Of what the list shows and is not finished yet."""
    visible = deliveries_visible_to(member(request)).filter(status__in=OPEN)
    rows = in_order(filtered(visible, filters_of(request), collective_of(request).zone)).prefetch_related("stops__parcels")
    return _paper(request, list(rows[:MOST_DELIVERIES]), "labels")


def _paper(request: HttpRequest, deliveries: list[Delivery], name: str) -> HttpResponse:
    size = request.GET.get("size", "")
    try:
        pdf = labels_pdf(deliveries, size if size in SIZES else SIZES[0])
    except NoPaper:
        messages.error(request, _("PDF files cannot be made on this server: its library is missing. Ask who runs it."))
        return redirect("orders:deliveries", collective=collective_of(request).slug)
    return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}.pdf"'})
