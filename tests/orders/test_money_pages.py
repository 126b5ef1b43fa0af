"""The accounts' pages: who sees them, what they show, what bad input gets."""

import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from collectives.models import Collective, Membership
from collectives.tenancy import acting_for
from coopdelivery.ledger.models import Posting
from orders.invoices import render
from orders.models import Credit, Partner, Payment, SettlementRun, Statement
from orders.payments import runs
from orders.payments.settlement import settle_order
from orders.services import RuleDraft
from tests.orders import world
from tests.orders.money import finished, flat_partner
from tests.orders.stripe_server import at_the_bank

IN_OCTOBER = dt.datetime(2026, 10, 16, 9, 0, tzinfo=dt.UTC)
IN_NOVEMBER = dt.datetime(2026, 11, 5, 9, 0, tzinfo=dt.UTC)
BASE = "/c/montreuil"
Visit = Callable[[Membership], Client]


@pytest.fixture
def visit() -> Visit:
    def signed_in(membership: Membership) -> Client:
        client = Client()
        client.force_login(membership.person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in


@pytest.fixture
def florist(open_montreuil: Collective, sam: Membership) -> Partner:
    return flat_partner(open_montreuil, seat=sam)


@pytest.fixture
def october(florist: Partner) -> Statement:
    with time_machine.travel(IN_OCTOBER, tick=False):
        for _ in range(3):
            settle_order(finished(florist).order)
    return Statement.objects.get()


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


PAGES = ["books/", "books/journal/", "books/journal.csv", "books/balances/"]


@pytest.mark.parametrize("path", PAGES)
def test_the_books_are_for_the_office_only(
    path: str, october: Statement, visit: Visit, ada: Membership, dana: Membership, sam: Membership, nina: Membership
) -> None:
    codes = [visit(who).get(f"{BASE}/{path}").status_code for who in (ada, dana, sam, nina)]
    assert codes == [200, 403, 403, 404]


@pytest.mark.parametrize("path", PAGES)
def test_empty_books_have_pages_too(path: str, montreuil: Collective, visit: Visit, ada: Membership) -> None:
    assert visit(ada).get(f"{BASE}/{path}").status_code == 200


def test_the_books_page_shows_where_the_money_went(october: Statement, visit: Visit, ada: Membership) -> None:
    page = text_of(visit(ada).get(f"{BASE}/books/"))
    for figure in ("€11.74", "€11.55", "€0.19", "Federation: 2 % of €9.39 value added", "the usual share, until the members decide"):
        assert figure in page


def test_a_run_is_started_from_the_page_and_its_progress_is_polled(florist: Partner, visit: Visit, ada: Membership) -> None:
    finished(florist)
    client = visit(ada)
    answer = client.post(f"{BASE}/books/settlements/")
    run = SettlementRun.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{BASE}/books/settlements/{run.ref}/")
    waiting = client.get(answer["Location"], headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 1s"' in waiting
    assert "You can close this page" in waiting
    assert "<html" not in waiting
    runs.settle(run)
    done = client.get(answer["Location"], headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in done
    assert "1 of 1" in done


def test_orders_set_aside_are_named_with_the_reason(open_montreuil: Collective, visit: Visit, ada: Membership) -> None:
    free = world.make_price_list(open_montreuil, name="Free", rules=[RuleDraft("base", "Nothing", {"amount_cents": 0})])
    order = finished(flat_partner(open_montreuil, "Librairie du Mail", price_list=free)).order
    runs.settle(runs.start_run(collective=open_montreuil, by=ada.person))
    page = text_of(visit(ada).get(f"{BASE}/books/"))
    assert "1 order set aside, to look at" in page
    assert f"{order.number}: Finished without a price." in page


def test_the_journal_is_balanced_and_checked(october: Statement, visit: Visit, ada: Membership) -> None:
    page = text_of(visit(ada).get(f"{BASE}/books/journal/?month=2026-10&check=1"))
    assert page.count("€42.84") == 2
    assert "every posting is as it was written" in page


@pytest.mark.parametrize("month", ["2026-13", "x", "2026-1", "٢٠٢٦-10", "9999-01", "2026-10-01"])
def test_a_month_that_is_none_is_not_found(month: str, montreuil: Collective, visit: Visit, ada: Membership) -> None:
    assert visit(ada).get(f"{BASE}/books/journal/", {"month": month}).status_code == 404


def test_the_accountants_file_has_a_row_an_entry(october: Statement, visit: Visit, ada: Membership) -> None:
    rows = visit(ada).get(f"{BASE}/books/journal.csv?month=2026-10").content.decode("utf-8-sig").splitlines()
    assert len(rows) == 1 + 3 * 5
    assert rows[1].split(",")[3:9] == [f"411{october.partner_id:04d}", "Fleurs de Maine", "MO-4001", "14.09", "", "EUR"]


def test_the_number_of_queries_does_not_grow_with_the_orders(florist: Partner, visit: Visit, ada: Membership, sam: Membership) -> None:
    def queries(who: Membership, path: str) -> int:
        client = visit(who)
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    settle_order(finished(florist).order)
    statement = f"{BASE}/statements/{Statement.objects.get().ref}/"
    asked = [(ada, f"{BASE}/books/"), (ada, f"{BASE}/books/journal/"), (ada, f"{BASE}/books/balances/"), (sam, f"{BASE}/statements/"), (sam, statement)]  # fmt: skip # noqa: E501
    few = [queries(who, path) for who, path in asked]
    for _ in range(4):
        settle_order(finished(florist).order)
    assert [queries(who, path) for who, path in asked] == few
    assert max(few) <= 30


def test_partner_people_see_their_statement_and_no_other(
    open_montreuil: Collective, october: Statement, visit: Visit, sam: Membership, dana: Membership, nina: Membership
) -> None:
    with time_machine.travel(IN_OCTOBER, tick=False):
        settle_order(finished(flat_partner(open_montreuil, "Au Bon Pain")).order)
    other = Statement.objects.exclude(pk=october.pk).get()
    page = text_of(visit(sam).get(f"{BASE}/statements/"))
    assert "Fleurs de Maine" in page
    assert "Au Bon Pain" not in page
    for tail in ("", "pdf/", "csv/", "xlsx/"):
        codes = [visit(who).get(f"{BASE}/statements/{ref}/{tail}").status_code for who, ref in (
            (sam, october.ref), (sam, other.ref), (dana, october.ref), (nina, october.ref), (sam, uuid4()))]  # fmt: skip
        assert codes == [200, 404, 403, 404, 404]
    assert visit(sam).post(f"{BASE}/statements/{october.ref}/close/").status_code == 403


def test_screen_paper_and_table_have_the_same_totals(october: Statement, visit: Visit, ada: Membership) -> None:
    client = visit(ada)
    with time_machine.travel(IN_NOVEMBER, tick=False):
        client.post(f"{BASE}/statements/{october.ref}/close/")
        screen = text_of(client.get(f"{BASE}/statements/{october.ref}/"))
        paper = client.get(f"{BASE}/statements/{october.ref}/pdf/")
        sheet = client.get(f"{BASE}/statements/{october.ref}/csv/")
    written = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.content)).pages)
    for figure in ("35.22", "7.05", "42.27"):
        assert f"€{figure}" in screen
        assert f"€{figure}" in written
    assert sheet.content.decode().splitlines()[-1] == ",,,Total,35.22,,7.05,42.27,EUR"
    assert 'filename="S-2026-0001.pdf"' in paper["Content-Disposition"]
    assert "S-2026-0001" in written


