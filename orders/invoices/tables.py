"""CSV files: UTF-8 with a mark that spreadsheets understand, plain figures, and no cell that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from coopdelivery.kit.money import Money
from coopdelivery.ledger.models import Posting
from orders.invoices.selectors import lines_of
from orders.invoices.totals import totals_of
from orders.models import Statement, StatementLine
from orders.payments.chart import name_of

BYTE_ORDER_MARK = "\ufeff"
RUNS = ("=", "+", "-", "@", "\t", "\r")


def cell(value: object) -> str:
    """What people typed never starts a formula; figures of ours are passed as Money or int."""
    if isinstance(value, Money):
        return value.plain()
    if isinstance(value, int | date):
        return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(RUNS) else text


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    return BYTE_ORDER_MARK + sheet.getvalue()


def statement_table(statement: Statement) -> str:
    return table(*statement_rows(statement))


def statement_rows(statement: Statement) -> tuple[list[str], list[list[object]]]:
    """Head and rows, line by line as on the screen, with the same totals at the end."""
    head = [_("Day"), _("Code"), _("To"), _("Outcome"), _("Before VAT"), _("VAT rate"), _("VAT"), _("With VAT"), _("Currency")]
    totals = totals_of(statement)
    end: list[object] = ["", "", "", _("Total"), totals.net, "", totals.vat, totals.gross, statement.currency]
    return head, [*(_line(line) for line in lines_of(statement)), end]


def _line(line: StatementLine) -> list[object]:
    rate = f"{line.vat_rate / 100:g}"
    return [line.on, line.order.number, goes_to(line), outcome(line), line.net, rate, line.vat, line.net + line.vat, line.currency]


def goes_to(line: StatementLine) -> str:
    """`7 place du Ralliement`, or `7 place du Ralliement and 1 more`; the drops are prefetched by `lines_of`."""
    drops = line.delivery.drops  # type: ignore[attr-defined]  # put there by lines_of
    first = drops[0].place.street_address or drops[0].place.one_line if drops else ""
    return _("%(first)s and %(more)s more") % {"first": first, "more": len(drops) - 1} if len(drops) > 1 else str(first)


def outcome(line: StatementLine) -> str:
    """`delivered`, `attempted, failed`, or the credit with its reason."""
    if line.credit is None:
        return str(line.get_kind_display())
    return _("credit: %(reason)s") % {"reason": line.credit.reason}


def journal_table(postings: Iterable[Posting], currency: str) -> str:
    """One row an entry, as accountants import it."""
    head = [
        _("Number"),
        _("Day"),
        _("Piece"),
        _("Account"),
        _("Account name"),
        _("Text"),
        _("Debit"),
        _("Credit"),
        _("Currency"),
        _("Written at"),
    ]
    return table(head, (row for posting in postings for row in _posting(posting, currency)))


def _posting(posting: Posting, currency: str) -> Iterable[list[object]]:
    written = timezone.localtime(posting.written_at).isoformat(timespec="seconds")
    for entry in posting.entries.all():
        debit, credit = Money(max(entry.cents, 0), currency), Money(max(-entry.cents, 0), currency)
        sums = [debit if entry.cents > 0 else "", credit if entry.cents < 0 else ""]
        yield [posting.number, posting.on, posting.key, entry.account.code, name_of(entry.account), posting.memo, *sums, currency, written]
