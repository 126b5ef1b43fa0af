"""Rows → an XLSX workbook: amounts are numbers that can be added up, and nothing that was typed is a formula."""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.worksheet.worksheet import Worksheet

from coopdelivery.kit.money import Money, minor_digits

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(title: str, head: Sequence[str], rows: Iterable[Sequence[object]], figures: frozenset[int] = frozenset()) -> bytes:
    """One sheet. `figures` are the positions of columns whose texts are numbers. Rows are written as they come."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(title))
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, name) for name in head])
    for row in rows:
        sheet.append([_cell(sheet, Decimal(str(value)) if number in figures and value else value) for number, value in enumerate(row)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet_name(title: str) -> str:
    return "".join(letter for letter in title if letter not in "[]:*?/\\")[:31] or "1"


def _cell(sheet: Worksheet, value: Any) -> Cell:
    cell: Cell = WriteOnlyCell(sheet)
    if isinstance(value, Money):
        cell.value = Decimal(value.cents).scaleb(-minor_digits(value.currency))
        cell.number_format = f"0.{'0' * minor_digits(value.currency)}".rstrip(".")
    elif isinstance(value, int | Decimal | date):
        cell.value = value
    else:
        cell.value = "".join(letter for letter in str(value) if letter.isprintable() or letter == "\n")
        cell.data_type = "s"  # a text stays a text, also when it begins like a formula
    return cell
