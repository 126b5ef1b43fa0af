"""A real Celery worker on the embedded broker, and what a kill in the middle of an errand costs: nothing."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from tests.processes import ROOT, copy_of_database, environment, program, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
RECORD = """
import django; django.setup()
import sys
from django.db import transaction
from coopdelivery.journal import services as journal
with transaction.atomic():
    journal.record("kettle.boiled", subject=sys.argv[1], collective_id=None)
"""
HURRY = "UPDATE journal_errand SET next_at = '2020-01-01 00:00:00' WHERE done_at IS NULL"
SWEEP = """
import django; django.setup()
from celery import current_app
from coopdelivery import celery
current_app.send_task("coopdelivery.journal.tasks.sweep")
"""


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the embedded broker goes with the embedded database")
def test_a_worker_does_the_errand_and_one_that_is_killed_is_relieved(tmp_path: Path) -> None:
    url = copy_of_database(tmp_path / "house.sqlite3")
    env = environment(url, tmp_path, DJANGO_SETTINGS_MODULE="tests.journal.worker_settings")
    poured, slow, log = tmp_path / "poured", tmp_path / "slow", tmp_path / "worker.log"
    words = ("celery", "-A", "coopdelivery", "worker", "-P", "threads", "-c", "2", "-l", "INFO", "--without-gossip", "--without-mingle")

    def run(code: str, *arguments: str) -> None:
        subprocess.run([sys.executable, "-c", code, *arguments], env=env, cwd=ROOT, check=True, timeout=30)

    def has_poured(*subjects: str) -> bool:
        return poured.exists() and poured.read_text().split() == list(subjects)

    def open_errands() -> int:
        with closing(sqlite3.connect(tmp_path / "house.sqlite3", timeout=20)) as file:
            return int(file.execute("SELECT count(*) FROM journal_errand WHERE done_at IS NULL").fetchone()[0])

    with program(*words, env=env, log=log) as worker:
        run(RECORD, "first")
        wait_until(lambda: has_poured("first") and open_errands() == 0, "the first errand", log=log)
        slow.touch()
        run(RECORD, "second")
        wait_until(lambda: has_poured("first", "second"), "the second errand", log=log)
        worker.kill()
        worker.wait()
    assert open_errands() == 1
    slow.unlink()
    with closing(sqlite3.connect(tmp_path / "house.sqlite3", timeout=20)) as file, file:
        file.execute(HURRY)
    with program(*words, env=env, log=log):
        run(SWEEP)
        wait_until(lambda: open_errands() == 0, "the swept errand", log=log)
    assert has_poured("first", "second", "second")
