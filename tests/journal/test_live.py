"""The live stream, served by a real uvicorn and read over a real connection."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from django.db import connection, transaction
from django.test import Client

from collectives.models import Collective, Membership
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from tests.processes import database_url, environment, insert_event, program, wait_until
from tests.servers import free_port

pytestmark = pytest.mark.django_db(transaction=True)


def cookie_of(person: Person) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value


@dataclass
class House:
    """A live process, and the people who listen to it."""

    port: int
    url: str
    collective_id: int
    other_id: int
    cookies: dict[str, str]
    log: Path
    written: list[int] = field(default_factory=list)

    def happen(self, name: str, *, collective_id: int | None = None, **data: Any) -> int:
        owner = collective_id or self.collective_id
        if connection.vendor == "sqlite":
            return insert_event(self.url, name=name, subject="s", collective_id=owner, data=data)
        with transaction.atomic():
            return journal.record(name, subject="s", collective_id=owner, **data).pk

    def ask(self, path: str, who: str = "", **headers: str) -> requests.Response:
        cookies = {"sessionid": self.cookies[who]} if who else {}
        return requests.get(f"http://127.0.0.1:{self.port}{path}", cookies=cookies, headers=headers, stream=True, timeout=(5, 10))


@dataclass
class Told:
    """One server-sent event."""

    id: int
    event: str
    data: dict[str, Any]


def listen(answer: requests.Response) -> Iterator[Told]:
    """Events as they come, once the server says that it listens."""
    lines = answer.iter_lines(chunk_size=1)
    while next(lines) != b": connected":
        pass
    return read(lines)


def read(lines: Iterator[bytes]) -> Iterator[Told]:
    """Comments and retry lines are passed over."""
    fields: dict[str, str] = {}
    for raw in lines:
        name, _colon, value = raw.decode().partition(": ")
        if raw:
            fields[name] = value
            continue
        if "data" in fields:
            yield Told(int(fields["id"]), fields["event"], json.loads(fields["data"]))
        fields = {}


def listening(house: House) -> bool:
    try:
        return house.ask("/live/health").status_code == 200
    except requests.ConnectionError:
        return False


@pytest.fixture
def house(
    montreuil: Collective, nantes: Collective, dana: Membership, carl: Membership, nina: Membership, tmp_path: Path
) -> Iterator[House]:
    cookies = {"dana": cookie_of(dana.person), "carl": cookie_of(carl.person), "nina": cookie_of(nina.person)}
    port, log, url = free_port(), tmp_path / "live.log", database_url(tmp_path / "live.sqlite3")
    found = House(port, url, montreuil.pk, nantes.pk, cookies, log)
    words = ("uvicorn", "coopdelivery.asgi:application", "--host", "127.0.0.1", "--port", str(port), "--timeout-graceful-shutdown", "1")
    with program(*words, env=environment(url, tmp_path), log=log):
        wait_until(lambda: listening(found), "the live process", log=log)
        yield found


def test_what_happens_is_told_at_once_in_order_and_can_be_resumed(house: House) -> None:
    answer = house.ask("/live/c/montreuil/", "dana")
    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    stream = listen(answer)
    ids = [house.happen("task.planned", rounds=["r1"], verb="give", secret="12 Rue Haute") for _ in range(3)]
    house.happen("task.planned", collective_id=house.other_id)
    told = [next(stream) for _ in range(3)]
    assert [one.data["id"] for one in told] == ids
    assert told[0].event == "change"
    assert told[0].data["data"] == {"rounds": ["r1"], "verb": "give"}
    assert (told[0].data["name"], told[0].data["subject"]) == ("task.planned", "s")
    answer.close()
    missed = house.happen("round.created")
    again = listen(house.ask("/live/c/montreuil/", "dana", **{"Last-Event-ID": str(ids[1])}))
    assert [next(again).data["id"] for _ in range(2)] == [ids[2], missed]
    by_page = listen(house.ask(f"/live/c/montreuil/?after={ids[2]}", "dana"))
    assert next(by_page).data["id"] == missed


def test_four_writers_at_once_and_nothing_is_lost(house: House) -> None:
    answer = house.ask("/live/c/montreuil/", "dana")
    stream = listen(answer)
    each = 25

    def write() -> None:
        try:
            house.written += [house.happen("task.done") for _ in range(each)]
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    told = [next(stream).data["id"] for _ in range(4 * each)]
    for writer in writers:
        writer.join()
    assert sorted(told) == sorted(house.written)


def test_who_may_not_listen_is_refused(house: House) -> None:
    for path, who, status in [
        ("/live/c/montreuil/", "", 404), ("/live/c/montreuil/", "nina", 404), ("/live/c/montreuil/", "carl", 403),
        ("/live/c/nowhere/", "dana", 404), ("/live/", "dana", 404), ("/live/c/montreuil", "dana", 404), ("/live/courier/", "dana", 404),
        ("/live/c/montreuil/?after=x", "dana", 400), ("/live/c/montreuil/?after=-1", "dana", 400),
    ]:  # fmt: skip
        assert (path, who, house.ask(path, who).status_code) == (path, who, status)
    assert house.ask("/live/c/montreuil/", "dana", Host="evil.example").status_code == 400
    forged = requests.get(f"http://127.0.0.1:{house.port}/live/c/montreuil/", cookies={"sessionid": "x" * 32}, timeout=5)
    assert forged.status_code == 404
    assert requests.post(f"http://127.0.0.1:{house.port}/live/c/montreuil/", timeout=5).status_code == 405


def test_only_the_pages_host_may_read_across_ports(house: House) -> None:
    ours = house.ask("/live/c/montreuil/", "dana", Origin="http://127.0.0.1:8000")
    assert ours.headers["Access-Control-Allow-Origin"] == "http://127.0.0.1:8000"
    assert ours.headers["Access-Control-Allow-Credentials"] == "true"
    theirs = house.ask("/live/c/montreuil/", "dana", Origin="http://evil.example")
    assert "Access-Control-Allow-Origin" not in theirs.headers


def test_a_courier_hears_only_of_their_own_day(house: House, carl: Membership) -> None:
    answer = house.ask("/live/courier/", "carl")
    stream = listen(answer)
    house.happen("round.given", courier=carl.pk + 1)
    mine = house.happen("round.given", courier=carl.pk)
    assert next(stream).data["id"] == mine


def test_who_was_away_too_long_reloads(house: House) -> None:
    for journal_of_before in (10**9, 0):
        if journal_of_before == 0:
            for _ in range(501):
                house.happen("task.done")
        stream = listen(house.ask(f"/live/c/montreuil/?after={journal_of_before}", "dana"))
        assert next(stream).event == "reload"
