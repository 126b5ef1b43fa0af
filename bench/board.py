"""A full day on the board (500 tasks, 40 couriers), beside its own SQL run bare and dumped with orjson; then with years of old tasks.

`ratio_to_sql` is the day as data (`board/map/`: every column, stop, promise, plan and load) over the same statements and orjson, in one
process. `ratio_page` is the whole page as HTML. `ratio_old_tasks` is the data with `--old` finished tasks in the tables over none.
"""

import gzip
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._common import begin, interleaved, options, report

wanted = options("Open the board: server time against plain SQL.", repeat=15, tasks=500, couriers=40, old=5_000_000, quick=0)
begin()

import orjson  # noqa: E402  everything below reads the settings that begin() made
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench._old import Copies  # noqa: E402
from bench._world import World  # noqa: E402
from collectives.tenancy import acting_for  # noqa: E402
from dispatch.board.day import board_of  # noqa: E402

world = World()
world.fill(tasks=wanted.tasks, couriers=wanted.couriers)
client = Client()
client.force_login(world.dispatcher.person)
page_url = f"/c/{world.collective.slug}/board/"


def get(address: str) -> bytes:
    response = client.get(address)
    if response.status_code != 200:
        raise SystemExit(f"{address} answered {response.status_code}")
    return response.content


def page() -> bytes:
    """What a browser gets first."""
    return get(page_url)


def data() -> bytes:
    """The day as data."""
    return get(f"{page_url}map/")


def questions() -> list[str]:
    """The statements with which the board reads its rows, values filled in."""
    with acting_for(world.collective), timezone.override(world.collective.zone):
        board_of(world.collective, world.collective.today(), timezone.now())
        with CaptureQueriesContext(connection) as asked:
            board_of(world.collective, world.collective.today(), timezone.now())
    return [entry["sql"] for entry in asked]


def plain() -> bytes:
    """The same rows and nothing else."""
    found: list[Any] = []
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            found.append(cursor.fetchall())
    return orjson.dumps(found, default=str)


def count(side: Any) -> int:
    with CaptureQueriesContext(connection) as queries:
        side()
    return len(queries)


with connection.cursor() as cursor:
    cursor.execute("ANALYZE")
statements = questions()
queries = {"queries": count(data), "queries_page": count(page)}
medians = interleaved(wanted.repeat, data=data, page=page, sql=plain)
sizes = {"bytes": len(data()), "bytes_page": len(page()), "bytes_page_gzip": len(gzip.compress(page(), 6)), "bytes_sql": len(plain())}
old = 200_000 if wanted.quick else wanted.old
with Copies(world.collective.today(), tasks=old) as copies:
    aged = copies.interleaved(wanted.repeat, data)
report(
    {
        "ratio_to_sql": medians["data"] / medians["sql"],
        "ratio_page": medians["page"] / medians["sql"],
        **queries,
        "ratio_old_tasks": aged["old"] / aged["none"],
        "data_ms": medians["data"],
        "page_ms": medians["page"],
        "sql_ms": medians["sql"],
        "old_ms": aged["old"],
        "none_ms": aged["none"],
        **sizes,
        "tasks": wanted.tasks,
        "couriers": wanted.couriers,
        "old_tasks": old,
    },
    as_json=wanted.json,
)
