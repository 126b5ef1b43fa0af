"""Files of deliveries: 200 lines of which 7 are bad, in every format, sent twice, killed in the middle."""

import contextlib
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from collectives.models import Collective, Membership, Role
from collectives.services import change_standing
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from orders.imports import services
from orders.imports.columns import guessed
from orders.imports.reading import TooMany, Unreadable, lines_of
from orders.imports.rows import BadCell, day_of, time_of
from orders.models import Delivery, ImportBatch, ImportRow, Order, ParcelType, Partner
from orders.refusals import Refused
from tests.conftest import make_member
from tests.orders import world

HEADERS = ["Destinataire", "Adresse", "Code postal", "Ville", "Téléphone", "Date", "De", "À", "Colis", "Quantité", "Poids", "Réf."]
FILES = "/c/montreuil/deliveries/files/"


def good_line(partner: Partner, number: int) -> list[str]:
    day = world.tomorrow_at(partner.collective, 10).date()
    street = f"{number} rue de la Harpe"
    return [
        f"Élodie {number}",
        street,
        "93100",
        "Montreuil",
        "06 39 98 12 40",
        f"{day:%d/%m/%Y}",
        "10h",
        "12:00",
        "Bouquet",
        "1",
        "1,5",
        f"R{number}",
    ]


def spoiled(line: list[str], column: int, text: str) -> list[str]:
    return [*line[:column], text, *line[column + 1 :]]


def two_hundred(partner: Partner) -> list[list[str]]:
    lines = [good_line(partner, number) for number in range(1, 201)]
    wrong = {5: (1, ""), 20: (4, "12"), 40: (5, "2026-02-31"), 60: (6, "soon"), 80: (8, "Piano"), 100: (9, "-1"), 120: (5, "01/01/2020")}
    for number, (column, text) in wrong.items():
        lines[number - 1] = spoiled(lines[number - 1], column, text)
    return [HEADERS, *lines]


def as_csv(lines: list[list[str]], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    return "\r\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines).encode(encoding)


def as_xlsx(lines: list[list[str]]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for line in lines:
        book.active.append(line)  # type: ignore[union-attr]  # a new workbook has a sheet
    book.save(out)
    return out.getvalue()


def as_ods(lines: list[list[str]]) -> bytes:
    book, table, out = OpenDocumentSpreadsheet(), Table(name="Sheet"), io.BytesIO()
    for line in lines:
        row = TableRow()
        for text in line:
            held = TableCell(valuetype="string")
            held.addElement(P(text=text))
            row.addElement(held)
        table.addElement(row)
    book.spreadsheet.addElement(table)
    book.write(out)
    return out.getvalue()


def read(partner: Partner, data: bytes, name: str = "orders.csv") -> ImportBatch:
    return services.read_file(partner=partner, file=io.BytesIO(data), name=name, by=None)


def checked(batch: ImportBatch, **choices: Any) -> ImportBatch:
    known: dict[str, Any] = {"columns": batch.columns, "defaults": {}, "whole": False, **choices}
    services.name_columns(batch=batch, by=None, **known)
    return worked(batch)


def worked(batch: ImportBatch) -> ImportBatch:
    for each in services.lost_batches():
        services.work(each)
    return ImportBatch.objects.select_related("partner__collective", "partner__price_list").get(pk=batch.pk)


def ordered(batch: ImportBatch) -> ImportBatch:
    services.order_batch(batch=batch, by=None)
    return worked(batch)


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (as_csv, "a.csv"),
        (lambda lines: as_csv(lines, ";", "cp1252"), "b.csv"),
        (lambda lines: as_csv(lines, "\t", "utf-8-sig"), "c.txt"),
        (as_xlsx, "d.xlsx"),
        (as_ods, "e.ods"),
    ],
)
def test_every_format_says_the_same(florist: Partner, write: Callable[[list[list[str]]], bytes], name: str) -> None:
    lines = [HEADERS, good_line(florist, 1), good_line(florist, 2)]
    assert list(lines_of(io.BytesIO(write(lines)), name)) == lines


def test_two_hundred_lines_of_which_seven_are_bad(florist: Partner, bouquet: ParcelType) -> None:
    batch = checked(read(florist, as_csv(two_hundred(florist))))
    counts = services.counts_of(batch)
    assert (counts["ready"], counts["bad"], counts["total"]) == (193, 7, 200)
    assert Order.objects.count() == 0  # nothing before somebody confirms
    told = list(ImportRow.objects.filter(state="bad").values_list("line", "field"))
    assert told == [(6, "address"), (21, "phone"), (41, "day"), (61, "starts"), (81, "parcel"), (101, "quantity"), (121, "starts")]
    problem = ImportRow.objects.get(line=41).problem
    assert problem == "“2026-02-31” is not a day. Write it as 2026-11-30 or 30/11/2026."


