"""Redis goes away and comes back, the live process is killed and started again: no listener misses an event. All of it real."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from django.db import connection

from collectives.models import Collective, Membership
from tests.journal.test_live import Told, cookie_of, read
from tests.processes import database_url, environment, insert_event, program, wait_until
from tests.servers import free_port

pytestmark = pytest.mark.django_db(transaction=True)
REDIS = shutil.which("redis-server")


class Redis:
    """A server of our own that can be stopped and started on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = f"--port {self.port} --bind 127.0.0.1 --save --appendonly no --dir {self.folder}".split()
        words.insert(words.index("--save") + 1, "")
        with (self.folder / "redis.log").open("ab") as sink:
            self.process = subprocess.Popen([str(REDIS), *words], stdout=sink, stderr=sink)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class Screen(threading.Thread):
    """A dispatcher's page: comes back by itself with the last event it saw, as a browser does."""

    def __init__(self, port: int, cookie: str) -> None:
        super().__init__(daemon=True)
        self.url, self.cookie = f"http://127.0.0.1:{port}/live/c/montreuil/", cookie
        self.seen: list[int] = []
        self.resume, self.connected, self.over = "", 0, False

    def run(self) -> None:
        while not self.over:
            try:
                self.listen()
            except (requests.RequestException, StopIteration, ValueError):
                time.sleep(0.1)

    def listen(self) -> None:
        headers = {"Last-Event-ID": self.resume} if self.resume else {}
        answer = requests.get(self.url, cookies={"sessionid": self.cookie}, headers=headers, stream=True, timeout=(2, 20))
        lines = answer.iter_lines(chunk_size=1)
        while next(lines) != b": connected":
            pass
        self.connected += 1
        for told in read(lines):
            self.note(told)

    def note(self, told: Told) -> None:
        assert told.event == "change"
        self.resume = str(told.id)
        self.seen.append(told.data["id"])


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[Redis]:
    if REDIS is None:
        pytest.skip("no redis-server on this machine")
    server = Redis(tmp_path)
    server.start()
    yield server
    server.kill()


def test_no_event_is_lost_when_redis_and_the_live_process_are_restarted(
    montreuil: Collective, dana: Membership, redis_server: Redis, tmp_path: Path
) -> None:
    port, log, cookie = free_port(), tmp_path / "live.log", cookie_of(dana.person)
    url = database_url(tmp_path / "live.sqlite3")
    env = environment(url, tmp_path, REDIS_URL=redis_server.url)
    words = ("uvicorn", "coopdelivery.asgi:application", "--host", "127.0.0.1", "--port", str(port), "--timeout-graceful-shutdown", "1")
    screen = Screen(port, cookie)
    written: list[int] = []

    def happen(count: int) -> None:
        written.extend(write(url, montreuil.pk) for _ in range(count))

    def told() -> bool:
        return set(written) <= set(screen.seen)

    with program(*words, env=env, log=log) as live:
        screen.start()
        wait_until(lambda: screen.connected, "the stream", log=log)
        happen(5)
        wait_until(told, "what happened at first", log=log)
        redis_server.kill()
        happen(5)
        wait_until(told, "what happened without Redis", log=log)
        redis_server.start()
        happen(5)
        wait_until(told, "what happened when Redis was back", log=log)
        os.kill(live.pid, signal.SIGKILL)
        live.wait()
        happen(5)
    with program(*words, env=env, log=log):
        wait_until(lambda: screen.connected > 1, "the stream again", log=log)
        happen(5)
        wait_until(told, "what happened while the live process was away", log=log)
    screen.over = True
    assert [known for known in sorted(set(screen.seen)) if known >= written[0]] == written


def write(url: str, collective_id: int) -> int:
    """An event of another process, without a bell: Redis may not be there to ring it."""
    if connection.vendor == "sqlite":
        return insert_event(url, name="task.done", subject="s", collective_id=collective_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_event (name, subject, collective_id, source, at, data)"
            " VALUES ('task.done', 's', %s, 'web', now(), '{}') RETURNING id",
            [collective_id],
        )
        return int(cursor.fetchone()[0])
