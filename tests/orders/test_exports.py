"""Lists and statements as workbooks: the figures of the screen, and no formula of anybody's."""

import io

import openpyxl
import pytest
from django.test import Client

from collectives.models import Membership
from coopdelivery.kit.money import Money
from orders.invoices.tables import statement_rows
from orders.invoices.workbook import XLSX, workbook
from orders.models import Delivery, Partner, Statement
from tests.orders import world

LIST = "/c/montreuil/deliveries/"


def cells(content: bytes) -> list[list[object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_the_list_as_a_workbook_has_amounts_to_add_up_and_no_formula(client: Client, florist: Partner, sam: Membership) -> None:
    client.force_login(sam.person)
    for name in ("=HYPERLINK(1)", "Mme Roux"):
        world.make_delivery(florist, request=world.one_drop(florist.collective, contact_name=name), key=name)
    answer = client.get(f"{LIST}deliveries.xlsx")
    assert answer["Content-Type"] == XLSX
    head, *rows = cells(answer.content)
    assert len(rows) == 2
    assert {row[head.index("recipient")] for row in rows} == {"=HYPERLINK(1)", "Mme Roux"}
    book = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert {cell.data_type for row in book.iter_rows(min_row=2) for cell in row} <= {"s", "inlineStr", "n"}  # none is a formula
    order = Delivery.objects.order_by("pk")[0].order
    assert sum(float(str(row[head.index("net")])) for row in rows) == 2 * order.net_cents / 100


def test_the_workbook_says_what_the_csv_says(client: Client, florist: Partner, sam: Membership) -> None:
    client.force_login(sam.person)
    world.make_delivery(florist)
    text = client.get(f"{LIST}deliveries.csv").content.decode("utf-8-sig").splitlines()
    head, row = cells(client.get(f"{LIST}deliveries.xlsx").content)
    assert ",".join(str(name) for name in head) == text[0]
    assert row[0] == text[1].split(",")[0]


@pytest.mark.parametrize(("money", "shown"), [(Money(1250, "EUR"), 12.5), (Money(-5, "EUR"), -0.05), (Money(700, "JPY"), 700)])
def test_amounts_are_numbers_in_the_currencys_own_units(money: Money, shown: float) -> None:
    assert cells(workbook("Amounts", ["Amount"], [[money]])) == [["Amount"], [shown]]


def test_odd_texts_and_titles_break_no_workbook() -> None:
    rows = [["\x00\x0b\ud800=1+1", "", "é\n2"]]
    assert cells(workbook("a/b[c]*" * 9, ["+x", "", "y"], rows))[1][0] == "=1+1"


def test_a_statement_as_a_workbook_ends_with_the_totals_of_the_screen(client: Client, florist: Partner, ada: Membership) -> None:
    statement = Statement.objects.create(
        collective=florist.collective, partner=florist, month=florist.collective.today().replace(day=1), currency="EUR"
    )
    client.force_login(ada.person)
    answer = client.get(f"/c/montreuil/statements/{statement.ref}/xlsx/")
    assert (answer.status_code, answer["Content-Type"]) == (200, XLSX)
    head, rows = statement_rows(statement)
    found = cells(answer.content)
    assert found[0] == head
    assert found[-1][3] == "Total"
    assert len(found) == len(rows) + 1
