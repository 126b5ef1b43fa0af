"""Fay and Otto hold offices; La Cordée of Mons applies."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from coopdelivery.people.models import Person
from federation.models import Dossier
from federation.services import name_officer
from tests.conftest import PASSWORD
from tests.federation import world


@pytest.fixture(autouse=True)
def files_apart(settings: Any, tmp_path: Path) -> Path:
    """Evidence of a test is gone with the test."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def in_the_morning() -> Iterator[None]:
    """Dates many months ahead stay dates: near midnight, another season's clock would make them the next day."""
    with time_machine.travel(dt.datetime.now(dt.UTC).replace(hour=9, minute=30), tick=True):
        yield


@pytest.fixture
def otto(fay: Person) -> Person:
    person = Person.objects.create_user(name="Otto", email="otto@federation.test", password=PASSWORD)
    name_officer(email="otto@federation.test", home=None, by=fay)
    return person


@pytest.fixture
def dossier(fay: Person) -> Dossier:
    return world.apply(fay)
