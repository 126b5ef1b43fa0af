"""A florist in Montreuil whose shop runs a plugin; the co-op is open all week."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from collectives.models import Collective, Membership
from collectives.services.programs import Keys
from orders.models import Partner
from tests.api.world import make_application
from tests.orders.conftest import florist, open_montreuil

__all__ = ["florist", "open_montreuil"]
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def keys(florist: Partner, montreuil: Collective, sam: Membership) -> Keys:
    return make_application(montreuil, florist, scopes=("deliveries", "tasks"))


def tomorrow(collective: Collective) -> dt.date:
    return collective.today() + dt.timedelta(days=1)
