"""R07: a co-op asks, the others decide, the fund gives or lends what it holds; nobody is named in the report."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from dateutil.relativedelta import relativedelta
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from collectives.models import Collective
from coopdelivery.decisions.models import Proposal
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from coopdelivery.kit.money import Money
from coopdelivery.ledger import selectors as books
from coopdelivery.ledger import services as ledger
from coopdelivery.notices.models import Message
from coopdelivery.people.models import Person
from coopdelivery.people.privacy import export
from federation import services as federation
from federation.assembly.refusals import NotOnThisRoll
from federation.groups.pot import contributions, pots
from federation.models import AidRequest, Endowment, FundSource, LoanReminder, Repayment
from federation.register.refusals import NotAnOfficer
from federation.solidarity import fund, loans
from federation.solidarity.refusals import (
    NobodyElse,
    NoFund,
    NotAgreed,
    NotAMember,
    NothingLent,
    OverCap,
    OverFund,
    OwnRequest,
    PaidAlready,
)
from federation.solidarity.requests import ask, report
from tests.conftest import make_collective
from tests.federation import world
from tests.federation.pot_world import decide, eur, pay_in

TODAY = timezone.localdate()
LATE = dt.timedelta(days=14)
WISH: dict[str, Any] = {"purpose": "wages", "form": "grant", "months": 0, "reason": "A hard winter."}


@pytest.fixture
def mons(db: None) -> Collective:
    return make_collective("Mons", "mons", country="BE")


@pytest.fixture
def filled(mons: Collective, nantes: Collective, montreuil: Collective, fay: Person) -> Endowment:
    """300 of 500 euros are in the fund; one request gets 200 at most."""
    pay_in(nantes, 50_000, fay)
    resolution = decide(fay, mons, endow={"currency": "EUR", "cents": 30_000, "cap_cents": 20_000})
    return Endowment.objects.get(resolution=resolution)


def asked(collective: Collective, cents: int = 20_000, **wish: object) -> AidRequest:
    facts: dict[str, Any] = {**WISH, **wish}
    by = world.delegate_of(collective)
    return ask(collective=collective, amount=eur(cents), closes_at=timezone.now() + dt.timedelta(days=9), by=by, **facts)


def agreed(collective: Collective, cents: int = 20_000, **wish: object) -> AidRequest:
    request = asked(collective, cents, **wish)
    world.vote(request.resolution)
    return AidRequest.objects.select_related("resolution").get(pk=request.pk)


def in_fund() -> Money:
    found = fund.fund_in("EUR")
    assert found is not None
    return found.left


def tried() -> list[tuple[str, str]]:
    return [(event.data["what"], event.data["why"]) for event in Event.objects.filter(name="solidarity.refused").order_by("pk")]


def test_r07_the_fund_is_fed_from_contributions_and_traced(filled: Endowment) -> None:
    assert [row.left for row in contributions()] == [20_000]
    assert FundSource.objects.get().cents == 30_000
    (pot,) = pots()
    assert (pot.came, pot.left, in_fund()) == (eur(50_000), eur(20_000), eur(30_000))


def test_r07_no_more_goes_in_than_arrived(filled: Endowment, mons: Collective, fay: Person) -> None:
    decide(fay, mons, endow={"currency": "EUR", "cents": 99_000, "cap_cents": 20_000})
    assert (in_fund(), [row.left for row in contributions()]) == (eur(50_000), [0])
    assert books.first_broken_link(ledger.book_of(None, "EUR")) is None


def test_r07_the_requesters_co_op_cannot_vote_on_its_own_request(
    filled: Endowment, mons: Collective, nantes: Collective, montreuil: Collective
) -> None:
    request = asked(mons)
    assert sorted(request.resolution.roll) == sorted([nantes.pk, montreuil.pk])
    with pytest.raises(NotOnThisRoll):
        federation.cast_voice(proposal=request.resolution, collective=mons, by=world.delegate_of(mons), choice="for")
    assert not request.resolution.ballots.exists()


def test_r07_a_gift_is_paid_once_when_the_others_agreed(filled: Endowment, mons: Collective, fay: Person) -> None:
    request = asked(mons)
    with pytest.raises(NotAgreed):
        fund.pay_out(request=request, on=TODAY, by=fay)
    world.vote(request.resolution)
    for officer, refusal in ((world.delegate_of(mons), NotAnOfficer), (world.officer_from(mons, fay), OwnRequest)):
        with pytest.raises(refusal):
            fund.pay_out(request=request, on=TODAY, by=officer)
    request = AidRequest.objects.select_related("resolution").get()
    fund.pay_out(request=request, on=TODAY, by=fay)
    with pytest.raises(OverFund):
        fund.pay_out(request=request, on=TODAY, by=fay)
    decide(fay, mons, endow={"currency": "EUR", "cents": 20_000, "cap_cents": 20_000})
    with pytest.raises(PaidAlready):
        fund.pay_out(request=request, on=TODAY, by=fay)
    assert in_fund() == eur(30_000)
    assert tried() == [("pay", name) for name in ("NotAgreed", "NotAnOfficer", "OwnRequest", "OverFund", "PaidAlready")]


def test_r07_payout_cannot_exceed_the_fund_nor_the_cap(filled: Endowment, mons: Collective, montreuil: Collective, fay: Person) -> None:
    with pytest.raises(OverCap) as refused:
        asked(mons, 20_001)
    assert "€200.00 at most" in str(refused.value)
    first, second = agreed(mons), agreed(montreuil)
    fund.pay_out(request=first, on=TODAY, by=fay)
    with pytest.raises(OverFund) as refused_too:
        fund.pay_out(request=second, on=TODAY, by=fay)
    assert "There is €100.00 in the fund" in str(refused_too.value)
    assert (in_fund(), AidRequest.objects.exclude(paid_on=None).count()) == (eur(10_000), 1)
    with pytest.raises(OverFund):
        asked(mons, 10_001)


def test_r07_a_rejected_request_is_not_paid(filled: Endowment, mons: Collective, fay: Person) -> None:
    request = asked(mons)
    world.vote(request.resolution, "against")
    with pytest.raises(NotAgreed):
        fund.pay_out(request=request, on=TODAY, by=fay)
    assert in_fund() == eur(30_000)


def test_r07_a_loan_comes_back_and_no_more_than_was_lent(filled: Endowment, mons: Collective, fay: Person) -> None:
    loan = agreed(mons, form="loan", months=10, purpose="launch")
    with pytest.raises(NothingLent):
        fund.note_repayment(request=loan, amount=eur(1), on=TODAY, key=uuid4(), by=fay)
    fund.pay_out(request=loan, on=TODAY, by=fay)
    key = uuid4()
    for _twice in range(2):
        fund.note_repayment(request=loan, amount=eur(15_000), on=TODAY, key=key, by=fay)
    assert (in_fund(), Repayment.objects.count()) == (eur(25_000), 1)
    with pytest.raises(NothingLent):
        fund.note_repayment(request=loan, amount=eur(5_001), on=TODAY, key=uuid4(), by=fay)
    fund.note_repayment(request=loan, amount=eur(5_000), on=TODAY, key=uuid4(), by=fay)
    assert (in_fund(), fund.outstanding(AidRequest.objects.get())) == (eur(30_000), eur(0))
    trial = {row.account.code: row.debit.cents - row.credit.cents for row in books.trial_balance(ledger.book_of(None, "EUR"), TODAY)}
    assert (trial[fund.LOANS], trial[fund.FUND], trial["512"]) == (0, 30_000, 20_000)


def test_r07_who_may_ask(mons: Collective, fay: Person) -> None:
    with pytest.raises(NoFund):
        asked(mons)
    pay_in(mons, 9_000, fay)
    decide(fay, mons, endow={"currency": "EUR", "cents": 9_000, "cap_cents": 9_000})
    with pytest.raises(NobodyElse):
        asked(mons, 9_000)
    Collective.objects.filter(pk=mons.pk).update(standing="lapsed")
    mons.refresh_from_db()
    with pytest.raises(NotAMember):
        asked(mons, 9_000)
    assert not AidRequest.objects.exists()


def test_r07_the_report_names_nobody_and_joins_the_few(filled: Endowment, mons: Collective, fay: Person) -> None:
    for cents in (100, 200, 300):
        fund.pay_out(request=agreed(mons, cents), on=TODAY, by=fay)
    fund.pay_out(request=agreed(mons, 400, purpose="sick"), on=TODAY, by=fay)
    told = [(line.purpose, line.count, line.amount) for line in report()]
    assert told == [("other", 1, eur(400)), ("wages while activity is low", 3, eur(600))]
    assert "Mons" not in repr(report())


def test_r07_the_database_keeps_the_fund(filled: Endowment, mons: Collective, fay: Person) -> None:
    waiting, paid = asked(mons, 100), agreed(mons, 100)
    fund.pay_out(request=paid, on=TODAY, by=fay)
    for broken in (
        lambda: AidRequest.objects.filter(pk=waiting.pk).update(paid_on=TODAY),
        lambda: AidRequest.objects.filter(pk=waiting.pk).update(cents=9_999),
        lambda: AidRequest.objects.filter(pk=paid.pk).update(paid_on=None),
        lambda: Endowment.objects.update(cap_cents=10**9),
        lambda: FundSource.objects.update(cents=1),
        lambda: FundSource.objects.all().delete(),
        lambda: Endowment.objects.create(currency="EUR", cents=1, cap_cents=1, on=TODAY, resolution=waiting.resolution),
        lambda: Repayment.objects.create(key=uuid4(), aid=paid, cents=1, on=TODAY, noted_by=fay),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()


def test_r07_on_the_pages(filled: Endowment, mons: Collective, nantes: Collective, fay: Person) -> None:
    office, officer = Client(), Client()
    office.force_login(world.delegate_of(mons))
    officer.force_login(fay)
    soon = (TODAY + dt.timedelta(days=20)).isoformat()
    own = "/c/mons/federation/solidarity/"
    sent = {"purpose": "launch", "kind": "loan", "months": "10", "amount": "150.00", "reason": "Two bikes.", "closes_on": soon}
    for changed, said in (
        ({"amount": "200.01"}, "€200.00 at most"),
        ({"months": ""}, "in how many months"),
        ({"closes_on": "2020-01-01"}, "after today"),
    ):
        answer = office.post(f"{own}requests/", {**sent, **changed})
        assert (answer.status_code, said in answer.text, "Two bikes." in answer.text) == (422, True, True)
    assert office.post(f"{own}requests/", sent).status_code == 302
    request = AidRequest.objects.get()
    assert request.resolution.number in office.get(own).text
    pay = f"/federation/solidarity/requests/{request.ref}/pay/"
    assert officer.post(pay).status_code == 409
    world.vote(request.resolution)
    assert officer.post(pay).status_code == 302
    page = officer.get("/federation/solidarity/").text
    assert "€150.00" in page
    repaid = f"/federation/solidarity/requests/{request.ref}/repaid/"
    assert officer.post(repaid, {"amount": "x", "key": uuid4()}).status_code == 422
    assert officer.post(repaid, {"amount": "150.01", "key": uuid4()}).status_code == 409
    assert officer.post(repaid, {"amount": "150.00", "key": uuid4()}).status_code == 302
    put = {"currency": "EUR", "amount": "10.00", "cap": "10.00", "text": "More.", "closes_on": soon}
    assert officer.post("/federation/solidarity/endowments/", {**put, "cap": "-1"}).status_code == 422
    assert officer.post("/federation/solidarity/endowments/", put).status_code == 302
    world.vote(Proposal.objects.get(settles__has_key="endow", state="open"))
    assert Endowment.objects.count() == 2
    assert [row["reason"] for row in export(world.delegate_of(mons))["solidarity_requests"]] == ["Two bikes."]


def lent(collective: Collective, fay: Person, *, months: int = 3) -> AidRequest:
    """100 euros, paid out today."""
    loan = agreed(collective, 10_000, form="loan", months=months, purpose="launch")
    fund.pay_out(request=loan, on=TODAY, by=fay)
    return AidRequest.objects.prefetch_related("repayments").get(pk=loan.pk)


def test_r07_the_parts_of_a_loan_are_the_loan(filled: Endowment, mons: Collective, fay: Person) -> None:
    loan = lent(mons, fay)
    assert [part.amount for part in loans.parts_of(loan)] == [eur(3_334), eur(3_333), eur(3_333)]
    assert loans.parts_of(loan)[0].due_on == TODAY + relativedelta(months=1)
    assert loans.next_part(loan) == loans.parts_of(loan)[0]
    fund.note_repayment(request=loan, amount=eur(4_000), on=TODAY, key=uuid4(), by=fay)
    loan = AidRequest.objects.prefetch_related("repayments").get()
    assert loans.next_part(loan) == loans.Part(TODAY + relativedelta(months=2), eur(2_667))
    assert loans.behind(loan, TODAY + relativedelta(months=1)) == eur(0)
    assert loans.behind(loan, TODAY + relativedelta(months=3)) == eur(6_000)


def test_r07_a_gift_has_no_parts_and_nobody_is_reminded_of_it(filled: Endowment, mons: Collective, fay: Person) -> None:
    fund.pay_out(request=agreed(mons, 10_000), on=TODAY, by=fay)
    assert loans.parts_of(AidRequest.objects.get()) == []
    with time_machine.travel(timezone.now() + dt.timedelta(days=400), tick=False):
        assert loans.remind() == 0


def test_r07_who_is_behind_with_a_loan_is_reminded_once_for_each_part(filled: Endowment, mons: Collective, fay: Person) -> None:
    world.delegate_of(mons)
    loan = lent(mons, fay)
    counts = []
    first, second, _last = (part.due_on - TODAY for part in loans.parts_of(loan))
    for after in (first + dt.timedelta(days=13), first + LATE, first + LATE * 1.5, second + LATE):
        with time_machine.travel(timezone.now() + after, tick=False):
            counts.append(loans.remind())
            journal.run_waiting()
    assert counts == [0, 1, 0, 1]
    told = list(Event.objects.filter(name="aid.overdue").order_by("pk"))
    assert [(event.collective_id, event.data["cents"]) for event in told] == [(mons.pk, 3_334), (mons.pk, 6_667)]
    letter = Message.objects.filter(kind="aid.overdue").order_by("pk").first()
    assert letter is not None
    assert "€33.34 is behind" in letter.subject
    fund.note_repayment(request=loan, amount=eur(10_000), on=TODAY, key=uuid4(), by=fay)
    with time_machine.travel(timezone.now() + dt.timedelta(days=400), tick=False):
        assert loans.remind() == 0


def test_r07_after_a_pause_the_newest_part_speaks_for_all(filled: Endowment, mons: Collective, fay: Person) -> None:
    lent(mons, fay)
    with time_machine.travel(timezone.now() + dt.timedelta(days=400), tick=False):
        assert [loans.remind(), loans.remind()] == [1, 0]
    reminder = LoanReminder.objects.get()
    assert (reminder.due_on, reminder.cents) == (TODAY + relativedelta(months=3), 10_000)


def test_r07_a_co_op_reads_when_the_next_part_comes_back(filled: Endowment, mons: Collective, fay: Person) -> None:
    lent(mons, fay)
    office = Client()
    office.force_login(world.delegate_of(mons))
    assert "€33.34 comes back by" in office.get("/c/mons/federation/solidarity/").text
