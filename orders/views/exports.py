"""Lists and statements as files for spreadsheets: the same rows as on the screen, as CSV and as XLSX."""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from collectives.access import needs
from coopdelivery.kit.money import Money
from orders.invoices.tables import statement_rows
from orders.invoices.workbook import XLSX, workbook
from orders.models import Delivery, Stop, StopKind
from orders.rows import filtered, in_order
from orders.selectors import deliveries_visible_to
from orders.views.deliveries import filters_of, safe_cell
from orders.views.here import collective_of, member
from orders.views.statements import file_name, statement_or_404

MOST_ROWS = 20_000
COLUMNS = (
    "number",
    "partner",
    "status",
    "placed",
    "from",
    "to",
    "recipient",
    "promised",
    "finished",
    "received_by",
    "net",
    "vat",
    "currency",
    "waited_min",
    "cash_to_collect",
    "cash_collected",
)
FIGURES = frozenset({"net", "vat", "waited_min", "cash_to_collect", "cash_collected"})


@require_safe
@needs("deliveries.view")
def deliveries_csv(request: HttpRequest) -> HttpResponseBase:
    """The filtered list as CSV (UTF-8), one line for each drop, times in the collective's zone."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="deliveries.csv"'
    response.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    writer.writerows([safe_cell(cell) for cell in line] for line in _lines(request))
    return response


@require_safe
@needs("deliveries.view")
def deliveries_xlsx(request: HttpRequest) -> HttpResponseBase:
    """The same lines as a workbook, whose figures can be added up."""
    figures = frozenset(number for number, name in enumerate(COLUMNS) if name in FIGURES)
    return _workbook(workbook(_("Deliveries"), COLUMNS, _lines(request), figures), "deliveries")


@require_safe
@needs("statements.view")
def statement_xlsx(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """Line by line as on the screen and in the CSV, with the same totals at the end."""
    found = statement_or_404(request, ref)
    head, rows = statement_rows(found)
    return _workbook(workbook(file_name(found), head, rows), file_name(found))


def _workbook(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'})


def _lines(request: HttpRequest) -> Iterator[list[str]]:
    rows = in_order(filtered(deliveries_visible_to(member(request)), filters_of(request), collective_of(request).zone))
    for found in rows[:MOST_ROWS]:
        stops = list(found.stops.all())
        pickups = [stop for stop in stops if stop.kind == StopKind.PICKUP]
        yield from (_line(found, pickups, stop) for stop in stops if stop.kind == StopKind.DROPOFF)


def _line(found: Delivery, pickups: Sequence[Stop], stop: Stop) -> list[str]:
    order = found.order
    return [
        found.number,
        found.partner.name if found.partner else "",
        found.status,
        _minute(found.placed_at),
        "; ".join(pickup.place.one_line for pickup in pickups),
        stop.place.one_line,
        stop.contact_name,
        f"{_minute(stop.window_start)} / {_minute(stop.window_end)}",
        _minute(stop.finished_at),
        stop.received_by,
        order.net.plain(),
        order.vat.plain(),
        order.currency,
        str(sum(one.waited_min for one in (*pickups, stop))),
        Money(stop.collect_cents, order.currency).plain() if stop.collect_cents else "",
        Money(stop.collected_cents, order.currency).plain() if stop.collected_cents is not None else "",
    ]


def _minute(instant: datetime | None) -> str:
    return timezone.localtime(instant).strftime("%Y-%m-%d %H:%M") if instant else ""
