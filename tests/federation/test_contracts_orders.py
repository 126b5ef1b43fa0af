"""R08: orders of a lot arrive at its co-op as those of its partner; an address outside every lot is refused."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from collectives.models import Collective, Membership
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person
from coopdelivery.places.services import find_or_create_place
from dispatch.models import Task
from federation.contracts import allotting, clients, ordering
from federation.contracts.ordering import ClientOrder
from federation.contracts.refusals import (
    AddressUnknown,
    NotOfPartnerships,
    NotOrdered,
    NotTakenOn,
    OutsideLots,
    OutsideTerm,
    TwoLots,
)
from federation.models import Allotment, FrameworkContract, Lot
from orders.models import Delivery, Partner
from tests.dispatch.conftest import make_florist
from tests.federation.contracts_world import EAST, STREET, after_call, allotted, apply, call, lot_of, on

INSIDE, OUTSIDE = "12 rue de la République, Montreuil", "9 quai de la Fosse, Nantes"


@pytest.fixture
def contract(montreuil: Collective, nantes: Collective, fay: Person) -> FrameworkContract:
    return call(fay, begins_on=timezone.localdate(), standstill_days=1)


@pytest.fixture
def lot(contract: FrameworkContract, montreuil: Collective, ada: Membership, fay: Person) -> Iterator[Allotment]:
    """In force at Montreuil; it is the morning of the next working day."""
    found = lot_of(contract)
    apply(found, fay, montreuil)
    with acting_for(montreuil):
        make_florist(montreuil)
        for text, point in ((INSIDE, (48.86, 2.44)), (OUTSIDE, (47.21, -1.55)), (STREET, (48.85, 2.43))):
            find_or_create_place(collective_id=montreuil.pk, text=text, point=point)
    with after_call(contract):
        made = allotted(found, montreuil, fay)
    with on(made.standstill_until + dt.timedelta(days=1)):
        allotting.effect_due()
        yield made


@pytest.fixture
def partner(lot: Allotment, montreuil: Collective, ada: Membership) -> Partner:
    with acting_for(montreuil):
        prices = Partner.objects.get(name="Fleurs").price_list
        return clients.take_on(allotment=lot, collective=montreuil, price_list=prices, address=STREET, by=ada.person)


def wanted(**facts: Any) -> ClientOrder:
    told: dict[str, Any] = {
        "address": INSIDE,
        "day": timezone.localdate() + dt.timedelta(days=1),
        "starts": dt.time(10),
        "ends": dt.time(12),
    }
    return ClientOrder(**{**told, "contact_name": "Rosa", "phone": "+33145678901", "pieces": 2, "note": "", "key": uuid4(), **facts})


def deliveries(collective: Collective) -> list[Delivery]:
    with acting_for(collective):
        return list(Delivery.objects.select_related("order__partner").order_by("pk"))


def test_r08_an_order_of_the_lot_arrives_as_the_partners(
    contract: FrameworkContract, partner: Partner, montreuil: Collective, nantes: Collective, fay: Person
) -> None:
    asked = wanted()
    made = ordering.order(contract=contract, wanted=asked, by=fay)
    again = ordering.order(contract=contract, wanted=asked, by=fay)
    assert made == again, "sent twice, ordered once"
    (found,) = deliveries(montreuil)
    assert found.order.partner == partner
    assert deliveries(nantes) == []
    with acting_for(montreuil):
        assert Task.objects.count() == 2, "its couriers find it on their board like any other"
        drop = found.stops.order_by("position").last()
        assert drop is not None
        assert drop.window_start.astimezone(montreuil.zone).time() == dt.time(10)


def test_r08_an_address_outside_every_lot_is_refused(
    contract: FrameworkContract, partner: Partner, montreuil: Collective, fay: Person
) -> None:
    rita = Person.objects.create_user(name="Rita", email="rita@federation.test")
    late = contract.ends_on + dt.timedelta(days=1)
    for who, changed, refusal in (
        (rita, {}, NotOfPartnerships),
        (fay, {"address": OUTSIDE}, OutsideLots),
        (fay, {"address": "qqq"}, AddressUnknown),
        (fay, {"day": late}, OutsideTerm),
        (fay, {"phone": "12"}, NotOrdered),
    ):
        with pytest.raises(refusal) as refused:
            ordering.order(contract=contract, wanted=wanted(**changed), by=who)
    assert refused.value.field == "phone", "in the words of the co-op's own rules, beside the field"
    assert deliveries(montreuil) == []
    whys = [event.data["why"] for event in Event.objects.filter(name="contract.refused").order_by("pk")]
    assert whys == ["NotOfPartnerships", "OutsideLots", "AddressUnknown", "OutsideTerm", "NotOrdered"]


def test_r08_nothing_is_ordered_before_the_client_is_taken_in(contract: FrameworkContract, lot: Allotment, fay: Person) -> None:
    with pytest.raises(NotTakenOn, match="Montreuil"):
        ordering.order(contract=contract, wanted=wanted(), by=fay)


def test_r08_where_two_lots_overlap_nobody_guesses(contract: FrameworkContract, partner: Partner, lot: Allotment, fay: Person) -> None:
    other = Lot.objects.create(contract=contract, name="Centre", area=EAST)
    apply_late = {"lot": other, "collective": lot.collective, "offer": "Us.", "capacity": "2", "made_by": fay}
    other.applications.model.objects.create(**apply_late)
    second = allotted(other, lot.collective, fay)
    with on(second.standstill_until + dt.timedelta(days=1)):
        allotting.effect_due()
        with pytest.raises(TwoLots, match="Centre and East"):
            ordering.order(contract=contract, wanted=wanted(), by=fay)


def test_r08_ordered_on_the_page(contract: FrameworkContract, partner: Partner, montreuil: Collective, fay: Person) -> None:
    client = Client()
    client.force_login(fay)
    url = f"/federation/contracts/order/{contract.ref}/"
    day = (timezone.localdate() + dt.timedelta(days=1)).isoformat()
    sent = {
        "address": INSIDE,
        "day": day,
        "starts": "10:00",
        "ends": "12:00",
        "contact_name": "Rosa",
        "phone": "",
        "pieces": "1",
        "note": "Bell.",
    }
    for changed, said in (
        ({"address": OUTSIDE}, "lies in no lot that is in force"),
        ({"ends": "09:00"}, "before the hour it begins"),
        ({"day": "9999-12-31"}, "The contract runs from"),
        ({"pieces": "0"}, "greater than or equal to"),
    ):
        refused = client.post(url, {**sent, "key": str(uuid4()), **changed})
        assert (refused.status_code, said in refused.text, "Bell." in refused.text) == (422, True, True)
    key = str(uuid4())
    assert [client.post(url, {**sent, "key": key}).status_code for _twice in range(2)] == [302, 302]
    (found,) = deliveries(montreuil)
    assert f"{found.number}: Montreuil rides it." in client.get(f"/federation/contracts/{contract.ref}/").text
