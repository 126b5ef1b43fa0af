"""Four workers, one errand: it is done once. Judged by PostgreSQL."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from collectives.models import Collective
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Errand, Event
from coopdelivery.notices import sending
from coopdelivery.notices.models import Message

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WORKERS = 4


def at_once(work: Callable[[], object]) -> list[object]:
    """The same work in four threads that start together, each with its own connection."""
    together = threading.Barrier(WORKERS)

    def one() -> object:
        together.wait(10)
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return [future.result(30) for future in [pool.submit(one) for _ in range(WORKERS)]]


def test_four_workers_run_one_errand_once(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    runs: list[str] = []
    meeting = threading.Event()

    def slow(event: Event) -> None:
        runs.append(event.subject)
        meeting.wait(0.5)

    monkeypatch.setitem(journal._later, "kettle.boiled", {"slow": slow})
    with transaction.atomic():
        journal.record("kettle.boiled", subject="k1", collective_id=None)
    errand = Errand.objects.get()
    answers = at_once(lambda: journal.run(errand.pk))
    assert sorted(map(bool, answers)) == [False, False, False, True]
    assert runs == ["k1"]


def test_four_workers_share_many_errands(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    runs: list[str] = []
    monkeypatch.setitem(journal._later, "kettle.boiled", {"quick": lambda event: runs.append(event.subject)})
    for n in range(20):
        with transaction.atomic():
            journal.record("kettle.boiled", subject=str(n), collective_id=None)
    at_once(journal.run_waiting)
    assert sorted(runs, key=int) == [str(n) for n in range(20)]
    assert Errand.objects.filter(done_at=None).count() == 0


def test_four_senders_claim_one_message_once(montreuil: Collective) -> None:
    address = {"recipient": "e:a@b.test", "email": "a@b.test", "channel": "email"}
    message = Message.objects.create(kind="x", subject_key="1", subject="x", text="x", **address)
    claims = at_once(lambda: sending.claim(message.pk))
    assert sum(claim is not None for claim in claims) == 1
    message.refresh_from_db()
    assert message.attempts == 1
