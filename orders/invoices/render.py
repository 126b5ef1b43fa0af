"""Statements on paper, by WeasyPrint. It needs Pango from the system; without it everything else works and this says so."""

import importlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.template.loader import render_to_string

from orders.invoices.selectors import lines_of
from orders.invoices.tables import goes_to, outcome
from orders.invoices.totals import totals_of
from orders.models import Statement

FONTS = settings.ROOT / "static" / "fonts"


class NoPaper(Exception):
    """The PDF library of the system is missing."""


@cache
def _weasyprint() -> Any:
    """Imported when the first PDF is asked for: it takes half a second, and Pango may be missing."""
    try:
        return importlib.import_module("weasyprint")
    except OSError as error:
        raise NoPaper(str(error)) from error


def statement_html(statement: Statement) -> str:
    """The paper as HTML; the figures are those of the screen."""
    rows = [{"line": line, "to": goes_to(line), "outcome": outcome(line)} for line in lines_of(statement)]
    context = {"statement": statement, "collective": statement.collective, "partner": statement.partner}
    return render_to_string("orders/statement_pdf.html", {**context, "totals": totals_of(statement), "rows": rows, "fonts": FONTS.as_uri()})


def statement_pdf(statement: Statement) -> bytes:
    """A PDF of A4 pages. Raises NoPaper."""
    return pdf_of(statement_html(statement))


def pdf_of(html: str) -> bytes:
    """Any paper of ours. Raises NoPaper."""
    pdf: bytes = _weasyprint().HTML(string=html, url_fetcher=_fetch_font).write_pdf()
    return pdf


def _fetch_font(url: str, *_args: object, **_kwargs: object) -> Mapping[str, object]:
    """Paper reads our own fonts and nothing else, neither files nor addresses."""
    path = Path(unquote(urlsplit(url).path))
    if urlsplit(url).scheme != "file" or path.parent != FONTS:
        raise ValueError(f"{url} is not a font of ours")
    return {"string": path.read_bytes(), "mime_type": "font/woff2"}
