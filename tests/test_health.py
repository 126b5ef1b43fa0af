"""The health page: what machines that watch us are told."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from coopdelivery.journal.models import Errand, Event

pytestmark = pytest.mark.django_db


def test_a_healthy_house_says_so_to_anybody(client: Client) -> None:
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True, "database": True, "broker": True, "errands": {"due": 0, "oldest_s": 0, "behind": False, "given_up": 0},
    }  # fmt: skip


def test_a_worker_that_is_behind_is_told_without_failing_the_pages(client: Client) -> None:
    event = Event.objects.create(name="delivery.placed", subject="x", source="web")
    Errand.objects.create(event=event, subscriber="one", next_at=timezone.now() - timedelta(minutes=10))
    Errand.objects.create(event=event, subscriber="later", next_at=timezone.now() + timedelta(minutes=10))
    Errand.objects.create(event=event, subscriber="given up", given_up_at=timezone.now())
    answer = client.get("/health/")
    assert answer.status_code == 200
    errands = answer.json()["errands"]
    assert (errands["due"], errands["behind"], errands["given_up"]) == (1, True, 1)
    assert errands["oldest_s"] >= 600


def test_a_broker_that_is_gone_makes_it_503(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.REDIS_URL = ""
    settings.BROKER_DIR = tmp_path / "gone"
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert (answer.json()["ok"], answer.json()["broker"], answer.json()["database"]) == (False, False, True)


def test_a_redis_that_does_not_answer_makes_it_503(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert client.get("/health/").status_code == 503


def test_it_cannot_be_posted_to(client: Client) -> None:
    assert client.post("/health/").status_code == 405
