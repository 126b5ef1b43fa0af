"""A co-op's own dues: every member may read them; the office files the year's accounts."""

import csv
import io

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collectives.access import allows, membership_of, needs
from collectives.forms import refuse
from collectives.refusals import Refusal
from collectives.views.shared import actor, here
from federation.dues import services
from federation.dues.reading import Statement, accounts_of, statement_of, terms_on
from federation.forms.dues import AccountsForm
from orders.invoices.render import FONTS, NoPaper, pdf_of


@require_safe
@needs("dues.view")
def dues(request: HttpRequest) -> HttpResponseBase:
    return _page(request, None)


@require_POST
@needs("dues.file")
def accounts_file(request: HttpRequest) -> HttpResponseBase:
    form = AccountsForm(request.POST, collective=here(request))
    if form.is_valid():
        try:
            filed = services.file_accounts(collective=here(request), by=actor(request), **form.figures())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(
                request, _("The accounts of %(year)s are filed. Somebody from another co-op confirms them.") % {"year": filed.year}
            )
            return redirect("licence:dues", collective=here(request).slug)
    return _page(request, form)


@require_safe
@needs("dues.view")
def dues_csv(request: HttpRequest) -> HttpResponse:
    statement = statement_of(here(request))
    return _file(table_of(statement).encode(), "text/csv; charset=utf-8", f"{here(request).slug}-dues.csv")


@require_safe
@needs("dues.view")
def dues_pdf(request: HttpRequest) -> HttpResponseBase:
    statement = statement_of(here(request))
    try:
        paper = pdf_of(render_to_string("federation/dues_pdf.html", {"statement": statement, "fonts": FONTS.as_uri()}))
    except NoPaper:
        messages.error(request, _("PDF is off on this server: a library of the system is missing. Print this page instead."))
        return redirect("licence:dues", collective=here(request).slug)
    return _file(paper, "application/pdf", f"{here(request).slug}-dues.pdf")


def table_of(statement: Statement) -> str:
    """The statement as CSV with a byte order mark, so that spreadsheets read its letters."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow([_("Day"), _("What"), _("Decision"), _("Due"), _("Amount"), _("Open after it"), _("Currency")])
    for line, balance in statement.lines:
        due = line.due_on.isoformat() if line.due_on else ""
        rows.writerow(
            [line.on.isoformat(), line.words, line.resolution_number, due, line.amount.plain(), balance.plain(), statement.currency]
        )
    return "\ufeff" + out.getvalue()


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _page(request: HttpRequest, form: AccountsForm | None) -> HttpResponseBase:
    collective = here(request)
    may_file = allows(membership_of(request), "dues.file")
    context = {
        "statement": statement_of(collective),
        "terms": terms_on(collective.standing, collective.currency, collective.today()),
        "accounts": accounts_of(collective),
        "form": form or (AccountsForm(collective=collective) if may_file else None),
    }
    return TemplateResponse(request, "federation/own_dues.html", context, status=422 if form and form.errors else 200)