def test_closing_asks_first_and_then_closes(october: Statement, visit: Visit, ada: Membership) -> None:
    client = visit(ada)
    with time_machine.travel(IN_NOVEMBER, tick=False):
        question = client.get(f"{BASE}/statements/{october.ref}/close/")
        assert "Close and ask for €42.27" in text_of(question)
        october.refresh_from_db()
        assert october.number is None
        assert client.post(f"{BASE}/statements/{october.ref}/close/").status_code == 302
        again = client.post(f"{BASE}/statements/{october.ref}/close/")
    assert again.status_code == 409
    assert "This statement is closed already." in text_of(again)
    october.refresh_from_db()
    assert october.number == "S-2026-0001"


def test_a_month_under_way_cannot_be_closed(october: Statement, visit: Visit, ada: Membership) -> None:
    with time_machine.travel(IN_OCTOBER, tick=False):
        answer = visit(ada).post(f"{BASE}/statements/{october.ref}/close/")
    assert answer.status_code == 409
    assert "It can be closed from 2026-11-01." in text_of(answer)
    october.refresh_from_db()
    assert october.closed_at is None


def test_without_pango_the_pdf_says_what_is_missing(
    october: Statement, visit: Visit, ada: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_pango(name: str) -> None:
        raise OSError("cannot load library 'pango-1.0-0'")

    render._weasyprint.cache_clear()
    monkeypatch.setattr("importlib.import_module", no_pango)
    answer = visit(ada).get(f"{BASE}/statements/{october.ref}/pdf/")
    monkeypatch.undo()
    assert answer.status_code == 503
    assert "Its operator has to install Pango" in text_of(answer)


def test_names_never_become_formulas_in_a_table(open_montreuil: Collective, visit: Visit, ada: Membership) -> None:
    settle_order(finished(flat_partner(open_montreuil, "=1+1")).order)
    assert ",'=1+1," in visit(ada).get(f"{BASE}/books/journal.csv").content.decode()


def credit(client: Client, order_ref: object, amount: str, reason: str = "Wrong drop", key: str = "k") -> Any:
    return client.post(f"{BASE}/books/orders/{order_ref}/credit/", {"amount": amount, "reason": reason, "key": key})


def test_a_credit_is_written_from_the_orders_page(october: Statement, visit: Visit, ada: Membership) -> None:
    order, client = october.lines.all()[0].order, visit(ada)
    assert credit(client, order.ref, "6.50").status_code == 302
    assert credit(client, order.ref, "6.50").status_code == 302
    assert Credit.objects.get().net_cents == 650
    page = text_of(client.get(f"{BASE}/books/orders/{order.ref}/"))
    assert "Wrong drop" in page
    assert "At most €5.24." in page


@pytest.mark.parametrize("amount", ["", "x", "0", "-1", "11.75", "1e9", "NaN", "Infinity", "0.001", "9" * 40])
def test_a_bad_amount_keeps_what_was_typed_and_writes_nothing(amount: str, october: Statement, visit: Visit, ada: Membership) -> None:
    before = Posting.objects.count()
    answer = credit(visit(ada), october.lines.all()[0].order.ref, amount)
    assert answer.status_code == 422
    assert "Wrong drop" in answer.content.decode()
    assert (Credit.objects.count(), Posting.objects.count()) == (0, before)


@pytest.fixture
def unpaid(open_montreuil: Collective, sam: Membership) -> Any:
    shop = flat_partner(open_montreuil, seat=sam, terms=Partner.Terms.CARD)
    return world.make_delivery(shop, by=sam.person).order


def pay_page(order: Any) -> str:
    return f"{BASE}/orders/{order.ref}/pay/"


@pytest.mark.usefixtures("stripe_server")
def test_sam_pays_with_a_test_card(unpaid: Any, visit: Visit, sam: Membership) -> None:
    client = visit(sam)
    assert "Pay €14.09" in text_of(client.get(pay_page(unpaid)))
    assert client.post(pay_page(unpaid), {"method": "pm_card_visa"}).status_code == 302
    assert f"{unpaid.number} is paid" in text_of(client.get(pay_page(unpaid)))


@pytest.mark.usefixtures("stripe_server")
def test_a_refused_card_is_a_sentence_and_the_form_again(unpaid: Any, visit: Visit, sam: Membership) -> None:
    answer = visit(sam).post(pay_page(unpaid), {"method": "pm_card_visa_chargeDeclined"})
    assert answer.status_code == 402
    assert "The bank refused this card." in text_of(answer)
    assert "Pay €14.09" in text_of(answer)


@pytest.mark.usefixtures("stripe_server")
def test_a_bank_that_asks_is_linked_and_looked_at_again(unpaid: Any, visit: Visit, sam: Membership) -> None:
    client = visit(sam)
    client.post(pay_page(unpaid), {"method": "pm_card_threeDSecure2Required"})
    payment = Payment.objects.get()
    assert f'href="{payment.next_url}"' in client.get(pay_page(unpaid)).content.decode()
    assert at_the_bank(payment.next_url, "yes") == f"http://testserver{pay_page(unpaid)}"
    client.post(f"{pay_page(unpaid)}check/")
    assert f"{unpaid.number} is paid" in text_of(client.get(pay_page(unpaid)))


@pytest.mark.usefixtures("stripe_server")
@pytest.mark.parametrize("method", ["", "pm_card_other", "x\x00"])
def test_a_card_that_is_none_is_refused_and_nothing_begins(method: str, unpaid: Any, visit: Visit, sam: Membership) -> None:
    assert visit(sam).post(pay_page(unpaid), {"method": method}).status_code == 422
    assert not Payment.objects.exists()


def test_another_partners_order_cannot_be_paid_or_seen(open_montreuil: Collective, unpaid: Any, visit: Visit, nina: Membership) -> None:
    with acting_for(open_montreuil):
        rival = world.make_partner(open_montreuil, "Au Bon Pain")
    assert visit(nina).get(pay_page(unpaid)).status_code == 404
    assert rival.pk != unpaid.partner_id


def test_in_production_only_the_pay_page_lets_stripe_in(unpaid: Any, visit: Visit, sam: Membership, settings: Any) -> None:
    settings.STRIPE_API_BASE = ""
    page = visit(sam).get(pay_page(unpaid))
    assert "https://js.stripe.com/v3/" in page.content.decode()
    assert "https://js.stripe.com" in page["Content-Security-Policy"]
    assert "stripe" not in visit(sam).get(f"{BASE}/statements/")["Content-Security-Policy"]


@pytest.mark.usefixtures("stripe_server")
def test_the_browser_form_gets_its_secret_once_a_payment_is_possible(unpaid: Any, visit: Visit, sam: Membership) -> None:
    client = visit(sam)
    answer = client.post(f"{pay_page(unpaid)}intent/")
    assert answer.json()["client_secret"].startswith(Payment.objects.get().intent_id)
    client.post(pay_page(unpaid), {"method": "pm_card_visa"})
    assert client.post(f"{pay_page(unpaid)}intent/").status_code == 409
