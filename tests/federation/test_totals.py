"""R03: proof of employment without personal data."""

import csv
import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest
import time_machine
from django.utils import timezone

from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person
from federation import services
from federation.models import Dossier, Evidence
from federation.register import refusals
from tests.federation.world import hold, make_evidence, upload

GOOD = [["group", "headcount", "hours"], ["riders", 12, 28], ["office", 3, 35], ["self-employed", 0, 0]]
NAMED = [["Name", "hours"], ["Carl", 28]]
SMALL = [["group", "employees"], ["riders", 12], ["office", 2]]


def as_csv(rows: list[list[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def as_sheet(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(("make", "name"), [(as_csv, "totals.csv"), (as_sheet, "totals.xlsx")])
@pytest.mark.parametrize(
    ("rows", "refusal"),
    [(NAMED, refusals.NamesPeople), ([["headcount", "e-mail"], [4, "a@b.test"]], refusals.NamesPeople), (SMALL, refusals.GroupTooSmall)],
)
def test_r03_a_table_that_names_people_or_shows_a_small_group_is_not_taken(
    dossier: Dossier, fay: Person, files_apart: Path, make: object, name: str, rows: list[list[object]], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        make_evidence(dossier, fay, file=upload(make(rows), name))  # type: ignore[operator]  # one of the two above
    assert not Evidence.objects.exists()
    assert not [path for path in files_apart.rglob("*") if path.is_file()]


@pytest.mark.parametrize(("make", "name"), [(as_csv, "totals.csv"), (as_sheet, "totals.xlsx")])
def test_r03_totals_are_taken(dossier: Dossier, fay: Person, make: object, name: str) -> None:
    assert make_evidence(dossier, fay, file=upload(make(GOOD), name)).sha256  # type: ignore[operator]  # one of the two above


def test_r03_a_page_that_calls_itself_a_table_is_not_taken(dossier: Dossier, fay: Person) -> None:
    with pytest.raises(refusals.FileUnknown):
        make_evidence(dossier, fay, file=upload(b"<html><script>alert(1)</script>", "totals.csv"))


def test_r03_after_the_purge_only_fingerprint_and_verdict_remain(dossier: Dossier, fay: Person, otto: Person) -> None:
    piece = hold(make_evidence(dossier, fay), otto)
    waiting = make_evidence(dossier, fay)
    original = Path(piece.file.path)
    with time_machine.travel(timezone.now() + dt.timedelta(days=89), tick=False):
        assert services.purge_originals() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=91), tick=False):
        assert services.purge_originals() == 1
        assert services.purge_originals() == 0
    assert not original.exists()
    assert Path(waiting.file.path).exists()
    kept = Evidence.objects.get(pk=piece.pk)
    assert (kept.file.name, kept.sha256, kept.verdict) == ("", piece.sha256, "holds")
    assert Event.objects.get(name="evidence.purged").data["sha256"] == piece.sha256


def test_r03_a_purged_file_is_not_found_and_its_page_still_opens(client: object, dossier: Dossier, fay: Person, otto: Person) -> None:
    piece = hold(make_evidence(dossier, fay), otto)
    with time_machine.travel(timezone.now() + dt.timedelta(days=91), tick=False):
        services.purge_originals()
    client.force_login(fay)  # type: ignore[attr-defined]  # Django's test client
    assert client.get(f"/federation/evidence/{piece.ref}/file/").status_code == 404  # type: ignore[attr-defined]
    assert "The file was deleted on" in client.get(f"/federation/dossiers/{dossier.ref}/").text  # type: ignore[attr-defined]
