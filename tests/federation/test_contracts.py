"""R08: people allot lots, with reasons and the list of candidates; who refuses leaves no trace; a standstill, appeals, then a partner."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from collectives.models import Collective, Membership, Role, Standing
from collectives.refusals import Refusal
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from coopdelivery.notices.models import Message
from coopdelivery.people.models import Person
from coopdelivery.people.privacy import export
from coopdelivery.places.services import find_or_create_place
from federation.contracts import allotting, calls, clients
from federation.contracts.refusals import (
    AllottedAlready,
    AppealedAlready,
    AppealOpen,
    CallOver,
    CallRuns,
    CallTooShort,
    ClientNamed,
    ConflictOfInterest,
    LotNamed,
    NoLots,
    NoReasons,
    NotACandidate,
    NotApplying,
    NotOfPartnerships,
    NotPossibleNow,
    NotYours,
    OwnDecision,
    StandstillOver,
    StandstillRuns,
)
from federation.models import Allotment, Appeal, Application, FrameworkContract, Lot
from orders.models import Partner, PriceList
from tests.conftest import make_collective, make_member
from tests.federation.contracts_world import STREET, after_call, allotted, apply, call, card, lot_of, on
from tests.federation.pot_world import worker


@pytest.fixture
def mons(db: None) -> Collective:
    return make_collective("Mons", "mons", country="BE")


@pytest.fixture
def contract(mons: Collective, montreuil: Collective, nantes: Collective, fay: Person) -> FrameworkContract:
    return call(fay, "East", "West")


@pytest.fixture
def lot(contract: FrameworkContract, mons: Collective, montreuil: Collective, nantes: Collective, fay: Person) -> Lot:
    """All three applied for the lot in the east."""
    found = lot_of(contract)
    apply(found, fay, mons, montreuil, nantes)
    return found


def names(lot: Lot) -> list[str]:
    return [each.collective.name for each in allotting.candidates_of(lot)]


def tried() -> list[tuple[str, str]]:
    return [(event.data["what"], event.data["why"]) for event in Event.objects.filter(name="contract.refused").order_by("pk")]


def test_r08_an_allotment_names_its_author_its_reasons_and_its_candidates(
    contract: FrameworkContract, lot: Lot, nantes: Collective, fay: Person
) -> None:
    with after_call(contract):
        made = allotted(lot, nantes, fay)
    assert (made.decided_by, made.collective, made.reasons) == (fay, nantes, "Nearest to the depot, and enough bikes.")
    assert [(each["name"], each["offer"]) for each in made.candidates] == [
        ("Mons", "Mons rides."),
        ("Montreuil", "Montreuil rides."),
        ("Nantes", "Nantes rides."),
    ]
    assert made.standstill_until == contract.closes_on + dt.timedelta(days=11)
    event = Event.objects.get(name="contract.allotted")
    assert (event.by_id, event.data["reasons"], len(event.data["candidates"])) == (fay.pk, made.reasons, 3)


def test_r08_no_allotment_without_a_person_reasons_or_candidates(
    contract: FrameworkContract, lot: Lot, nantes: Collective, fay: Person
) -> None:
    """Neither by the service nor, whoever writes, in the database."""
    frozen = [{"collective_id": each.collective_id, "name": "x", "offer": "", "capacity": ""} for each in allotting.candidates_of(lot)]
    stranger = make_collective("Paris", "paris")
    whole: dict[str, Any] = {"lot": lot, "collective": nantes, "candidates": frozen, "reasons": "Near.", "decided_by": fay}
    gone = Person.objects.create_user(name="Gone", email="gone@federation.test", is_active=False)
    interested = make_member(nantes, "Nora", Role.COURIER).person
    until = timezone.localdate()
    with after_call(contract):
        for reasons, co_op, refusal in ((" ", nantes, NoReasons), ("Near.", stranger, NotACandidate)):
            with pytest.raises(refusal):
                allotting.allot(lot=lot, collective=co_op, reasons=reasons, by=fay)
        broken: tuple[dict[str, Any], ...] = (
            {"reasons": ""},
            {"reasons": "   "},
            {"candidates": []},
            {"candidates": frozen[:2]},
            {"collective": stranger},
            {"decided_by": None},
            {"decided_by": gone},
            {"decided_by": interested},
            {"state": "in_force"},
        )
        for changed in broken:
            with pytest.raises(IntegrityError), transaction.atomic():
                Allotment.objects.create(**{**whole, **changed}, standstill_until=until)
        assert not Allotment.objects.exists()
        Allotment.objects.create(**whole, standstill_until=until)


def test_r08_who_withdraws_leaves_no_trace_in_later_lists(
    contract: FrameworkContract, lot: Lot, mons: Collective, nantes: Collective, fay: Person
) -> None:
    west = lot_of(contract, "West")
    apply(west, fay, mons, nantes)
    calls.withdraw(lot=lot, collective=mons)
    with after_call(contract):
        calls.withdraw(lot=west, collective=mons)
        assert (names(lot), names(west)) == (["Montreuil", "Nantes"], ["Nantes"])
        first = allotted(lot, nantes, fay)
        allotting.decline(allotment=first, collective=nantes)
        assert names(lot) == ["Montreuil"], "who declines is in no later list either"
        second = allotted(lot, Collective.objects.get(slug="montreuil"), fay)
    assert [each["name"] for each in second.candidates] == ["Montreuil"]
    answers = Event.objects.filter(name__in=["contract.answered", "contract.reopened", "contract.refused"])
    assert set(answers.values_list("by_id", "collective_id")) == {(None, None)}
    assert not any(str(mons.pk) in str(event.data) or "Mons" in str(event.data) for event in answers)
    assert not Application.objects.filter(collective=mons).exists()
    later = call(fay, client="Book Post")
    apply(lot_of(later), fay, mons)
    assert names(lot_of(later)) == ["Mons"], "and who refused once applies again like everybody"


def test_r08_a_co_op_that_says_nothing_is_nowhere(
    contract: FrameworkContract, lot: Lot, montreuil: Collective, nantes: Collective, fay: Person
) -> None:
    silent = make_collective("Paris", "paris")
    with after_call(contract):
        made = allotted(lot, nantes, fay)
    assert silent.pk not in made.candidate_ids
    assert not Event.objects.filter(name__startswith="contract.", collective_id=silent.pk).exists()


def test_r08_nobody_decides_about_a_lot_their_own_co_op_applied_for(
    contract: FrameworkContract, lot: Lot, mons: Collective, nantes: Collective, fay: Person
) -> None:
    lea = worker(mons, "Lea", fay, "partnerships")
    rita = Person.objects.create_user(name="Rita", email="rita@federation.test")
    with after_call(contract):
        for person, refusal in ((lea, ConflictOfInterest), (rita, NotOfPartnerships)):
            with pytest.raises(refusal):
                allotting.allot(lot=lot, collective=nantes, reasons="Ours.", by=person)
        calls.withdraw(lot=lot, collective=mons)
        assert allotted(lot, nantes, lea).decided_by == lea
    assert tried() == [("allot", "ConflictOfInterest"), ("allot", "NotOfPartnerships")]


def test_r08_the_call_has_its_time(contract: FrameworkContract, lot: Lot, mons: Collective, nantes: Collective, fay: Person) -> None:
    with pytest.raises(CallRuns):
        allotted(lot, nantes, fay)
    Collective.objects.filter(pk=mons.pk).update(standing=Standing.LAPSED)
    mons.refresh_from_db()
    with pytest.raises(NotApplying):
        apply(lot, fay, mons)
    with after_call(contract):
        with pytest.raises(CallOver):
            apply(lot, fay, nantes)
        allotted(lot, nantes, fay)
        with pytest.raises(AllottedAlready):
            allotted(lot, nantes, fay)
        with pytest.raises(NotPossibleNow):
            calls.withdraw(lot=lot, collective=nantes)


def test_r08_the_standstill_and_an_appeal_hold_it_back(
    contract: FrameworkContract, lot: Lot, mons: Collective, nantes: Collective, fay: Person, otto: Person
) -> None:
    with after_call(contract):
        made = allotted(lot, nantes, fay)
        objection = allotting.appeal(allotment=made, collective=mons, text="We are nearer.", by=fay)
        for co_op, refusal in ((mons, AppealedAlready), (nantes, NotACandidate), (make_collective("Paris", "paris"), NotACandidate)):
            with pytest.raises(refusal):
                allotting.appeal(allotment=made, collective=co_op, text="Again.", by=fay)
        with pytest.raises(StandstillRuns):
            allotting.take_effect(allotment=made, by=fay)
    with on(made.standstill_until + dt.timedelta(days=1)):
        assert allotting.effect_due() == 0
        with pytest.raises(AppealOpen):
            allotting.take_effect(allotment=made, by=fay)
        with pytest.raises(StandstillOver):
            allotting.appeal(allotment=made, collective=Collective.objects.get(slug="montreuil"), text="Late.", by=fay)
        with pytest.raises(IntegrityError), transaction.atomic():
            Allotment.objects.update(state="in_force")
        with pytest.raises(OwnDecision):
            allotting.settle_appeal(appeal=objection, granted=False, reasons="No.", by=fay)
        with pytest.raises(IntegrityError), transaction.atomic():
            Appeal.objects.update(granted=False, reasons="No.", decided_by=fay, decided_at=timezone.now())
        with pytest.raises(NoReasons):
            allotting.settle_appeal(appeal=objection, granted=False, reasons=" ", by=otto)
        allotting.settle_appeal(appeal=objection, granted=False, reasons="Distance was weighed.", by=otto)
        with pytest.raises(NotPossibleNow):
            allotting.settle_appeal(appeal=objection, granted=True, reasons="Yes.", by=otto)
        assert (allotting.effect_due(), allotting.effect_due()) == (1, 0)
    made.refresh_from_db()
    assert made.state == "in_force"


def test_r08_a_granted_appeal_opens_the_lot_again(
    contract: FrameworkContract, lot: Lot, mons: Collective, nantes: Collective, fay: Person, otto: Person
) -> None:
    with after_call(contract):
        first = allotted(lot, nantes, fay)
        objection = allotting.appeal(allotment=first, collective=mons, text="We are nearer.", by=fay)
        lea = worker(mons, "Lea", fay, "partnerships")
        with pytest.raises(ConflictOfInterest):
            allotting.settle_appeal(appeal=objection, granted=True, reasons="Ours.", by=lea)
        allotting.settle_appeal(appeal=objection, granted=True, reasons="The distance was measured wrongly.", by=otto)
        second = allotted(lot, mons, otto)
    assert list(Allotment.objects.order_by("pk").values_list("state", flat=True)) == ["overturned", "standstill"]
    assert len(second.candidates) == 3
    for broken in (
        lambda: Allotment.objects.filter(pk=first.pk).update(state="standstill"),
        lambda: Allotment.objects.filter(pk=second.pk).update(reasons="Others."),
        lambda: Allotment.objects.filter(pk=second.pk).update(collective=nantes),
        lambda: Allotment.objects.filter(pk=second.pk).update(candidates=[]),
        lambda: Allotment.objects.all().delete(),
        lambda: Appeal.objects.update(text="Less."),
        lambda: Appeal.objects.all().delete(),
        lambda: Appeal.objects.create(allotment=first, collective=nantes, text="And we?", made_by=fay),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()


def test_r08_the_client_becomes_a_partner_of_the_co_op(
    contract: FrameworkContract, lot: Lot, montreuil: Collective, nantes: Collective, ada: Membership, fay: Person
) -> None:
    with acting_for(montreuil):
        prices = PriceList.objects.create(collective=montreuil, name="Everyday")
    with after_call(contract):
        made = allotted(lot, montreuil, fay)
        with acting_for(montreuil), pytest.raises(NotPossibleNow):
            clients.take_on(allotment=made, collective=montreuil, price_list=prices, address=STREET, by=ada.person)
    with on(made.standstill_until + dt.timedelta(days=1)):
        allotting.take_effect(allotment=made, by=fay)
        with acting_for(nantes), pytest.raises(NotYours):
            clients.take_on(allotment=made, collective=nantes, price_list=prices, address=STREET, by=ada.person)
        with acting_for(montreuil):
            partner = clients.take_on(allotment=made, collective=montreuil, price_list=prices, address=STREET, by=ada.person)
            with pytest.raises(NotPossibleNow):
                clients.take_on(allotment=made, collective=montreuil, price_list=prices, address=STREET, by=ada.person)
            assert [(row.name, row.price_list) for row in Partner.objects.all()] == [("Green Grocers", prices)]
    made.refresh_from_db()
    assert made.partner_ref == partner.ref


def test_r08_two_lots_of_a_client_are_one_partner(
    contract: FrameworkContract, lot: Lot, montreuil: Collective, ada: Membership, fay: Person
) -> None:
    west = lot_of(contract, "West")
    apply(west, fay, montreuil)
    with acting_for(montreuil):
        prices = PriceList.objects.create(collective=montreuil, name="Everyday")
        place = find_or_create_place(collective_id=montreuil.pk, text="2 rue de Paris, Montreuil", point=(48.85, 2.43))
        other = Partner.objects.create(collective=montreuil, name="Green Grocers", place=place, price_list=prices)
    with after_call(contract):
        both = [allotted(each, montreuil, fay) for each in (lot, west)]
    with on(both[0].standstill_until + dt.timedelta(days=1)), acting_for(montreuil):
        assert allotting.effect_due() == 2
        with pytest.raises(ClientNamed):
            clients.take_on(allotment=both[0], collective=montreuil, price_list=prices, address=STREET, by=ada.person)
        Partner.objects.filter(pk=other.pk).update(name="Green Grocers, the shop")
        facts: dict[str, Any] = {"collective": montreuil, "price_list": prices, "address": STREET, "by": ada.person}
        first, second = (clients.take_on(allotment=each, **facts) for each in both)
        assert (first, Partner.objects.count()) == (second, 2)


def test_r08_a_contract_is_prepared_by_who_may_and_whole(mons: Collective, fay: Person) -> None:
    rita = Person.objects.create_user(name="Rita", email="rita@federation.test")
    with pytest.raises(NotOfPartnerships):
        calls.prepare(by=rita, **card())
    with pytest.raises(CallTooShort):
        calls.prepare(by=fay, **card(closes_on=timezone.localdate()))
    contract = calls.prepare(by=fay, **card())
    wrong: list[tuple[Any, type[Refusal]]] = [
        (lambda: calls.publish(contract=contract, by=rita), NotOfPartnerships),
        (lambda: calls.publish(contract=contract, by=fay), NoLots),
        (lambda: calls.add_lot(contract=contract, name=" East ", detail="", area=None, by=fay), LotNamed),
    ]
    for act, refusal in wrong:
        if refusal is LotNamed:
            calls.add_lot(contract=contract, name="East", detail="", area=None, by=fay)
        with pytest.raises(refusal):
            act()
    with pytest.raises(NotPossibleNow):
        apply(lot_of(contract), fay, mons)
    calls.stop(contract=contract, reason="They went bankrupt.", by=fay)
    with pytest.raises(NotPossibleNow):
        calls.stop(contract=contract, reason="Again.", by=fay)
    assert [why for _what, why in tried()] == [
        "NotOfPartnerships",
        "NotOfPartnerships",
        "NoLots",
        "LotNamed",
        "NotPossibleNow",
        "NotPossibleNow",
    ]


def test_r08_candidates_hear_and_who_refused_does_not(
    contract: FrameworkContract, lot: Lot, ada: Membership, nina: Membership, montreuil: Collective, nantes: Collective, fay: Person
) -> None:
    def told(kind: str) -> list[str]:
        journal.run_waiting()
        return sorted(Message.objects.filter(kind=f"contract.{kind}", channel="email").values_list("email", flat=True))

    assert told("published") == ["ada@montreuil.test", "nina@nantes.test"]
    calls.withdraw(lot=lot, collective=nantes)
    with after_call(contract):
        made = allotted(lot, montreuil, fay)
        assert told("allotted") == ["ada@montreuil.test"]
    with on(made.standstill_until + dt.timedelta(days=1)):
        allotting.effect_due()
        assert told("in_force") == ["ada@montreuil.test"]
    assert "Nearest to the depot" in Message.objects.get(kind="contract.allotted").text


def test_a_person_gets_a_copy_of_what_they_wrote_about_contracts(
    contract: FrameworkContract, lot: Lot, nantes: Collective, fay: Person
) -> None:
    with after_call(contract):
        made = allotted(lot, nantes, fay)
        allotting.appeal(allotment=made, collective=Collective.objects.get(slug="mons"), text="We are nearer.", by=fay)
    mine = export(fay)
    assert len(mine["contract_applications"]) == 3
    assert [row["reasons"] for row in mine["contract_allotments"]] == ["Nearest to the depot, and enough bikes."]
    assert [row["text"] for row in mine["contract_appeals"]] == ["We are nearer."]
