"""Totals, never people: a table that names somebody, or counts a group so small that everybody knows who it is, is not taken."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import openpyxl
from django.core.files.uploadedfile import UploadedFile
from openpyxl.utils.exceptions import InvalidFileException

from federation.register.refusals import FileUnknown, GroupTooSmall, NamesPeople

LEAST = 3
MOST_ROWS = 5000
NAMING = re.compile(
    r"^(?:(?:first|last|family|full)[ _-]?name|surname|name|names|employee|worker|nom|noms|prenom|prénom|salarié|nombre|nombres|apellidos?"
    r"|vorname|nachname|cognome|naam|voornaam|e-?mail|courriel|phone|téléphone|telephone|address|adresse|date of birth|birth ?date"
    r"|naissance|nir|ssn|niss|nif|dni|iban|passport)$"
)
COUNTING = re.compile(
    r"(?:head ?count|people|persons|employees|members|couriers|workers|effectif|salariés|membres|personas|socios|personen|number)"
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cells = Sequence[object]


def check_totals(file: "UploadedFile[Any]", media_type: str) -> None:
    """Only tables can be read by a program; the people who review read the rest. Raises NamesPeople, GroupTooSmall, FileUnknown."""
    if media_type == "text/csv":
        check_rows(_csv_rows(file))
    elif media_type == XLSX:
        for rows in _sheets(file):
            check_rows(rows)
    file.seek(0)


def check_rows(rows: Iterable[Cells]) -> None:
    """The first row names the columns. Raises NamesPeople, GroupTooSmall."""
    listed = iter(rows)
    heads = [str(cell or "").strip().casefold() for cell in next(listed, ())]
    named = next((head for head in heads if NAMING.match(head)), None)
    if named is not None:
        raise NamesPeople(column=named)
    counting = [index for index, head in enumerate(heads) if COUNTING.search(head)]
    for row in listed:
        for index in counting:
            count = _whole(row[index]) if index < len(row) else None
            if count is not None and 0 < count < LEAST:
                raise GroupTooSmall(column=heads[index], count=count, least=LEAST)


def _whole(cell: object) -> int | None:
    text = str(cell if cell is not None else "").strip()
    return int(float(text)) if re.fullmatch(r"\d{1,9}(\.0+)?", text) else None


def _csv_rows(file: "UploadedFile[Any]") -> Iterator[Cells]:
    file.seek(0)
    try:
        text = file.read().decode("utf-8-sig")
        dialect = csv.Sniffer().sniff(text[:2000], ",;\t") if text.strip() else csv.excel
        yield from csv.reader(io.StringIO(text), dialect)
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileUnknown from error


def _sheets(file: "UploadedFile[Any]") -> list[list[Cells]]:
    file.seek(0)
    try:
        book = openpyxl.load_workbook(io.BytesIO(file.read()), read_only=True, data_only=True)
        return [list(sheet.iter_rows(values_only=True, max_row=MOST_ROWS)) for sheet in book.worksheets]
    except (InvalidFileException, KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise FileUnknown from error
