"""PostgreSQL, Redis and Chromium for bin/test: the running ones, else private ones that end with it. Standard library only."""

from __future__ import annotations

import contextlib
import ctypes.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from _children import listens
from _common import PYTHON, Progress, Refused, apt_install, die_with_parent, tail

PROBE_POSTGRES = """
import sys, psycopg2
with psycopg2.connect(sys.argv[1], connect_timeout=3) as connection, connection.cursor() as cursor:
    cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
    sys.exit(0 if cursor.fetchone()[0] and connection.server_version >= 140000 else 1)
"""
DROP_LEFTOVERS = """
import sys, psycopg2
connection = psycopg2.connect(sys.argv[1])
connection.autocommit = True
cursor = connection.cursor()
cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", ["test_" + sys.argv[2] + "%"])
for (name,) in cursor.fetchall():
    cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
"""
CLAIM_REDIS = """
import sys, redis
for number in range(15, 0, -1):
    database = redis.Redis(host="127.0.0.1", db=number, socket_timeout=3)
    if database.dbsize() == 0 and database.set("coopdelivery:tests", sys.argv[1], nx=True, ex=4 * 3600):
        print(number)
        break
"""
RELEASE_REDIS = """
import sys, redis
redis.Redis.from_url(sys.argv[1]).flushdb()
"""


def python(code: str, *arguments: str) -> str | None:
    """Run a few lines in our environment (the drivers live there); their output, or None when they fail."""
    answer = subprocess.run([str(PYTHON), "-c", code, *arguments], capture_output=True, text=True, check=False)
    return answer.stdout.strip() if answer.returncode == 0 else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def private(name: str, command: Sequence[str], port: int, log: Path) -> Iterator[None]:
    """Keep one server running inside the block, in a process group of its own."""
    with log.open("wb") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=sink, start_new_session=True, preexec_fn=die_with_parent)
    try:
        answers, deadline = listens(port), time.monotonic() + 30
        while not answers():
            if process.poll() is not None or time.monotonic() > deadline:
                raise Refused(f"A private {name} did not start. The end of {log}:\n{tail(log)}")
            time.sleep(0.1)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


# ---------------------------------------------------------------- PostgreSQL


def running_postgres() -> str | None:
    """Address of a PostgreSQL that runs here and lets us make databases, as `postgres://…/` without a database name."""
    given = os.environ.get("DATABASE_URL_TEST", "")
    if given:
        return given.rsplit("/", 1)[0] + "/"
    me = os.environ.get("USER") or "root"
    for address in ("postgres://postgres@127.0.0.1:5432/", f"postgres://{me}@127.0.0.1:5432/"):
        if python(PROBE_POSTGRES, f"{address}postgres") is not None:
            return address
    return None


def postgres_programs() -> Path:
    """Folder of initdb and postgres, newest version first; installed from Debian when this is root."""
    for attempt in (1, 2):
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), reverse=True)
        if found:
            return found[0].parent
        elsewhere = shutil.which("initdb")
        if elsewhere:
            return Path(elsewhere).resolve().parent
        if attempt == 2 or not apt_install("postgresql"):
            break
    raise Refused("The tests need PostgreSQL. Run: sudo apt install postgresql   (or bin/test --fast, which does without)")


@contextlib.contextmanager
def private_postgres() -> Iterator[str]:
    """A cluster of our own in a temporary folder; it refuses to run as root, so root lends it to the user postgres."""
    programs, port = postgres_programs(), free_port()
    with tempfile.TemporaryDirectory(prefix="coopdelivery-pg-") as folder:
        data, prefix = Path(folder) / "data", []
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
            prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
        make = [
            *prefix,
            str(programs / "initdb"),
            "-D",
            str(data),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]
        made = subprocess.run(make, cwd=folder, capture_output=True, text=True, check=False)
        if made.returncode:
            raise Refused(f"A private PostgreSQL could not be made:\n{made.stderr[-2000:]}")
        settings = (
            f"port={port} listen_addresses=127.0.0.1 unix_socket_directories={folder} fsync=off synchronous_commit=off full_page_writes=off"
        )
        serve = [*prefix, str(programs / "postgres"), "-D", str(data)]
        for setting in [*settings.split(), "max_connections=200"]:
            serve += ["-c", setting]
        with private("PostgreSQL", serve, port, Path(folder) / "postgres.log"):
            yield f"postgres://postgres@127.0.0.1:{port}/"


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """DATABASE_URL of a database name nobody else uses; the test runner makes and drops what it needs, and leftovers go at the end."""
    progress, name = Progress("PostgreSQL"), f"coopdelivery_{os.getpid()}"
    with contextlib.ExitStack() as stack:
        server = running_postgres()
        if not server:
            server = stack.enter_context(private_postgres())
        progress.done(server)
        try:
            yield server + name
        finally:
            python(DROP_LEFTOVERS, f"{server}postgres", name)


# ---------------------------------------------------------------- Redis


def redis_program() -> str:
    found = shutil.which("redis-server") or (shutil.which("redis-server") if apt_install("redis-server") else None)
    if not found:
        raise Refused("The tests need Redis. Run: sudo apt install redis-server   (or bin/test --fast, which does without)")
    return found


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """REDIS_URL of an empty database that is ours for as long as the block lasts."""
    progress = Progress("Redis")
    number = python(CLAIM_REDIS, str(os.getpid())) if listens(6379)() else None
    if number:
        address = f"redis://127.0.0.1:6379/{number}"
        progress.done(address)
        try:
            yield address
        finally:
            python(RELEASE_REDIS, address)
        return
    program, port = redis_program(), free_port()
    with tempfile.TemporaryDirectory(prefix="coopdelivery-redis-") as folder:
        serve = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"]
        with private("Redis", serve, port, Path(folder) / "redis.log"):
            progress.done(f"private, port {port}")
            yield f"redis://127.0.0.1:{port}/0"


# ---------------------------------------------------------------- Chromium, fonts and the PDF library


def chromium() -> str:
    """The browser of the journeys, from Debian's packages."""
    for attempt in (1, 2):
        found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if found:
            return found
        if attempt == 2 or not apt_install("chromium"):
            break
    raise Refused("The browser journeys need Chromium. Run: sudo apt install chromium   (or bin/test --fast, which does without)")


def paper_library() -> None:
    """PDFs are drawn by Pango; the tests of statements need it."""
    if ctypes.util.find_library("pangoft2-1.0") or apt_install("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"):
        return
    raise Refused("The tests of PDF statements need Pango. Run: sudo apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0")
