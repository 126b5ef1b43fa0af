"""R06 and R10 on the pages: a euro is followed by a courier; officers propose, name and pay; a group writes down and signs."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectives.models import Collective
from coopdelivery.decisions.models import Proposal
from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person
from federation.groups import spending
from federation.models import Deliverable, Expense, GroupMember, Mandate
from tests.answers import let_go
from tests.conftest import make_collective
from tests.federation import world
from tests.federation.pot_world import GROUP, ask, give_mandate, paid, pay_in, worker

TODAY = timezone.localdate()
SOON = (TODAY + dt.timedelta(days=200)).isoformat()
OWN = f"/c/mons/federation/groups/{GROUP}/"
OFFICE = f"/federation/groups/{GROUP}/"
EXPENSE = {"title": "First aid", "payee": "Red Cross", "amount": "50.00", "spent_on": TODAY.isoformat()}
MANDATE = {"group": GROUP, "text": "Train.", "begins_on": TODAY.isoformat(), "review_on": SOON, "ends_on": SOON, "currency": "EUR"}


@pytest.fixture
def mons(db: None) -> Collective:
    return make_collective("Mons", "mons", country="BE")


@pytest.fixture
def lea(mons: Collective, fay: Person) -> Person:
    give_mandate(fay, mons)
    return worker(mons, "Lea", fay)


@pytest.fixture
def tim(mons: Collective, lea: Person, fay: Person) -> Person:
    return worker(mons, "Tim", fay)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_r06_a_courier_follows_a_euro_both_ways(
    fay: Person, mons: Collective, lea: Person, tim: Person, django_assert_max_num_queries: Any
) -> None:
    pay_in(mons, 9_000, fay)
    expense = paid(lea, tim, fay, officer=fay)
    client = signed_in(tim)
    with django_assert_max_num_queries(24):
        pot = client.get("/c/mons/federation/pot/").text
    (way,) = [part.split('"')[0] for part in pot.split('href="') if "/pot/contributions/" in part]
    contribution = client.get(way).text
    assert "First aid" in contribution
    (back,) = [part.split('"')[0] for part in contribution.split('href="') if "/pot/expenses/" in part]
    page = client.get(back).text
    assert way in page
    assert expense.sha256 in page
    assert "Tim, Fay" in page
    receipt = client.get(f"{back}receipt/")
    assert receipt.headers["Content-Disposition"].startswith("attachment")
    let_go(receipt)


def test_r10_a_mandate_is_voted_on_and_an_expense_goes_its_way(fay: Person, mons: Collective) -> None:
    officer = signed_in(fay)
    world.delegate_of(mons)
    assert officer.post("/federation/groups/mandates/new/", {**MANDATE, "budget": "100.00", "closes_on": SOON}).status_code == 302
    assert not Mandate.objects.exists()
    world.vote(Proposal.objects.get(settles__has_key="mandate"))
    assert Mandate.objects.get().cents == 10_000
    lea, tim = worker(mons, "Lea", fay), worker(mons, "Tim", fay)
    assert "Lea" in officer.get(OFFICE).text
    group = signed_in(lea)
    assert group.post(f"{OWN}expenses/", {**EXPENSE, "receipt": world.upload()}).status_code == 302
    expense = Expense.objects.get()
    assert signed_in(tim).post(f"/c/mons/federation/pot/expenses/{expense.ref}/sign/").status_code == 302
    assert officer.post(f"/federation/groups/expenses/{expense.ref}/sign/").status_code == 302
    pay = f"/federation/groups/expenses/{expense.ref}/pay/"
    empty = officer.post(pay, {"on": TODAY.isoformat()})
    assert (empty.status_code, "only €0.00 in the pot" in empty.text) == (409, True)
    pay_in(mons, 5_000, fay)
    assert officer.post(pay, {"on": SOON}).status_code == 422
    assert officer.post(pay, {"on": TODAY.isoformat()}).status_code == 302
    expense.refresh_from_db()
    assert (expense.state, expense.paid_on) == ("paid", TODAY)


def test_r10_what_is_refused_is_said_and_leaves_its_trace(mons: Collective, lea: Person, tim: Person) -> None:
    group = signed_in(lea)
    over = group.post(f"{OWN}expenses/", {**EXPENSE, "amount": "1000.01", "receipt": world.upload()})
    assert (over.status_code, "€1,000.00 of the budget is left" in over.text, "Red Cross" in over.text) == (422, True, True)
    mine = ask(lea)
    own = group.post(f"/c/mons/federation/pot/expenses/{mine.ref}/sign/")
    assert (own.status_code, "Somebody else signs it." in own.text) == (409, True)
    assert Event.objects.filter(name="spending.refused").count() == 2
    assert group.post(f"/c/mons/federation/pot/expenses/{mine.ref}/withdraw/").status_code == 302
    assert Expense.objects.get().state == "withdrawn"


def test_r10_a_group_promises_and_delivers(lea: Person) -> None:
    group = signed_in(lea)
    assert group.post(f"{OWN}deliverables/", {"title": "A course", "due_on": SOON}).status_code == 302
    done = f"/c/mons/federation/pot/deliverables/{Deliverable.objects.get().ref}/done/"
    assert [group.post(done).status_code for _twice in range(2)] == [302, 409]


def test_r10_officers_name_members_and_let_them_go(fay: Person, mons: Collective, lea: Person) -> None:
    officer = signed_in(fay)
    wrong = officer.post(f"{OFFICE}members/", {"email": "nobody@mons.test", "home": mons.pk})
    assert (wrong.status_code, "Nobody with the address" in wrong.text) == (422, True)
    seat = GroupMember.objects.get()
    assert officer.post(f"/federation/groups/members/{seat.ref}/end/").status_code == 302
    assert officer.post(f"/federation/groups/members/{seat.ref}/end/").status_code == 409


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("review_on", "2001-01-01"),
        ("ends_on", TODAY.isoformat()),
        ("closes_on", "2001-01-01"),
        ("budget", "-1"),
        ("group", "x"),
        ("currency", "X"),
    ],
)
def test_r10_impossible_mandates_are_refused(fay: Person, mons: Collective, field: str, typed: str) -> None:
    answer = signed_in(fay).post("/federation/groups/mandates/new/", {**MANDATE, "budget": "1", "closes_on": SOON, field: typed})
    assert (answer.status_code, "Train." in answer.text) == (422, True)
    assert not Proposal.objects.exists()


def test_r06_the_pages_ask_as_often_for_many_expenses(fay: Person, mons: Collective, lea: Person, tim: Person) -> None:
    reader = signed_in(world.delegate_of(mons))

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert reader.get(OWN).status_code == 200
        return len(asked)

    spending.sign(expense=ask(lea, 100), by=tim)
    queries()
    few = queries()
    for _each in range(5):
        spending.sign(expense=ask(lea, 100), by=tim)
    assert queries() == few < 35


def test_what_each_group_was_voted_stands_in_the_public_directory(fay: Person, mons: Collective) -> None:
    assert "The common fund" not in Client().get("/federation/directory/").text
    give_mandate(fay, mons, cents=120_000)
    give_mandate(fay, mons, cents=80_050, group="software")
    text = Client().get("/federation/directory/").text
    fund = text[text.index("The common fund") :]
    assert fund.index("Software") < fund.index("€800.50") < fund.index("Training") < fund.index("€1,200.00") < fund.index("€2,000.50")
