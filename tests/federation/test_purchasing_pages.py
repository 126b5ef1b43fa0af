"""R09 on the pages: a group's member opens and runs, offices join and hand over, an officer notes what is paid."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectives.models import Collective, Membership
from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person
from federation.models import GroupPurchase, Intent, Share
from tests.conftest import make_collective
from tests.federation.buying_world import after_closing, arrived, billed, counted, lea_of, office, tyres, want

SOON = (timezone.localdate() + dt.timedelta(days=20)).isoformat()
OPENED = {
    **{"title": "Tyres", "supplier": "Nokian", "unit": "tyre", "currency": "EUR", "price": "24.50", "vat": "21", "extras": "90"},
    **{"threshold": "50", "step": "1", "closes_on": SOON, "terms": "Winter only."},
}


@pytest.fixture
def mons(db: None) -> Collective:
    return make_collective("Mons", "mons", country="BE")


@pytest.fixture
def lea(mons: Collective, montreuil: Collective, nantes: Collective, fay: Person) -> Person:
    return lea_of(mons, fay)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def own(slug: str, purchase: GroupPurchase, way: str = "") -> str:
    return f"/c/{slug}/federation/purchases/{purchase.ref}/{way}"


def test_r09_from_the_asking_to_the_last_payment(lea: Person, nina: Membership, ada: Membership, fay: Person) -> None:
    group, office_of_nantes, officer = signed_in(lea), signed_in(nina.person), signed_in(fay)
    assert group.post("/c/mons/federation/purchases/new/", OPENED).status_code == 302
    purchase = GroupPurchase.objects.get()
    assert (purchase.unit_cents, purchase.vat_rate, purchase.extras_cents) == (2_450, 2_100, 9_000)
    assert office_of_nantes.post(own("nantes", purchase, "intent/"), {"units": "40"}).status_code == 302
    assert signed_in(ada.person).post(own("montreuil", purchase, "intent/"), {"units": "20"}).status_code == 302
    page = office_of_nantes.get(own("nantes", purchase)).text
    assert "<b>60 units</b> are wanted, 50 are enough." in page
    assert "€1,185.80" in page, "40 units at 24.50 and 21 % of VAT"
    with after_closing(purchase):
        today = timezone.localdate().isoformat()
        assert group.post(own("mons", purchase, "steps/close/")).status_code == 302
        assert office_of_nantes.post(own("nantes", purchase, "offer/"), {"units": "10"}).status_code == 302
        assert signed_in(ada.person).post(own("montreuil", purchase, "take/"), {"units": "10"}).status_code == 302
        assert group.post(own("mons", purchase, "steps/order/"), {"on": today, "order_number": "PO-7"}).status_code == 302
        came = {f"came-{row.ref}": row.units for row in Intent.objects.all()}
        damaged = {f"damaged-{row.ref}": 0 for row in Intent.objects.all()}
        assert group.post(own("mons", purchase, "steps/receive/"), {"on": today, **came, **damaged}).status_code == 302
        invoice = {"number": "F-9", "on": today, "goods": "1470.00", "freight": "81.17", "customs": "0", "discount": "0", "vat": "325.75"}
        assert group.post(own("mons", purchase, "steps/settle/"), invoice).status_code == 302
        assert "€938.46" in office_of_nantes.get(own("nantes", purchase)).text
        assert "€938.46" in office_of_nantes.get("/c/nantes/federation/purchases/").text
        for share in Share.objects.all():
            assert officer.post(f"/federation/purchases/shares/{share.ref}/paid/", {"on": today}).status_code == 302
        assert officer.post(f"/federation/purchases/{purchase.ref}/supplier-paid/", {"on": today}).status_code == 302
        assert "supplier paid" in officer.get(f"/federation/purchases/{purchase.ref}/").text
        assert "What our co-op has to pay" not in office_of_nantes.get("/c/nantes/federation/purchases/").text
    assert sorted(Share.objects.values_list("cents", flat=True)) == [93_846, 93_846]


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("price", "0", "greater than or equal to"),
        ("price", "x", "such as 6.50"),
        ("vat", "101", "less than or equal to"),
        ("threshold", "0", "greater than or equal to"),
        ("step", "", "required"),
        ("closes_on", "2020-01-01", "after today"),
        ("currency", "XXX", "not one of"),
        ("title", " ", "required"),
    ],
)
def test_r09_an_impossible_purchase_is_refused_and_kept_on_the_page(fay: Person, field: str, typed: str, said: str) -> None:
    answer = signed_in(fay).post("/federation/purchases/new/", {**OPENED, field: typed})
    assert (answer.status_code, said in answer.text, "Winter only." in answer.text) == (422, True, True)
    assert not GroupPurchase.objects.exists()


def test_r09_what_is_refused_is_said_beside_its_answer_and_leaves_its_trace(lea: Person, nina: Membership, fay: Person) -> None:
    purchase = tyres(lea, step=12)
    client = signed_in(nina.person)
    packs = client.post(own("nantes", purchase, "intent/"), {"units": "13"})
    assert (packs.status_code, "packs of 12" in packs.text, 'value="13"' in packs.text) == (409, True, True)
    assert client.post(own("nantes", purchase, "intent/"), {"units": "-1"}).status_code == 422
    early = client.post(own("nantes", purchase, "take/"), {"units": "12"})
    assert (early.status_code, "is not waiting for that any more" in early.text) == (409, True)
    stranger = client.post(own("nantes", purchase, "steps/call-off/"), {"reason": "No."})
    assert (stranger.status_code, "officers run purchases, nobody else" in stranger.text) == (409, True)
    late = signed_in(fay).post(f"/federation/purchases/{purchase.ref}/settle/", {})
    assert (late.status_code, "required" in late.text) == (422, True)
    assert signed_in(fay).post(f"/federation/purchases/{purchase.ref}/dance/").status_code == 404
    assert not Intent.objects.exists()
    whys = [event.data["why"] for event in Event.objects.filter(name="group_purchase.refused").order_by("pk")]
    assert whys == ["NotWholePacks", "NotPossibleNow", "NotABuyer"]


def test_r09_more_than_was_ordered_cannot_arrive(lea: Person, fay: Person) -> None:
    purchase = tyres(lea, threshold=10)
    want(purchase, lea, mons=10)
    officer = signed_in(fay)
    with after_closing(purchase):
        today = timezone.localdate().isoformat()
        counted(purchase)
        officer = signed_in(fay)
        assert officer.post(f"/federation/purchases/{purchase.ref}/order/", {"on": today}).status_code == 302
        mine = Intent.objects.get()
        sent = {"on": today, f"came-{mine.ref}": 9, f"damaged-{mine.ref}": 2}
        answer = officer.post(f"/federation/purchases/{purchase.ref}/receive/", sent)
        assert (answer.status_code, "more than was ordered" in answer.text, 'value="9"' in answer.text) == (422, True, True)
    purchase.refresh_from_db()
    assert purchase.state == "ordered"


def test_r09_a_co_op_with_another_currency_reads_why_it_cannot_join(lea: Person) -> None:
    purchase = tyres(lea)
    jura = make_collective("Jura", "jura", country="CH", currency="CHF")
    client = signed_in(office(jura))
    page = client.get(own("jura", purchase)).text
    assert "It is paid in EUR, our books are in CHF" in page
    assert own("jura", purchase, "intent/") not in page
    assert client.post(own("jura", purchase, "intent/"), {"units": "1"}).status_code == 409


def test_r09_pages_ask_as_often_for_many_co_ops(lea: Person, fay: Person, nina: Membership) -> None:
    first = tyres(lea, threshold=1)
    want(first, lea, mons=10)
    reader, officer = signed_in(nina.person), signed_in(fay)

    def queries() -> list[int]:
        found = []
        for client, url in (
            (officer, "/federation/purchases/"),
            (officer, f"/federation/purchases/{first.ref}/"),
            (reader, "/c/nantes/federation/purchases/"),
            (reader, own("nantes", first)),
        ):
            with CaptureQueriesContext(connection) as asked:
                assert client.get(url).status_code == 200
            found.append(len(asked))
        return found

    queries()
    few = queries()
    want(tyres(lea), lea, mons=1, nantes=2)
    for number in range(4):
        slug = f"town-{number}"
        make_collective(f"Town {number}", slug)
        want(first, lea, **{slug: 3})
    assert queries() == few
    assert max(few) < 25


def test_r09_the_receipt_of_everything_stays_readable_after_it_is_billed(lea: Person, fay: Person, nina: Membership) -> None:
    purchase = tyres(lea)
    want(purchase, lea, mons=60, nantes=50)
    with after_closing(purchase):
        counted(purchase)
        arrived(purchase, lea, mons=2)
        billed(purchase, lea)
        pages: list[Any] = [
            signed_in(nina.person).get(own("nantes", purchase)),
            signed_in(fay).get(f"/federation/purchases/{purchase.ref}/"),
        ]
    for page in pages:
        text = page.text
        assert all(word in text for word in ("Invoice F-2026-118", "Freight", "€81.17", "−€33.33", "€3,036.92"))
