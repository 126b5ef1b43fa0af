"""The realtime channel, with a real WebSocket client, frame by frame as centrifuge-js speaks it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from django.db import connection, transaction
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from collectives.models import Collective, Membership
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from dispatch.models import Task
from dispatch.services.plan import loose_round_of, plan_tasks
from tests.api.world import as_member
from tests.orders import world
from tests.processes import database_url, environment, insert_event, program, wait_until
from tests.servers import free_port

pytestmark = pytest.mark.django_db(transaction=True)
Happen = Callable[..., None]


class Channel:
    """A client of the channel: numbers its commands, reads frame by frame."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.count = 0

    def ask(self, **command: Any) -> Any:
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, **command}) + "\n")
        return self.read()

    def read(self) -> Any:
        return json.loads(self.socket.recv(timeout=15))


@pytest.fixture
def planned(montreuil: Collective, dana: Membership, carl: Membership) -> list[Task]:
    """A delivery in Carl's hands tomorrow."""
    with acting_for(montreuil), journal.source("web"):
        world.open_all_week(montreuil)
        delivery = world.make_delivery(world.make_partner(montreuil))
        tasks = list(delivery.tasks.order_by("stop__position"))
        plan_tasks(tasks=[task.ref for task in tasks], to_round=loose_round_of(carl, tasks[0].on), by=dana.person)
        return tasks


@pytest.fixture
def live(planned: list[Task], tmp_path: Path) -> Iterator[tuple[int, str]]:
    """The port of a live process on a copy of what there is, and its database."""
    port, log, url = free_port(), tmp_path / "live.log", database_url(tmp_path / "live.sqlite3")
    words = ("uvicorn", "coopdelivery.asgi:application", "--host", "127.0.0.1", "--port", str(port), "--timeout-graceful-shutdown", "1")
    with program(*words, env=environment(url, tmp_path), log=log):
        wait_until(lambda: answers(port), "the live process", log=log)
        yield port, url


def answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/live/health", timeout=2).status_code == 200
    except requests.ConnectionError:
        return False


@contextmanager
def channel(port: int) -> Iterator[Channel]:
    with connect(f"ws://127.0.0.1:{port}/centrifugo/connection/websocket", open_timeout=10) as socket:
        yield Channel(socket)


def ticket(member: Membership) -> dict[str, str]:
    found: dict[str, str] = as_member(member).get("/api/centrifugo/token").json()
    return found


def joined(port: int, member: Membership) -> Iterator[Channel]:
    """Connected and subscribed to the member's own channel."""
    given = ticket(member)
    with channel(port) as client:
        hello = client.ask(params={"token": given["token"], "name": "js"})
        assert (hello["id"], hello["result"]["expires"], hello["result"]["ttl"]) == (1, True, 3600)
        name = f"{given['namespace']}_events#{member.person.username}"
        assert client.ask(method=1, params={"channel": name}) == {"id": 2, "result": {}}
        yield client


def happen(url: str, collective: Collective, name: str, subject: object, **data: Any) -> None:
    if connection.vendor == "sqlite":
        insert_event(url, name=name, subject=str(subject), collective_id=collective.pk, data=data)
        return
    with transaction.atomic():
        journal.record(name, subject=subject, collective_id=collective.pk, **data)


def test_a_courier_is_told_their_new_list(live: tuple[int, str], carl: Membership, montreuil: Collective, planned: list[Task]) -> None:
    port, url = live
    for client in joined(port, carl):
        happen(url, montreuil, "task.planned", "s", couriers=[carl.pk], days=[str(planned[0].on)], tasks=[])
        told = client.read()["result"]
        event = told["data"]["data"]["event"]
        assert told["channel"].endswith(f"_events#{carl.person.username}")
        assert event["name"] == "task_list:updated"
        assert (event["data"]["task_list"]["username"], event["data"]["task_list"]["date"]) == (carl.person.username, str(planned[0].on))
        assert [item["@id"] for item in event["data"]["task_list"]["items"]] == [f"/api/tasks/{task.pk}" for task in planned]
        assert client.ask(method=7) == {"id": 3, "result": {}}


def test_a_dispatcher_is_told_of_tasks_and_lists(
    live: tuple[int, str], dana: Membership, carl: Membership, montreuil: Collective, planned: list[Task]
) -> None:
    port, url = live
    for client in joined(port, dana):
        happen(url, montreuil, "task.started", planned[0].ref, courier=carl.pk)
        event = client.read()["result"]["data"]["data"]["event"]
        assert (event["name"], event["data"]["task"]["@id"]) == ("task:started", f"/api/tasks/{planned[0].pk}")
        happen(url, montreuil, "task.planned", "s", couriers=[carl.pk], days=[str(planned[0].on)], tasks=[])
        event = client.read()["result"]["data"]["data"]["event"]
        assert (event["name"], len(event["data"]["task_list"]["items"])) == ("v2:task_list:updated", len(planned))


def test_nobody_listens_to_somebody_else_or_without_a_token(live: tuple[int, str], carl: Membership, dana: Membership) -> None:
    given = ticket(carl)
    with channel(live[0]) as client:
        client.ask(params={"token": given["token"]})
        others = f"{given['namespace']}_events#{dana.person.username}"
        assert client.ask(method=1, params={"channel": others})["error"]["code"] == 103
    for bad in ({"token": "nothing"}, {"token": as_member(carl).headers["Authorization"].split()[1]}):
        with channel(live[0]) as client, pytest.raises(ConnectionClosed) as closed:
            client.ask(params=bad)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 3500


@pytest.mark.parametrize("frame", ["not json", "[]", '{"id": "x"}', '{"id": 1, "params": 3}', "[" * 20_000])
def test_rubbish_ends_the_socket(live: tuple[int, str], frame: str) -> None:
    with channel(live[0]) as client:
        client.socket.send(frame)
        with pytest.raises(ConnectionClosed):
            client.read()


def test_a_token_is_refreshed(carl: Membership) -> None:
    assert set(as_member(carl).post("/api/centrifugo/token/refresh").json()) == {"token"}
