"""R05 on the pages: officers propose, call, confirm and note; a co-op reads its lines and files its accounts."""

import csv
import datetime as dt
import io
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from collectives.models import Collective
from coopdelivery.decisions.models import Proposal
from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.people.models import Person
from federation.dues.reading import statement_of
from federation.models import DuesCall, DuesPayment, DuesTerms, FiledAccounts
from federation.policies.services import propose_setting
from tests.federation import world

TODAY = timezone.localdate()
SOON = TODAY.replace(year=TODAY.year + 1).isoformat()
TERMS = {"standing": "member", "currency": "EUR", "percent": "2.5", "floor": "600.00", "cap": "", "text": "Two and a half."}


@pytest.fixture
def mons(fay: Person, otto: Person) -> Collective:
    return world.member(fay, otto)


@pytest.fixture
def officer(client: Client, fay: Person) -> Client:
    client.force_login(fay)
    return client


@pytest.fixture
def office(mons: Collective) -> Client:
    client = Client()
    client.force_login(world.delegate_of(mons))
    return client


def agreed(officer: Client, mons: Collective) -> DuesTerms:
    answer = officer.post("/federation/dues/terms/new/", {**TERMS, "effective_on": TODAY.isoformat(), "closes_on": SOON})
    assert answer.status_code == 302
    world.vote(Proposal.objects.get(settles__has_key="dues"))
    return DuesTerms.objects.get()


def test_r05_a_year_by_hand(officer: Client, office: Client, mons: Collective) -> None:
    terms = agreed(officer, mons)
    assert (terms.rate, terms.floor_cents, terms.cap_cents) == (250, 60_000, None)
    for _twice in range(2):
        assert officer.post("/federation/dues/call/").status_code == 302
        journal.run_waiting()
    assert DuesCall.objects.get().amount == Money(5_000, "EUR")
    paid = {"paid-amount": "50.00", "paid-on": mons.today().isoformat(), "paid-note": "Transfer 12", "paid-key": uuid.uuid4()}
    for _twice in range(2):
        assert officer.post(f"/federation/dues/co-ops/{mons.slug}/payments/", paid).status_code == 302
    assert DuesPayment.objects.count() == 1
    assert statement_of(mons).open == Money(0, "EUR")
    page = office.get(f"/c/{mons.slug}/federation/dues/").content.decode()
    assert "2.50\N{NO-BREAK SPACE}% of value added" in page
    assert "Transfer 12" in page
    rows = list(csv.reader(io.StringIO(office.get(f"/c/{mons.slug}/federation/dues/csv/").content.decode().removeprefix("\ufeff"))))
    assert [row[4] for row in rows[1:]] == ["50.00", "-50.00"]
    assert office.get(f"/c/{mons.slug}/federation/dues/pdf/").content.startswith(b"%PDF-")


def test_r05_accounts_are_filed_by_the_office_and_confirmed_by_another_co_op(officer: Client, office: Client, mons: Collective) -> None:
    year = TODAY.year - 1
    answer = office.post(
        f"/c/{mons.slug}/federation/dues/accounts/", {"year": year, "production": "120000.50", "margin": "0", "bought": "20000"}
    )
    assert answer.status_code == 302
    filed = FiledAccounts.objects.get()
    assert filed.added == Money(10_000_050, "EUR")
    confirm = f"/federation/dues/accounts/{filed.ref}/confirm/"
    without_terms = officer.post(confirm)
    assert without_terms.status_code == 409
    assert "has not decided" in without_terms.content.decode()
    assert office.post(confirm).status_code == 404


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("percent", "101"),
        ("percent", "-1"),
        ("percent", "x"),
        ("cap", "1.00"),
        ("floor", "-5"),
        ("closes_on", "2020-01-01"),
        ("currency", "XXX"),
    ],
)
def test_r05_impossible_terms_are_refused_and_what_was_typed_is_kept(officer: Client, mons: Collective, field: str, typed: str) -> None:
    sent: dict[str, Any] = {**TERMS, "effective_on": TODAY.isoformat(), "closes_on": SOON, field: typed}
    answer = officer.post("/federation/dues/terms/new/", sent)
    assert answer.status_code == 422
    assert "Two and a half." in answer.content.decode()
    assert not Proposal.objects.filter(settles__has_key="dues").exists()


def test_r05_relief_is_asked_of_the_assembly_and_not_beyond_what_is_open(officer: Client, mons: Collective) -> None:
    agreed(officer, mons)
    officer.post("/federation/dues/call/")
    journal.run_waiting()
    url = f"/federation/dues/co-ops/{mons.slug}/relief/"
    form = {"relief-parts": "0", "relief-closes_on": SOON, "relief-text": "A hard winter."}
    too_much = officer.post(url, {**form, "relief-amount": "50.01"})
    assert too_much.status_code == 422
    assert "50.00" in too_much.content.decode()
    assert officer.post(url, {**form, "relief-amount": "50.00"}).status_code == 302
    world.vote(Proposal.objects.get(settles__dues__parts=0))
    assert statement_of(mons).open == Money(0, "EUR")


def test_r17_the_assembly_decides_how_much_may_be_let_off(officer: Client, fay: Person, mons: Collective) -> None:
    agreed(officer, mons)
    officer.post("/federation/dues/call/")
    journal.run_waiting()
    asked = propose_setting(
        key="waiver", value="half", text="", effective_on=timezone.localdate(), closes_at=timezone.now() + dt.timedelta(days=9), by=fay
    )
    world.vote(asked)
    page = f"/federation/dues/co-ops/{mons.slug}/"
    shown = officer.get(page).text
    assert "Let off at most: half of it." in shown
    assert f"/federation/assembly/{asked.ref}/" in shown
    form = {"relief-closes_on": SOON, "relief-text": "A hard winter."}
    refused = officer.post(f"{page}relief/", {**form, "relief-parts": "0", "relief-amount": "25.01"})
    assert refused.status_code == 422
    assert "lets this co-op off €25.00 at most" in refused.text
    assert "A hard winter." in refused.text
    assert not Proposal.objects.filter(settles__has_key="dues", state="open").exists()
    assert officer.post(f"{page}relief/", {**form, "relief-parts": "4", "relief-amount": "50.00"}).status_code == 302
    assert officer.post(f"{page}relief/", {**form, "relief-parts": "0", "relief-amount": "25.00"}).status_code == 302