def test_the_good_are_ordered_and_the_same_file_again_orders_nothing(florist: Partner, bouquet: ParcelType) -> None:
    lines = [HEADERS, *[good_line(florist, number) for number in range(1, 6)], spoiled(good_line(florist, 6), 4, "12")]
    done = ordered(checked(read(florist, as_csv(lines))))
    assert (done.state, Delivery.objects.count()) == ("done", 5)
    delivery = Delivery.objects.order_by("pk")[0]
    drop = delivery.stops.get(kind="dropoff")
    assert (drop.contact_name, drop.phone, drop.place.one_line, delivery.weight_g) == (
        "Élodie 1",
        "+33639981240",
        "1 rue de la Harpe, 93100 Montreuil",
        1500,
    )
    event = Event.objects.get(name="import.done")
    assert (event.data["placed"], event.data["bad"]) == (5, 1)
    assert set(Event.objects.filter(name="delivery.placed").values_list("source", flat=True)) == {"import"}
    again = checked(read(florist, as_csv(lines)))
    assert services.counts_of(again)["known"] == 5
    ordered(again)
    assert Delivery.objects.count() == 5


def test_killed_in_the_middle_of_ordering_it_goes_on_and_orders_each_line_once(florist: Partner, bouquet: ParcelType) -> None:
    batch = checked(read(florist, as_csv([HEADERS, *[good_line(florist, number) for number in range(1, 6)]])))
    services.order_batch(batch=batch, by=None)
    check = services.Check(batch)
    services.order_rows(check, list(ImportRow.objects.filter(batch=batch)[:2]))
    ImportRow.objects.filter(line=3).update(state="ready", delivery=None)  # ordered, and killed before it was written down
    assert (worked(batch).state, Delivery.objects.count()) == ("done", 5)
    assert Delivery.objects.values("order").distinct().count() == 5


def test_two_workers_do_not_take_the_same_file(florist: Partner, bouquet: ParcelType) -> None:
    batch = read(florist, as_csv([HEADERS, good_line(florist, 1)]))
    services.name_columns(batch=batch, columns=batch.columns, defaults={}, whole=False, by=None)
    first, second = services.lost_batches()[0], services.lost_batches()[0]
    assert (services.work(first), services.work(second)) == (True, False)


def test_equal_lines_in_one_file_are_that_many_deliveries_and_still_once_each(florist: Partner, bouquet: ParcelType) -> None:
    same = spoiled(good_line(florist, 1), 11, "")
    ordered(checked(read(florist, as_csv([HEADERS, same, same]))))
    assert Delivery.objects.count() == 2
    ordered(checked(read(florist, as_csv([HEADERS, same, same]))))
    assert Delivery.objects.count() == 2


def test_all_or_nothing_orders_nothing_while_a_line_is_bad(florist: Partner, bouquet: ParcelType) -> None:
    lines = [HEADERS, good_line(florist, 1), spoiled(good_line(florist, 2), 4, "12")]
    batch = checked(read(florist, as_csv(lines)), whole=True)
    with pytest.raises(services.NotAllGood):
        services.order_batch(batch=batch, by=None)
    row = ImportRow.objects.select_related("batch__partner__collective", "batch__partner__price_list").get(line=3)
    assert services.correct_row(row=row, values={"phone": "06 39 98 12 41"}).state == "ready"
    assert (ordered(batch).state, Delivery.objects.count()) == ("done", 2)


def test_what_is_refused_while_ordering_takes_the_whole_file_back_when_it_was_all_or_nothing(
    florist: Partner, bouquet: ParcelType, montreuil: Collective
) -> None:
    batch = checked(read(florist, as_csv([HEADERS, good_line(florist, 1), good_line(florist, 2)])), whole=True)
    services.order_batch(batch=batch, by=None)
    services.order_rows(services.Check(batch), [ImportRow.objects.get(line=2)])
    change_standing(collective=montreuil, standing="lapsed", licence_until=None, by=None, reason="expired")
    assert worked(batch).state == "done"
    assert list(Delivery.objects.values_list("status", flat=True)) == ["cancelled"]


def test_columns_chosen_once_are_known_the_next_time(florist: Partner, bouquet: ParcelType) -> None:
    day = world.tomorrow_at(florist.collective, 10).date().isoformat()
    odd = [["Wer", "Wohin"], ["Mme Roux", "7 place du Ralliement"]]
    first = read(florist, as_csv(odd))
    assert first.columns == {}
    with pytest.raises(services.ColumnMissing) as missing:
        checked(first)
    assert missing.value.field == "address"
    defaults = {"day": day, "starts": "10:00", "ends": "12:00"}
    batch = checked(first, columns={"contact_name": 0, "address": 1}, defaults=defaults)
    assert services.counts_of(batch)["ready"] == 1
    florist.refresh_from_db()
    assert read(florist, as_csv(odd)).columns == {"contact_name": 0, "address": 1}


