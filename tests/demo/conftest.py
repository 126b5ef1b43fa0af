"""The demo is loaded once for all tests that only look at it, and taken back afterwards."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from federation.demo.home import Home
from federation.demo.loading import load


@pytest.fixture(scope="module")
def now() -> datetime:
    """Twenty past two in Helsinki, whatever the time is here."""
    return timezone.now().astimezone(ZoneInfo("Europe/Helsinki")).replace(hour=14, minute=20, second=0, microsecond=0).astimezone(UTC)


@pytest.fixture(scope="module")
def homes(django_db_setup: None, django_db_blocker: DjangoDbBlocker, now: datetime) -> Iterator[list[Home]]:
    """The three co-ops as `manage.py demo` leaves them: Helsinki, Vauclair, San Telmo."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load(now)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def helsinki(homes: list[Home]) -> Home:
    return homes[0]


@pytest.fixture
def demo_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DEMO", True)
