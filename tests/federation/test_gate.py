"""A lapse stops new orders at the real door, and nothing else."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from collectives.models import Collective, Role, Standing
from collectives.tenancy import acting_for
from coopdelivery.people.models import Person
from federation import services
from orders.models import Delivery, Order
from orders.refusals import NotTrading
from orders.services import mark_stop_done
from tests.conftest import make_member
from tests.federation.world import member
from tests.orders import world


def test_r02_a_lapsed_collective_takes_no_new_order_and_finishes_what_it_has(fay: Person, otto: Person) -> None:
    collective = member(fay, otto)
    rider = make_member(collective, "Carl", Role.COURIER)
    world.open_all_week(collective)
    florist = world.make_partner(collective)
    with time_machine.travel(timezone.now() + dt.timedelta(days=330), tick=False):
        delivery = world.make_delivery(florist, key="before")
    with time_machine.travel(timezone.now() + dt.timedelta(days=331), tick=False):
        services.review_standing()
        florist.collective = Collective.objects.get(pk=collective.pk)
        with pytest.raises(NotTrading):
            world.make_delivery(florist, key="after")
        with acting_for(collective):
            assert Order.objects.count() == 1
            for stop in delivery.stops.all():
                mark_stop_done(stop=stop, at=timezone.now(), received_by="Mme Roux", by=rider.person)
            assert Delivery.objects.get().status == "delivered"


@pytest.mark.parametrize(
    "path", ["deliveries/deliveries.csv", "deliveries/deliveries.xlsx", "books/journal.csv", "federation/dues/csv/", "federation/dues/pdf/"]
)
def test_r02_after_a_lapse_everything_can_still_be_taken_along(client: Client, fay: Person, otto: Person, path: str) -> None:
    collective = member(fay, otto)
    world.open_all_week(collective)
    world.make_delivery(world.make_partner(collective), key="before")
    office = make_member(collective, "Ada", Role.ADMIN)
    Collective.objects.filter(pk=collective.pk).update(standing=Standing.LAPSED)
    client.force_login(office.person)
    assert "New commercial orders are not taken now." in client.get(f"/c/{collective.slug}/licence/").text
    answer = client.get(f"/c/{collective.slug}/{path}")
    assert answer.status_code == 200
    assert len(answer.getvalue()) > 50
