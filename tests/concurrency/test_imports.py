"""A file of deliveries whose worker is killed: another goes on, and every line is one order."""

import io
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from collectives.models import Collective
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from orders.imports import services
from orders.models import Delivery, ImportBatch, ImportRow, Order
from tests.conftest import make_collective
from tests.orders import world
from tests.orders.test_imports import HEADERS, as_csv, good_line
from tests.processes import ROOT, database_url, environment

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
LINES = 900
WORKER = """
import django; django.setup()
from collectives.tenancy import acting_for
from orders.imports import services
with acting_for({pk}):
    for batch in services.lost_batches():
        services.work(batch)
"""


@pytest.fixture
def coop(transactional_db: None) -> Iterator[Collective]:
    collective = make_collective("Angers", "angers")
    with acting_for(collective):
        world.open_all_week(collective)
        yield collective


def killed_while(state: str, coop: Collective, folder: Path) -> int:
    """A real worker process, ended without warning once some lines are in that state; how many were."""
    env = environment(
        database_url(folder / "db"), folder, DJANGO_SETTINGS_MODULE="coopdelivery.settings", GEOCODER="embedded", ROUTER="straight"
    )
    with (folder / "worker.log").open("wb") as log:
        worker = subprocess.Popen([sys.executable, "-c", WORKER.format(pk=coop.pk)], cwd=ROOT, env=env, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while not (done := ImportRow.objects.filter(state=state).count()) and worker.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert done, (folder / "worker.log").read_text()
    return done


def gone_on(batch: ImportBatch) -> ImportBatch:
    """Another worker, after the first was not heard of for a while."""
    ImportBatch.objects.filter(pk=batch.pk).update(heard_at=timezone.now() - services.LOST_AFTER)
    for lost in services.lost_batches():
        services.work(lost)
    return ImportBatch.objects.select_related("partner__collective", "partner__price_list").get(pk=batch.pk)


def test_a_worker_killed_while_checking_and_one_while_ordering_lose_and_double_nothing(coop: Collective, tmp_path: Path) -> None:
    partner = world.make_partner(coop)
    world.make_parcel_type(coop)
    lines = [[*good_line(partner, number % 5 + 1)[:-1], f"R{number}"] for number in range(LINES)]
    batch = services.read_file(partner=partner, file=io.BytesIO(as_csv([HEADERS, *lines])), name="many.csv", by=None)
    services.name_columns(batch=batch, columns=batch.columns, defaults={}, whole=False, by=None)

    assert killed_while("ready", coop, tmp_path) < LINES
    assert Order.objects.count() == 0
    batch = gone_on(batch)
    assert (batch.state, services.counts_of(batch)["ready"]) == ("checked", LINES)

    services.order_batch(batch=batch, by=None)
    assert killed_while("placed", coop, tmp_path) < LINES
    batch = gone_on(batch)
    assert (batch.state, services.counts_of(batch)["placed"]) == ("done", LINES)
    assert Delivery.objects.count() == Order.objects.values("idempotency_key").distinct().count() == LINES
    numbers = sorted(int(number.partition("-")[2]) for number in Order.objects.values_list("number", flat=True))
    assert numbers == list(range(numbers[0], numbers[0] + LINES))
    assert Event.objects.filter(name="delivery.placed").count() == LINES
    assert Event.objects.filter(name="import.done").count() == 1
