"""A file → lines of cells, as text. Comma, semicolon or tab; UTF-8 or Windows-1252; workbooks' first sheet. Nothing is executed."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any
from xml.sax import SAXException
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext_lazy as _
from odf.opendocument import load
from odf.table import Table, TableCell, TableRow
from odf.teletype import extractText
from openpyxl import load_workbook

from orders.refusals import Refused

MOST_ROWS = 10_000
MOST_COLUMNS = 60
MOST_BYTES = 8 * 1024 * 1024
MOST_UNPACKED = 120 * 1024 * 1024
LONGEST_CELL = 500
ZIP = b"PK\x03\x04"


class Unreadable(Refused):
    code = "unreadable"
    sentence = _("This file cannot be read. Save it as CSV, XLSX or ODS, with one delivery on each line and names of columns on the first.")


class TooMany(Refused):
    code = "too_many"
    sentence = _("This file is too big: up to %(most)s deliveries at once. Cut it in two.")


def lines_of(file: IO[bytes], name: str) -> Iterator[list[str]]:
    """Every line that is not empty, header first, read as it is asked for. Raises Unreadable or TooMany."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if not size or size > MOST_BYTES:
        raise (TooMany("file", most=MOST_ROWS) if size else Unreadable("file"))
    is_zip = file.read(4) == ZIP
    file.seek(0)
    try:
        found = _from_zip(file, name) if is_zip else _from_csv(file)
        yield from _counted(found)
    except (BadZipFile, KeyError, ValueError, csv.Error, SAXException, EOFError, OSError, AttributeError, TypeError, IndexError) as error:
        raise Unreadable("file") from error


def _counted(lines: Iterator[list[str]]) -> Iterator[list[str]]:
    number = 0
    for line in lines:
        cells = [cell.replace("\x00", "").strip()[:LONGEST_CELL] for cell in line[:MOST_COLUMNS]]
        if not any(cells):
            continue
        if number > MOST_ROWS:
            raise TooMany("file", most=MOST_ROWS)
        number += 1
        yield cells


def _from_zip(file: IO[bytes], name: str) -> Iterator[list[str]]:
    with ZipFile(file) as archive:
        names = set(archive.namelist())
        if sum(info.file_size for info in archive.infolist()) > MOST_UNPACKED:
            raise TooMany("file", most=MOST_ROWS)
    file.seek(0)
    return _from_ods(file) if "content.xml" in names else _from_xlsx(file)


def _from_xlsx(file: IO[bytes]) -> Iterator[list[str]]:
    book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    try:
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield [_text(value) for value in row]
    finally:
        book.close()


def _from_ods(file: IO[bytes]) -> Iterator[list[str]]:
    sheet = load(file).spreadsheet.getElementsByType(Table)[0]
    for row in sheet.getElementsByType(TableRow):
        cells: list[str] = []
        for cell in row.getElementsByType(TableCell):
            again = min(int(cell.getAttribute("numbercolumnsrepeated") or 1), MOST_COLUMNS)
            cells += [_ods_text(cell)] * again
        yield cells


def _ods_text(cell: Any) -> str:
    """Dates and times by their value, whatever they look like in the sheet."""
    kind = cell.getAttribute("valuetype")
    if kind == "date":
        return str(cell.getAttribute("datevalue") or "")[:16].replace("T", " ")
    return str(extractText(cell))


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.strftime("%Y-%m-%d" if value.time() == time.min else "%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M")
        case float() if value.is_integer():
            return str(int(value))
    return str(value)


def _from_csv(file: IO[bytes]) -> Iterator[list[str]]:
    """The encoding is tried on the whole file, without keeping it."""
    encoding = "utf-8-sig" if _is_utf8(file) else "cp1252"
    file.seek(0)
    head = file.read(4096).decode(encoding, errors="replace")
    if "\x00" in head:
        raise ValueError("binary")
    first = head.splitlines()[0] if head.splitlines() else ""
    delimiter = max(";,\t", key=first.count)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    try:
        yield from csv.reader(text, delimiter=delimiter)
    finally:
        text.detach()


def _is_utf8(file: IO[bytes]) -> bool:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        while text.read(64 * 1024):
            pass
    except UnicodeDecodeError:
        return False
    finally:
        text.detach()
    return True
