"""A spreadsheet of deliveries from the file to the orders, on places that are known: lines a second, and what memory it takes."""

import csv
import datetime as dt
import io
import resource
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._common import begin, options, report

wanted = options("Import a file of deliveries: read, checked, ordered.", repeat=1, rows=2000, doors=300)
begin()

from django.utils import timezone, translation  # noqa: E402  everything below reads the settings that begin() made

from bench._world import World  # noqa: E402
from collectives.tenancy import acting_for  # noqa: E402
from orders.imports import services  # noqa: E402
from orders.models import ImportBatch, Order  # noqa: E402

HEADERS = ["name", "address", "postcode", "city", "phone", "day", "from", "until", "parcel", "quantity", "note", "reference"]
SMALL = 200


def file_of(world: World, rows: int, name: str) -> io.BytesIO:
    """A line for each delivery, tomorrow, to doors the co-op has been to."""
    text, day = io.StringIO(), world.collective.today() + dt.timedelta(days=1)
    writer = csv.writer(text)
    writer.writerow(HEADERS)
    for number in range(rows):
        door, hour = number % wanted.doors + 1, 8 + number % 10
        where = [f"{door} rue du Banc", "93100", "Bench"]
        when = [day.isoformat(), f"{hour}:00", f"{hour + 2}:00"]
        writer.writerow(
            [
                f"Recipient {number}",
                *where,
                f"06 39 98 {number // 100 % 100:02} {number % 100:02}",
                *when,
                "Bouquet",
                1,
                "Second floor.",
                f"{name}-{number}",
            ]
        )
    return io.BytesIO(text.getvalue().encode())


def imported(world: World, rows: int, name: str) -> dict[str, float]:
    """Seconds of each part, for one file."""
    file, marks = file_of(world, rows, name), [time.perf_counter()]
    batch = services.read_file(partner=world.partner, file=file, name=f"{name}.csv", by=world.dispatcher.person)
    marks.append(time.perf_counter())
    services.name_columns(batch=batch, columns=batch.columns, defaults={}, whole=False, by=world.dispatcher.person)
    work(batch)
    marks.append(time.perf_counter())
    services.order_batch(batch=batch, by=world.dispatcher.person)
    work(batch)
    marks.append(time.perf_counter())
    placed = services.counts_of(batch)["placed"]
    if placed != rows:
        raise RuntimeError(f"{placed} of {rows} lines were ordered")
    return dict(zip(("read", "check", "order"), (after - before for before, after in pairwise(marks)), strict=True))


def work(batch: ImportBatch) -> None:
    """As the worker does: whatever is asked for and not taken."""
    for lost in services.lost_batches():
        if lost.pk == batch.pk:
            services.work(lost)


def peak_mb() -> float:
    """The most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


world = World()
with acting_for(world.collective), timezone.override(world.collective.zone), translation.override("en"):
    for number in range(41, wanted.doors + 1):
        world.place(number)
    imported(world, min(SMALL, wanted.rows), "warm")
    before = peak_mb()
    seconds: dict[str, Any] = imported(world, wanted.rows, "file")
    growth = peak_mb() - before
    orders = Order.objects.count()
report(
    {
        "rows_per_s": wanted.rows / sum(seconds.values()),
        **{f"{part}_rows_per_s": wanted.rows / spent for part, spent in seconds.items()},
        "rows": wanted.rows,
        "orders": orders,
        "peak_growth_mb": growth,
    },
    as_json=wanted.json,
)
