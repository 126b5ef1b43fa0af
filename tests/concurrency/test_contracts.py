"""R08 on PostgreSQL: people decide at the same moment; a lot has one allotment, an appeal one answer, a client one partner."""

import datetime as dt

import pytest

from collectives.models import Collective
from collectives.tenancy import acting_for
from coopdelivery.people.models import Person
from federation.contracts import allotting, calls, clients
from federation.models import Allotment, Application
from orders.models import Partner, PriceList
from tests.concurrency.test_purchasing import together
from tests.conftest import make_collective
from tests.federation import world
from tests.federation.contracts_world import STREET, after_call, allotted, apply, call, lot_of, on

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def towns(transactional_db: None) -> list[Collective]:
    return [make_collective(slug.title(), slug) for slug in ("paris", "lille", "nancy")]


def test_r08_a_lot_is_allotted_once(towns: list[Collective], fay: Person) -> None:
    contract = call(fay)
    lot = lot_of(contract)
    apply(lot, fay, *towns)
    with after_call(contract):
        acts = [lambda each=each: allotting.allot(lot=lot, collective=each, reasons="Near.", by=fay) for each in towns]
        assert together(*acts) == ["AllottedAlready"] * 2 + ["done"]
    assert len(Allotment.objects.get().candidates) == 3


def test_r08_withdrawing_while_it_is_allotted_is_before_or_after(towns: list[Collective], fay: Person) -> None:
    contract = call(fay)
    lot = lot_of(contract)
    apply(lot, fay, *towns)
    with after_call(contract):
        outcomes = together(
            lambda: allotting.allot(lot=lot, collective=towns[0], reasons="Near.", by=fay),
            lambda: calls.withdraw(lot=lot, collective=towns[1]),
        )
    listed = len(Allotment.objects.get().candidates)
    assert (outcomes, listed) in ((["done", "done"], 2), (["NotPossibleNow", "done"], 3))
    assert Application.objects.count() == listed


def test_r08_an_appeal_is_settled_once_and_never_beside_coming_into_force(towns: list[Collective], fay: Person) -> None:
    contract = call(fay)
    lot = lot_of(contract)
    apply(lot, fay, *towns)
    others = [world.officer_from(None, fay)]
    with after_call(contract):
        made = allotted(lot, towns[0], fay)
        objection = allotting.appeal(allotment=made, collective=towns[1], text="Nearer.", by=fay)
    with on(made.standstill_until + dt.timedelta(days=1)):
        acts = [
            lambda granted=granted: allotting.settle_appeal(appeal=objection, granted=granted, reasons="So.", by=others[0])
            for granted in (True, False)
        ]
        outcomes = together(*acts, allotting.effect_due)
    made.refresh_from_db()
    objection.refresh_from_db()
    assert outcomes == ["NotPossibleNow", "done", "done"]
    assert made.state in ({"overturned"} if objection.granted else {"standstill", "in_force"})


def test_r08_a_client_is_taken_in_once(towns: list[Collective], fay: Person) -> None:
    contract = call(fay)
    lot = lot_of(contract)
    apply(lot, fay, *towns)
    coop = towns[0]
    with acting_for(coop):
        prices = PriceList.objects.create(collective=coop, name="Everyday")
    with after_call(contract):
        made = allotted(lot, coop, fay)

    def take_on() -> None:
        with acting_for(coop):
            clients.take_on(allotment=made, collective=coop, price_list=prices, address=STREET, by=fay)

    with on(made.standstill_until + dt.timedelta(days=1)):
        allotting.effect_due()
        assert together(*[take_on] * 4) == ["NotPossibleNow"] * 3 + ["done"]
    with acting_for(coop):
        assert Partner.objects.count() == 1
