"""Real programs of the product, run by tests on a database file of their own."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 120.0  # a machine busy with other checks is slow, not wrong


def copy_of_database(path: Path) -> str:
    """The test's database as it is now, copied into a file; the DATABASE_URL of the copy."""
    connection.ensure_connection()
    with sqlite3.connect(path) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=WAL")
    copy.close()
    return f"sqlite:///{path}"


def database_url(path: Path) -> str:
    """Where another process finds what this test wrote: the test's own PostgreSQL, or a copy of its SQLite."""
    if connection.vendor == "sqlite":
        return copy_of_database(path)
    known = connection.settings_dict
    password = f":{known['PASSWORD']}" if known["PASSWORD"] else ""
    return f"postgres://{known['USER']}{password}@{known['HOST']}:{known['PORT'] or 5432}/{known['NAME']}"


def environment(url: str, folder: Path, **extra: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TZ"}}
    if settings.REDIS_URL:
        kept["REDIS_URL"] = settings.REDIS_URL
    base = {"DATABASE_URL": url, "DATA_DIR": str(folder), "DJANGO_SECRET_KEY": os.environ["DJANGO_SECRET_KEY"], "PYTHONPATH": str(ROOT)}
    return {**kept, **base, "BASE_URL": "http://127.0.0.1", "LOG_LEVEL": "WARNING", **extra}


@contextmanager
def program(*words: str, env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m …` for as long as the block lasts."""
    with log.open("ab") as sink:
        process = subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, env=env, stdout=sink, stderr=sink)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(true: Callable[[], object], what: str, *, log: Path | None = None) -> None:
    """Until it is so; the end of the log explains why not."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} never came.\n{log.read_text(errors='replace')[-3000:] if log else ''}")
        time.sleep(0.05)


def insert_event(url: str, **fields: Any) -> int:
    """An event, as another process would write it into the SQLite copy; its id."""
    row = {"source": "web", "by_id": None, "at": datetime.now(UTC).isoformat(" "), "data": "{}", **fields}
    row["data"] = json.dumps(row["data"]) if isinstance(row["data"], dict) else row["data"]
    file = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)
    with file:
        columns = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        pk = file.execute(f"INSERT INTO journal_event ({columns}) VALUES ({marks})", list(row.values())).lastrowid
    file.close()
    return pk or 0
