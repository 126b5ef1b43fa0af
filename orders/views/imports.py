"""Many deliveries from a file: upload, columns, every line's verdict, ordering."""

import csv
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives.access import needs
from coopdelivery.kit.htmx import is_fragment
from orders.forms.imports import ColumnsForm, FileForm
from orders.imports import services
from orders.imports.columns import FIELDS, values_of
from orders.models import ImportBatch, ImportRow
from orders.refusals import Refused
from orders.selectors import partners_of
from orders.views.deliveries import safe_cell
from orders.views.here import chosen_partner, collective_of, member, partners, person

BAD_SHOWN, GOOD_SHOWN = 50, 40
UNPROCESSABLE = 422
State, RowState = ImportBatch.State, ImportRow.State


def _batches(request: HttpRequest) -> QuerySet[ImportBatch]:
    return ImportBatch.objects.filter(partner__in=partners_of(member(request))).select_related(
        "partner__collective", "partner__price_list", "by"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("deliveries.place")
def imports(request: HttpRequest) -> HttpResponseBase:
    """The files so far, and a new one."""
    choices = partners(request)
    partner = chosen_partner(request, choices)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and partner is not None and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = services.read_file(partner=partner, file=file, name=file.name, by=person(request))
        except Refused as refused:
            form.add_error("file", str(refused))
        else:
            return redirect("orders:import", collective=collective_of(request).slug, ref=batch.ref)
    context = {"form": form, "partners": choices, "partner": partner, "batches": _batches(request)[:50]}
    return TemplateResponse(request, "orders/import_list.html", context, status=UNPROCESSABLE if request.method == "POST" else 200)


@require_safe
@needs("deliveries.place")
def import_batch(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    batch = get_object_or_404(_batches(request), ref=ref)
    return _page(request, batch, ColumnsForm(batch=batch))


def _page(request: HttpRequest, batch: ImportBatch, form: ColumnsForm) -> HttpResponse:
    counts = services.counts_of(batch)
    context = {
        "batch": batch,
        "form": form,
        "counts": counts,
        "busy": batch.state in {State.CHECKING, State.ORDERING},
        "worked": counts["total"] - counts[RowState.NEW] if batch.state == State.CHECKING else counts["total"] - counts[RowState.READY],
        "bad": [_shown(row, batch) for row in batch.rows.filter(state=RowState.BAD)[:BAD_SHOWN]],
        "good": Paginator(_good(batch), GOOD_SHOWN).get_page(request.GET.get("page")),
        "currency": batch.partner.collective.currency,
        "sample": batch.rows.all()[:3],
    }
    if is_fragment(request):
        return TemplateResponse(request, "orders/import_detail.html#progress", context)
    return TemplateResponse(request, "orders/import_detail.html", context, status=UNPROCESSABLE if form.errors else 200)


def _good(batch: ImportBatch) -> QuerySet[ImportRow]:
    return batch.rows.filter(state__in=[RowState.READY, RowState.PLACED, RowState.KNOWN]).select_related("delivery")


def _shown(row: ImportRow, batch: ImportBatch) -> dict[str, object]:
    """A line with the texts of its named columns, to be put right."""
    values = values_of(row.cells, batch.columns, batch.defaults)
    fields = [(field, FIELDS[field][0], values[field], field == row.field) for field in batch.columns]
    label = FIELDS[row.field][0] if row.field in FIELDS else ""
    return {"row": row, "fields": fields, "column": label, "value": values.get(row.field, "")}


@require_POST
@needs("deliveries.place")
def import_columns(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    batch = get_object_or_404(_batches(request), ref=ref)
    form = ColumnsForm(request.POST, batch=batch)
    if not form.is_valid():
        return _page(request, batch, form)
    try:
        columns, defaults = form.columns(), form.defaults()
        services.name_columns(batch=batch, columns=columns, defaults=defaults, whole=form.cleaned_data["whole"], by=person(request))
    except Refused as refused:
        form.refuse(refused.field, str(refused))
        return _page(request, batch, form)
    return redirect("orders:import", collective=collective_of(request).slug, ref=ref)


@require_POST
@needs("deliveries.place")
def import_order(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    batch = get_object_or_404(_batches(request), ref=ref)
    try:
        services.order_batch(batch=batch, by=person(request))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("orders:import", collective=collective_of(request).slug, ref=ref)


@require_POST
@needs("deliveries.place")
def import_row(request: HttpRequest, ref: UUID, line: int) -> HttpResponseBase:
    """One line put right."""
    batch = get_object_or_404(_batches(request), ref=ref)
    row = get_object_or_404(batch.rows.select_related("batch__partner__collective", "batch__partner__price_list"), line=line)
    values = {field: request.POST[field][:500].replace("\x00", "") for field in batch.columns if field in request.POST}
    try:
        row = services.correct_row(row=row, values=values)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        if row.state == RowState.BAD:
            messages.error(request, _("Line %(line)s: %(problem)s") % {"line": row.line, "problem": row.problem})
        else:
            messages.success(request, _("Line %(line)s is good now.") % {"line": row.line})
    return redirect("orders:import", collective=collective_of(request).slug, ref=ref)


@require_safe
@needs("deliveries.place")
def import_bad(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """The lines that were not taken, as a file to put right and send again, each with its reason."""
    batch = get_object_or_404(_batches(request), ref=ref)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="to-put-right.csv"'
    response.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer = csv.writer(response)
    writer.writerow([*map(safe_cell, batch.headers), _("Line"), _("What is wrong")])
    for row in batch.rows.filter(state=RowState.BAD).iterator():
        cells = [*row.cells, *[""] * (len(batch.headers) - len(row.cells))]
        writer.writerow([*map(safe_cell, cells[: len(batch.headers)]), row.line, row.problem])
    return response
