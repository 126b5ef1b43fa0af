"""`POST /api/deliveries` as shops send it, beside a bare psycopg2 loop that inserts the same rows and commits.

Both sides run in the same number of processes, in turns of a few seconds each, on the same PostgreSQL: signed in with a token, two known
addresses, priced, journalled, answered with the whole delivery; against one INSERT for each table and a commit, nothing looked up.
"""

import io
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._common import begin, options, report

wanted = options("Order over the API against bare INSERTs.", repeat=5, workers=4, turn=2)
begin()

import psycopg2  # noqa: E402  everything below reads the settings that begin() made
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.db.models.query import QuerySet  # noqa: E402

from bench._world import World  # noqa: E402
from collectives.api.tokens import application_token  # noqa: E402
from collectives.services.programs import add_application  # noqa: E402
from collectives.tenancy import acting_for  # noqa: E402
from coopdelivery.journal.models import Errand, Event  # noqa: E402
from dispatch.models import Task  # noqa: E402
from orders.models import AddressBookEntry, Delivery, Order, OrderLine, Parcel, Quote, Stop  # noqa: E402
from orders.services import save_entry  # noqa: E402

TABLES: tuple[type[models.Model], ...] = (Quote, Order, OrderLine, Delivery, Stop, Parcel, Task, Event, Errand)
# What must be new in each copy, besides ids and public references.
UNIQUE = {"number", "idempotency_key"}
CALLS_A_MINUTE = 10**9


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that one order wrote into one table, without their ids. `refers` maps columns to the table they point to."""

    name: str
    columns: list[str]
    ids: list[int]
    rows: list[list[Any]]
    refers: dict[int, str]


def newest() -> dict[type[models.Model], int]:
    return {model: model._default_manager.aggregate(top=models.Max("pk"))["top"] or 0 for model in TABLES}


def written_by_one_order(shop: "Shop", world: World) -> list[Table]:
    """Order one delivery and read back every row it made."""
    with acting_for(world.collective):
        before = newest()
    shop.order()
    with acting_for(world.collective):
        return [_read(model, before[model]) for model in TABLES]


def _read(model: type[models.Model], after: int) -> Table:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = [str(field.column) for field in fields]
    found = list(model._default_manager.filter(pk__gt=after).order_by("pk").values_list("pk", *(field.attname for field in fields)))
    names = {one._meta.db_table for one in TABLES}
    refers = {
        index: field.related_model._meta.db_table
        for index, field in enumerate(fields)
        if isinstance(field, models.ForeignKey) and field.related_model._meta.db_table in names
    }
    return Table(model._meta.db_table, columns, [row[0] for row in found], [list(row[1:]) for row in found], refers)


def _insert(table: Table) -> str:
    names = ", ".join(f'"{column}"' for column in table.columns)
    row = f"({', '.join(['%s'] * len(table.columns))})"
    return f'INSERT INTO "{table.name}" ({names}) VALUES {", ".join([row] * len(table.rows))} RETURNING id'


def _copied(table: Table, row: list[Any], number: str, ids: dict[tuple[str, int], int]) -> list[Any]:
    return [_value(table, index, value, number, ids) for index, value in enumerate(row)]


def _value(table: Table, index: int, value: Any, number: str, ids: dict[tuple[str, int], int]) -> Any:
    if table.columns[index] in UNIQUE:
        return number
    if index in table.refers and value is not None:
        return ids[(table.refers[index], value)]
    if isinstance(value, UUID):
        return str(uuid4())
    return json.dumps(value) if isinstance(value, dict | list) else value


class Shop:
    """A program with a token, and the doors of its address book."""

    def __init__(self, world: World) -> None:
        keys = add_application(collective=world.collective, name="Shop", by=None, partner_ref=world.partner.ref)
        keys.application.rate_per_minute = CALLS_A_MINUTE
        keys.application.save()
        self.token = application_token(keys.application, keys.application.scopes)
        self.places = list(_book(world).values_list("place_id", flat=True))
        self.thing = world.thing.pk
        self.server = WSGIHandler()
        self.numbers = count()

    def order(self) -> None:
        """One request through the whole server, as gunicorn would hand it over."""
        number = next(self.numbers)
        drop = {
            "address": {
                "@id": f"/api/addresses/{self.places[number % len(self.places)]}",
                "contactName": "Mme Roux",
                "telephone": "0639981240",
            },
            "after": "+10 minutes",
            "before": "+2 hours",
            "packages": [{"type": f"/api/packages/{self.thing}", "quantity": 1}],
        }
        body = json.dumps({"dropoff": drop}).encode()
        status: list[str] = []
        environ = {
            "REQUEST_METHOD": "POST", "PATH_INFO": "/api/deliveries", "SCRIPT_NAME": "", "QUERY_STRING": "", "SERVER_NAME": "testserver",
            "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "testserver",
            "HTTP_AUTHORIZATION": f"Bearer {self.token}", "CONTENT_TYPE": "application/ld+json", "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http", "wsgi.version": (1, 0),
            "wsgi.multithread": False, "wsgi.multiprocess": True, "wsgi.run_once": False,
        }  # fmt: skip
        server: Any = self.server
        answer = server(environ, lambda said, _headers, _error=None: status.append(said))
        content = b"".join(answer)
        answer.close()
        if not status[0].startswith("201"):
            raise SystemExit(f"{status[0]}: {content[:500]!r}")


def _book(world: World) -> QuerySet[AddressBookEntry]:
    for door in world.doors:
        save_entry(partner=world.partner, place=door, contact_name=f"Door {door.pk}", by=world.dispatcher.person)
    return AddressBookEntry.objects.filter(partner=world.partner).order_by("pk")


class Bare:
    """The same rows again: one INSERT for each table, one transaction, nothing looked up and nothing checked."""

    def __init__(self, tables: list[Table], dsn: str, worker: int) -> None:
        self.tables, self.worker, self.numbers = tables, worker, count()
        self.driver = psycopg2.connect(dsn)
        self.statements = {table.name: _insert(table) for table in tables}

    def order(self) -> None:
        number, ids = f"XX-{self.worker}-{next(self.numbers)}", dict[tuple[str, int], int]()
        with self.driver.cursor() as cursor:
            for table in self.tables:
                rows = [_copied(table, row, number, ids) for row in table.rows]
                if rows:
                    cursor.execute(self.statements[table.name], [value for row in rows for value in row])
                    ids |= {(table.name, old): new for old, (new,) in zip(table.ids, cursor.fetchall(), strict=True)}
        self.driver.commit()


def work(shop: Shop, tables: list[Table], dsn: str, worker: int, pipe: Connection) -> None:
    """One process: told a side and for how long, it says how many it did and how long that took."""
    sides: dict[str, Callable[[], None]] = {"api": shop.order, "inserts": Bare(tables, dsn, worker).order}
    while (told := pipe.recv()) is not None:
        side, seconds = told
        done, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            sides[side]()
            done += 1
        pipe.send(done / (time.perf_counter() - start))


def measured(shop: Shop, tables: list[Table], dsn: str) -> dict[str, float]:
    """Median orders a second of each side, over all processes together."""
    forked = get_context("fork")
    pipes = [forked.Pipe() for _each in range(wanted.workers)]
    connection.close()
    workers = [forked.Process(target=work, args=(shop, tables, dsn, n, pipes[n][1]), daemon=True) for n in range(wanted.workers)]
    for process in workers:
        process.start()
    found: dict[str, list[float]] = {"api": [], "inserts": []}
    for turn in range(wanted.repeat + 1):
        for side, rates in found.items():
            for ours, _theirs in pipes:
                ours.send((side, wanted.turn))
            rate = sum(ours.recv() for ours, _theirs in pipes)
            if turn:  # the first turn warms up
                rates.append(rate)
    for ours, _theirs in pipes:
        ours.send(None)
    for process in workers:
        process.join()
    return {side: statistics.median(rates) for side, rates in found.items()}


world = World()
with acting_for(world.collective):
    shop = Shop(world)
tables = written_by_one_order(shop, world)
known = connection.settings_dict
dsn = " ".join(
    f"{key}={known[name]}" for key, name in (("dbname", "NAME"), ("host", "HOST"), ("port", "PORT"), ("user", "USER")) if known[name]
)
password = f" password={known['PASSWORD']}" if known["PASSWORD"] else ""
rates = measured(shop, tables, dsn + password)
report(
    {
        "ratio_to_inserts": rates["inserts"] / rates["api"],
        "throughput": f"{100 * rates['api'] / rates['inserts']:.0f} %",
        "api_per_s": rates["api"],
        "inserts_per_s": rates["inserts"],
        "workers": wanted.workers,
        "rows": sum(len(table.rows) for table in tables),
        "tables": sum(bool(table.rows) for table in tables),
    },
    as_json=wanted.json,
)
