"""A lapse stops new orders at the real door, and nothing else."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from collectives.models import Collective, Role
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
