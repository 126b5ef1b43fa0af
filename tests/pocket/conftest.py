"""Carl's phone on the Tuesday of tests/dispatch: a pickup and two drops in his day, given by Dana."""

import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from pytest_django import Settings

from collectives.models import Collective, Membership
from dispatch.models import Round, Task
from dispatch.services.plan import loose_round_of, plan_tasks
from tests.dispatch.conftest import (
    TUESDAY,
    Order,
    at,
    eight_in_the_morning,
    florist,
    lea,
    on_shift,
    order,
    refs,
    tasks_of,
    tuesday,
)

__all__ = ["eight_in_the_morning", "florist", "lea", "on_shift", "order", "tuesday"]  # fixtures of this Tuesday

Sync = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def carls(carl: Membership, tuesday: Collective) -> Round:
    return loose_round_of(carl, TUESDAY)


@pytest.fixture
def stops(order: Order, carls: Round, dana: Membership) -> list[Task]:
    tasks = tasks_of(order(drops=2))
    plan_tasks(tasks=refs(tasks), to_round=carls, by=dana.person)
    return list(Task.objects.filter(round=carls).order_by("position"))


@pytest.fixture
def phone(client: Client, carl: Membership) -> Client:
    client.force_login(carl.person)
    return client


@pytest.fixture
def each_tap_alone(settings: Settings) -> None:
    """Taps are applied one by one, each in its own transaction: the watch for repeated queries is not for them."""
    settings.ZEAL_ALLOWLIST = [{"model": "*"}]


@pytest.fixture
def sync(phone: Client, carl: Membership, each_tap_alone: None) -> Sync:
    """Send taps as the outbox does; the results."""

    def send(*actions: dict[str, Any]) -> list[dict[str, Any]]:
        body = {"person": str(carl.person.ref), "actions": list(actions)}
        answer = phone.post("/courier/sync/", body, content_type="application/json")
        assert answer.status_code == 200, answer.content
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    return send


def tap(verb: str, *tasks: Task, **more: Any) -> dict[str, Any]:
    """A tap at 7:58 by the phone's clock, as JSON."""
    made = {"client_id": str(uuid.uuid4()), "verb": verb, "tasks": refs(list(tasks)), "at": at(7, 58).isoformat()}
    return {**made, **more}


def statuses(tasks: list[Task]) -> list[str]:
    known = dict(Task.objects.values_list("pk", "status"))
    return [known[task.pk] for task in tasks]


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    out.seek(0)
    out.name = "door.jpg"
    return out
