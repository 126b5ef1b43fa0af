"""A partner's months: list, page, paper, table, closing. Partner people see their own partner's and no other."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from collectives.access import allows, needs
from orders.invoices.render import NoPaper, statement_pdf
from orders.invoices.selectors import lines_of, statements_visible_to
from orders.invoices.services import close_statement, closes_from
from orders.invoices.tables import goes_to, outcome, statement_table
from orders.invoices.totals import sums_by_statement, totals_of
from orders.models import Statement
from orders.refusals import Refused
from orders.views.here import collective_of, member, person

LIST_LENGTH = 200


@require_safe
@needs("statements.view")
def statements(request: HttpRequest) -> HttpResponse:
    found = list(statements_visible_to(member(request)).select_related("partner")[:LIST_LENGTH])
    sums = sums_by_statement(found)
    rows = [{"statement": row, "sum": sums[row.pk]} for row in found]
    context = {"rows": rows, "tab": "statements", "office": allows(member(request), "books.view")}
    return TemplateResponse(request, "orders/statement_list.html", context)


def statement_or_404(request: HttpRequest, ref: UUID) -> Statement:
    found: Statement = get_object_or_404(statements_visible_to(member(request)).select_related("partner__place", "collective"), ref=ref)
    return found


@require_safe
@needs("statements.view")
def statement(request: HttpRequest, ref: UUID) -> HttpResponse:
    found = statement_or_404(request, ref)
    rows = [{"line": line, "to": goes_to(line), "outcome": outcome(line)} for line in lines_of(found)]
    office = allows(member(request), "books.view")
    may_close = office and found.closed_at is None and bool(rows) and collective_of(request).today() >= closes_from(found)
    context = {
        "statement": found,
        "totals": totals_of(found),
        "rows": rows,
        "office": office,
        "may_close": may_close,
        "closes_from": closes_from(found),
        "tab": "statements",
    }
    return TemplateResponse(request, "orders/statement.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("settlements.run")
def statement_close(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Asks once, because it cannot be undone; the POST closes."""
    found = statement_or_404(request, ref)
    context = {"statement": found, "totals": totals_of(found), "tab": "statements", "office": True}
    if request.method != "POST":
        return TemplateResponse(request, "orders/statement_close.html", context)
    try:
        closed = close_statement(statement=found, by=person(request))
    except Refused as refused:
        return TemplateResponse(request, "orders/statement_close.html", {**context, "refused": refused}, status=409)
    messages.success(request, _("%(number)s is closed.") % {"number": closed.number})
    return redirect("orders:statement", collective=collective_of(request).slug, ref=closed.ref)


@require_safe
@needs("statements.view")
def statement_paper(request: HttpRequest, ref: UUID) -> HttpResponse:
    found = statement_or_404(request, ref)
    try:
        pdf = statement_pdf(found)
    except NoPaper:
        return TemplateResponse(request, "orders/statement_no_paper.html", {"statement": found, "tab": "statements"}, status=503)
    return _file(pdf, "application/pdf", f"{file_name(found)}.pdf")


@require_safe
@needs("statements.view")
def statement_csv(request: HttpRequest, ref: UUID) -> HttpResponse:
    found = statement_or_404(request, ref)
    return _file(statement_table(found).encode(), "text/csv; charset=utf-8", f"{file_name(found)}.csv")


def file_name(found: Statement) -> str:
    """`S-2026-0007` once it is closed, before that its month."""
    return found.number or f"{found.month:%Y-%m}-{found.partner_id}"


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
