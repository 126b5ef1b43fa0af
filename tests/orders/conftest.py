"""Fleurs de Maine orders in an open Montreuil; Sam works there."""

import pytest

from collectives.models import Collective, Membership
from orders.models import Delivery, ParcelType, Partner
from tests.orders import world
from tests.orders.stripe_server import stripe_address, stripe_server  # noqa: F401  fixtures


@pytest.fixture
def open_montreuil(in_montreuil: Collective) -> Collective:
    world.open_all_week(in_montreuil)
    return in_montreuil


@pytest.fixture
def florist(open_montreuil: Collective, sam: Membership) -> Partner:
    return world.make_partner(open_montreuil, seat=sam)


@pytest.fixture
def bouquet(open_montreuil: Collective) -> ParcelType:
    return world.make_parcel_type(open_montreuil)


@pytest.fixture
def delivery(florist: Partner, sam: Membership) -> Delivery:
    return world.make_delivery(florist, by=sam.person)
