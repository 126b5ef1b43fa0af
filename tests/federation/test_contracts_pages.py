"""R08 on the pages: prepared, asked, applied for, allotted, appealed against; what is refused is said, and nothing shows too early."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectives.models import Collective, Membership
from collectives.tenancy import acting_for
from coopdelivery.people.models import Person
from federation.contracts import allotting
from federation.models import Allotment, Appeal, Application, FrameworkContract, Lot
from orders.models import Partner, PriceList
from tests.conftest import make_collective
from tests.federation import world
from tests.federation.contracts_world import STREET, after_call, allotted, apply, call, card, lot_of, on
from tests.federation.pot_world import worker

SENT = {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in card().items()}
OUTLINE = "48.80, 2.40\n48.80, 2.50\n49.05, 2.50\n49.05, 2.40"


@pytest.fixture
def mons(db: None) -> Collective:
    return make_collective("Mons", "mons", country="BE")


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def run(act: str, found: FrameworkContract | Lot | Allotment | Appeal) -> str:
    return f"/federation/contracts/{act}/{found.ref}/"


def answer(slug: str, act: str, found: Lot | Allotment) -> str:
    return f"/c/{slug}/federation/contracts/answers/{act}/{found.ref}/"


def test_r08_from_the_call_to_the_partner(
    mons: Collective, nantes: Collective, ada: Membership, nina: Membership, fay: Person, otto: Person
) -> None:
    with acting_for(ada.collective):
        prices = PriceList.objects.create(collective=ada.collective, name="Everyday")
    group, home = signed_in(worker(mons, "Lea", fay, "partnerships")), "/c/mons/federation/contracts/"
    assert group.post(f"{home}new/", SENT).status_code == 302
    contract = FrameworkContract.objects.get()
    assert group.post(f"{home}add-lot/{contract.ref}/", {"name": "East", "detail": "Hills.", "area": OUTLINE}).status_code == 302
    assert signed_in(nina.person).get(f"/c/nantes/federation/contracts/{contract.ref}/").status_code == 404, "nothing shows in preparation"
    assert group.post(f"{home}publish/{contract.ref}/").status_code == 302
    lot = Lot.objects.get()
    offer = {"offer": "We ride there now.", "capacity": "Six bikes"}
    for person, slug in ((ada.person, "montreuil"), (nina.person, "nantes")):
        assert signed_in(person).post(answer(slug, "apply", lot), offer).status_code == 302
    assert "Six bikes" not in signed_in(fay).get(f"/federation/contracts/{contract.ref}/").text, "nobody reads them before the last day"
    assert "We ride there now." in signed_in(nina.person).get(f"/c/nantes/federation/contracts/{contract.ref}/").text
    with after_call(contract):
        sent = {"collective": str(ada.collective_id), "reasons": "The depot is there."}
        assert group.post(f"{home}allot/{lot.ref}/", sent).status_code == 302
        made = Allotment.objects.get()
        appealed = signed_in(nina.person).post(answer("nantes", "appeal", made), {"text": "Ours is nearer."})
        assert appealed.status_code == 302
        settle = {"granted": "no", "reasons": "It was measured."}
        own = group.post(f"{home}settle/{Appeal.objects.get().ref}/", settle)
        assert (own.status_code, "You allotted this lot yourself" in own.text) == (409, True)
        assert signed_in(otto).post(run("settle", Appeal.objects.get()), settle).status_code == 302
    with on(made.standstill_until + dt.timedelta(days=1)):
        assert signed_in(fay).post(run("effect", made)).status_code == 302
        office = signed_in(ada.person)
        assert "Take the client in as a partner" in office.get(f"/c/montreuil/federation/contracts/{contract.ref}/").text
        assert office.post(answer("montreuil", "take-on", made), {"price_list": str(prices.pk), "address": STREET}).status_code == 302
        page = office.get(f"/c/montreuil/federation/contracts/{contract.ref}/").text
    with acting_for(ada.collective):
        assert f"/c/montreuil/partners/{Partner.objects.get().ref}/" in page
    assert "It was measured." in page
    assert "Nina" not in page


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("client", "", "required"),
        ("closes_on", "2020-01-01", "after today"),
        ("ends_on", "2020-01-01", "before the first day"),
        ("standstill_days", "0", "greater than or equal to"),
        ("standstill_days", "x", "whole number"),
        ("price_basis", " ", "required"),
    ],
)
def test_r08_an_impossible_contract_is_refused_and_kept_on_the_page(fay: Person, field: str, typed: str, said: str) -> None:
    refused = signed_in(fay).post("/federation/contracts/new/", {**SENT, field: typed})
    assert (refused.status_code, said in refused.text, "Boxes." in refused.text) == (422, True, True)
    assert not FrameworkContract.objects.exists()


def test_r08_what_is_refused_is_said_where_it_was_typed(mons: Collective, nina: Membership, fay: Person) -> None:
    contract = call(fay)
    lot = lot_of(contract)
    office, officer = signed_in(nina.person), signed_in(fay)
    empty = office.post(answer("nantes", "apply", lot), {"offer": "", "capacity": "Two bikes"})
    assert (empty.status_code, "required" in empty.text, "Two bikes" in empty.text) == (422, True, True)
    nothing = office.post(answer("nantes", "withdraw", lot))
    assert (nothing.status_code, "is not waiting for that any more" in nothing.text) == (409, True)
    assert office.post(answer("nantes", "dance", lot)).status_code == 404
    assert office.post(f"/c/nantes/federation/contracts/stop/{contract.ref}/", {"reason": "No."}).status_code == 409
    apply(lot, fay, mons)
    early = officer.post(run("allot", lot), {"collective": str(mons.pk), "reasons": "Near."})
    assert (early.status_code, "Co-ops may still apply until" in early.text) == (409, True)
    with after_call(contract):
        officer = signed_in(fay)
        other = officer.post(run("allot", lot), {"collective": str(nina.collective_id), "reasons": "Near."})
        assert (other.status_code, "Near." in other.text) == (422, True)
        blank = officer.post(run("allot", lot), {"collective": str(mons.pk), "reasons": "  "})
        assert (blank.status_code, "required" in blank.text) == (422, True)
    assert not Allotment.objects.exists()


@pytest.mark.parametrize(
    "area", ["48.8, 2.4", '{"type": "Point", "coordinates": [1, 2]}', "{", "48.80, 2.40\n49.05, 2.50\n48.80, 2.50\n49.05, 2.40"]
)
def test_r08_a_lot_without_a_real_outline_is_refused(fay: Person, mons: Collective, area: str) -> None:
    officer = signed_in(fay)
    officer.post("/federation/contracts/new/", SENT)
    contract = FrameworkContract.objects.get()
    refused = officer.post(run("add-lot", contract), {"name": "North", "detail": "", "area": area})
    assert (refused.status_code, 'value="North"' in refused.text) == (422, True)
    assert not Lot.objects.exists()


def test_r08_who_withdraws_on_the_page_is_on_no_page(mons: Collective, nina: Membership, fay: Person) -> None:
    contract = call(fay)
    lot = lot_of(contract)
    apply(lot, fay, mons, nina.collective)
    with after_call(contract):
        assert signed_in(nina.person).post(answer("nantes", "withdraw", lot)).status_code == 302
        page = signed_in(fay).get(f"/federation/contracts/{contract.ref}/").text
        made = allotted(lot, mons, fay)
        later = signed_in(world.delegate_of(mons)).get(f"/c/mons/federation/contracts/{contract.ref}/").text
        allotting.decline(allotment=made, collective=mons)
        afterwards = signed_in(fay).get(f"/federation/contracts/{contract.ref}/").text
    assert "Mons rides." in page
    assert not any(words in afterwards for words in ("Mons", "Nearest to the depot"))
    assert not any("Nantes" in text for text in (page, later))
    assert made.candidate_ids == {mons.pk}
    assert not Application.objects.filter(collective=nina.collective).exists()


def test_r08_pages_ask_as_often_for_many_candidates(mons: Collective, nina: Membership, fay: Person, otto: Person) -> None:
    contract = call(fay)
    lot = lot_of(contract)
    apply(lot, fay, mons, nina.collective)

    def queries() -> list[int]:
        found = []
        for person, url in (
            (fay, "/federation/contracts/"),
            (fay, f"/federation/contracts/{contract.ref}/"),
            (nina.person, "/c/nantes/federation/contracts/"),
            (nina.person, f"/c/nantes/federation/contracts/{contract.ref}/"),
        ):
            client = signed_in(person)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(url).status_code == 200
            found.append(len(asked))
        return found

    with after_call(contract):
        made = allotted(lot, mons, fay)
        allotting.appeal(allotment=made, collective=nina.collective, text="Why?", by=nina.person)
        queries()
        few = queries()
    call(fay, client="Book Post")
    again = lot_of(call(fay, client="Milk Round", closes_on=timezone.localdate() + dt.timedelta(days=14)))
    apply(again, fay, mons)
    for number in range(4):
        make_collective(f"Town {number}", f"town-{number}")
    with after_call(contract):
        assert queries() == few
    assert max(few) < 28
