"""A small cast everyone knows.

Ada runs the office of Montreuil, Dana dispatches there, Carl rides, Sam orders for the florist. Nina is admin in Nantes: the stranger.
Fay holds a federation office. Everyone is made through the services that people use, so no test starts from an impossible state.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.utils import timezone, translation

from collectives.models import Collective, Membership, Role, Standing
from collectives.services import add_member, change_standing, create_collective
from collectives.tenancy import acting_for
from coopdelivery.people.models import Person
from coopdelivery.places import legs
from federation.models import Officer
from tests.append_only import triggers_sleep_during_flush  # noqa: F401  a fixture
from tests.no_network import no_network  # noqa: F401  a fixture for every test

PASSWORD = "correct horse battery"


def make_collective(
    name: str, slug: str, *, standing: str = Standing.MEMBER, licence_until: dt.date | None = dt.date(2099, 1, 1), **card: Any
) -> Collective:
    """Founded and admitted, in the middle of France unless `card` says otherwise."""
    known: dict[str, Any] = {"city": name, "country": "FR", "latitude": 48.86, "longitude": 2.44, **card}
    collective = create_collective(name=name, slug=slug, by=None, **known)
    return change_standing(collective=collective, standing=standing, licence_until=licence_until, by=None, reason="for the tests")


def make_member(collective: Collective, name: str, *roles: Role) -> Membership:
    person = Person.objects.create_user(name=name, email=f"{name.lower()}@{collective.slug}.test", password=PASSWORD)
    return add_member(collective=collective, person=person, roles=roles, by=person)


@pytest.fixture
def montreuil(db: None) -> Collective:
    return make_collective("Montreuil", "montreuil")


@pytest.fixture
def nantes(db: None) -> Collective:
    return make_collective("Nantes", "nantes", latitude=47.21, longitude=-1.55)


@pytest.fixture
def ada(montreuil: Collective) -> Membership:
    return make_member(montreuil, "Ada", Role.ADMIN)


@pytest.fixture
def dana(montreuil: Collective) -> Membership:
    return make_member(montreuil, "Dana", Role.DISPATCHER)


@pytest.fixture
def carl(montreuil: Collective) -> Membership:
    return make_member(montreuil, "Carl", Role.COURIER)


@pytest.fixture
def sam(montreuil: Collective) -> Membership:
    return make_member(montreuil, "Sam", Role.PARTNER)


@pytest.fixture
def nina(nantes: Collective) -> Membership:
    return make_member(nantes, "Nina", Role.ADMIN)


@pytest.fixture
def fay(db: None) -> Person:
    person = Person.objects.create_user(name="Fay", email="fay@federation.test", password=PASSWORD)
    Officer.objects.create(person=person)
    return person


@pytest.fixture
def in_montreuil(montreuil: Collective) -> Iterator[Collective]:
    """The test acts for Montreuil."""
    with acting_for(montreuil):
        yield montreuil


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """A page asked in French leaves French behind in its thread; the next test starts in English, at no place's hour."""
    with translation.override("en"), timezone.override(None):
        yield


@pytest.fixture(autouse=True)
def _no_way_is_known_yet() -> None:
    """Ways are remembered in the process, also those nobody knows; a test starts without what another one asked for."""
    legs.forget()


@pytest.fixture(autouse=True)
def _nothing_counted_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits count in the cache, which outlives a test and may be shared with tests that run beside it: each gets keys of its own."""
    monkeypatch.setattr(caches["default"], "key_prefix", uuid4().hex)