def test_columns_are_guessed_without_accents_and_case() -> None:
    assert guessed(["NOM", "adresse :", "Téléphone", "Réf."], {}) == {"contact_name": 0, "address": 1, "phone": 2, "reference": 3}


@pytest.mark.parametrize("text", ["10", "10h", "10h00", "10:00", "10.00", "10:00:00"])
def test_ten_o_clock_in_many_hands(text: str) -> None:
    assert time_of(text, "starts").isoformat() == "10:00:00"


@pytest.mark.parametrize("text", ["", "25:00", "10:75", "noon", "-1"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(BadCell):
        time_of(text, "starts")


@settings(deadline=None)
@given(some.text(max_size=20))
def test_no_text_breaks_the_reading_of_days_and_times(text: str) -> None:
    for parse in (day_of, lambda each: time_of(each, "starts")):
        with contextlib.suppress(BadCell):
            parse(text)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken", b"\x00\x01\x02\x03" * 50, b"only,a,header\n", b"\n\n\n"])
def test_what_is_no_table_is_refused_and_keeps_nothing(florist: Partner, data: bytes) -> None:
    with pytest.raises(Refused):
        read(florist, data)
    assert not ImportBatch.objects.exists()


def test_more_than_ten_thousand_lines_are_refused(florist: Partner) -> None:
    with pytest.raises(TooMany):
        list(lines_of(io.BytesIO(b"a,b\n" * 10_002), "a.csv"))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(some.binary(max_size=300))
def test_no_bytes_break_the_reading(data: bytes) -> None:
    for start in (b"", b"PK\x03\x04"):
        with contextlib.suppress(Unreadable, TooMany):
            list(lines_of(io.BytesIO(start + data), "x"))


def upload(client: Client, data: bytes, name: str = "orders.csv") -> Any:
    return client.post(FILES, {"file": SimpleUploadedFile(name, data)})


def test_a_partner_sends_a_file_sees_every_line_puts_one_right_and_orders(
    client: Client, florist: Partner, bouquet: ParcelType, sam: Membership, dana: Membership
) -> None:
    client.force_login(sam.person)
    lines = [HEADERS, good_line(florist, 1), spoiled(good_line(florist, 2), 4, "12"), spoiled(good_line(florist, 3), 1, "=HYPERLINK(1)")]
    page = upload(client, as_csv(lines)).headers["Location"]
    assert "What stands in which column" in client.get(page).content.decode()
    columns = {f"column_{field}": str(position) for field, position in ImportBatch.objects.get().columns.items()}
    assert client.post(f"{page}columns/", columns).status_code == 302
    assert "0 of 3 lines" in client.get(page).content.decode()
    worked(ImportBatch.objects.get())
    shown = client.get(page).content.decode()
    for words in ("Line 3", "is not a telephone number", "Order 2 deliveries", "not on the map yet", "Élodie 1"):
        assert words in shown
    assert client.post(f"{page}lines/3/", {"phone": "06 39 98 12 42"}).status_code == 302
    assert client.post(f"{page}order/").status_code == 302
    worked(ImportBatch.objects.get())
    assert Delivery.objects.count() == 3
    assert "MO-4003" in client.get(page).content.decode()
    journal.run_waiting()
    assert Event.objects.get(name="import.done").by_id == sam.person_id


def test_the_lines_to_put_right_come_back_as_a_file_without_formulas(
    client: Client, florist: Partner, bouquet: ParcelType, sam: Membership
) -> None:
    batch = checked(read(florist, as_csv([HEADERS, spoiled(spoiled(good_line(florist, 1), 0, "=1+1"), 4, "12")])))
    client.force_login(sam.person)
    text = client.get(f"{FILES}{batch.ref}/to-put-right.csv").content.decode()
    assert "'=1+1" in text
    assert "is not a telephone number" in text


def test_another_partners_people_do_not_see_the_file(client: Client, florist: Partner, open_montreuil: Collective) -> None:
    batch = read(florist, as_csv([HEADERS, good_line(florist, 1)]))
    rita = make_member(open_montreuil, "Rita", Role.PARTNER)
    world.make_partner(open_montreuil, "Bakery", seat=rita)
    client.force_login(rita.person)
    for path, verb in (("", "get"), ("columns/", "post"), ("order/", "post"), ("lines/2/", "post"), ("to-put-right.csv", "get")):
        assert getattr(client, verb)(f"{FILES}{batch.ref}/{path}").status_code == 404
    assert "orders.csv" not in client.get(FILES).content.decode()


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n\x00\x00", b"PK\x03\x04rubbish"])
def test_a_file_that_is_none_is_refused_on_the_page(client: Client, florist: Partner, sam: Membership, data: bytes) -> None:
    client.force_login(sam.person)
    assert upload(client, data).status_code == 422
    assert not ImportBatch.objects.exists()
