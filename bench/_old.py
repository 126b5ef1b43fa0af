"""Two copies of the benchmark's database, one of them with years of finished work, measured in turns."""

import contextlib
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from types import TracebackType
from typing import Any

import psycopg2
from django.db import connection
from psycopg2 import sql

A_DAY, A_ROUND, A_STOP, A_DELIVERY = 500, 10, 5, 30_000

# Made as the services would leave it: finished, in rounds nobody rides any more; foreign keys and triggers are not asked meanwhile.
# Each table: from one row that is there, what differs in the n-th copy, and how many.
Tables = tuple[tuple[str, dict[str, str], str], ...]
OLD_TASKS: Tables = (
    (
        "orders_stop",
        {
            "id": "10000000 + n",
            "ref": "gen_random_uuid()",
            "delivery_id": "one.delivery_id + n / %(a_delivery)s",
            "position": "100 + n %% %(a_delivery)s",
            "status": "'done'",
        },
        "generate_series(0, %(stops)s - 1)",
    ),
    (
        "dispatch_round",
        {
            "id": "10000000 + n",
            "ref": "gen_random_uuid()",
            "name": "'Old ' || n",
            "on": "%(today)s::date - 1 - n / (%(a_day)s / %(a_round)s)",
        },
        "generate_series(0, %(tasks)s / %(a_round)s)",
    ),
    (
        "dispatch_task",
        {
            "id": "10000000 + n",
            "ref": "gen_random_uuid()",
            "stop_id": "10000000 + n %% %(stops)s",
            "attempt": "2 + n / %(stops)s",
            "round_id": "10000000 + n / %(a_round)s",
            "position": "(n %% %(a_round)s) * 1024",
            "on": "%(today)s::date - 1 - n / %(a_day)s",
            "status": "'done'",
        },
        "generate_series(0, %(tasks)s - 1)",
    ),
)
# A day of deliveries after the other, back from yesterday, each with the drop that is looked at; they share their order.
OLD_DELIVERIES: Tables = (
    (
        "orders_delivery",
        {
            "id": "10000000 + n",
            "ref": "gen_random_uuid()",
            "number": "'OLD-' || n",
            "status": "CASE WHEN n %% 50 = 0 THEN 'cancelled' ELSE 'delivered' END",
            "placed_at": "%(today)s::date - interval '1 day' - n * interval '1 day' / %(a_day)s",
            "finished_at": "%(today)s::date - interval '1 day' - n * interval '1 day' / %(a_day)s",
        },
        "generate_series(0, %(deliveries)s - 1)",
    ),
    (
        "orders_stop",
        {
            "id": "10000000 + n",
            "ref": "gen_random_uuid()",
            "delivery_id": "10000000 + n",
            "status": "'done'",
            "window_start": "%(today)s::date - interval '1 day' - n * interval '1 day' / %(a_day)s",
            "window_end": "%(today)s::date - interval '22 hours' - n * interval '1 day' / %(a_day)s",
        },
        "generate_series(0, %(deliveries)s - 1)",
    ),
)
COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position"
INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
     WHERE tablename = %s AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u'))
"""


class Copies:
    """`with Copies(...) as copies:` leaves nothing behind. Needs a role that may create databases and skip triggers."""

    def __init__(self, today: date, *, tasks: int = 0, deliveries: int = 0) -> None:
        self.tables = OLD_DELIVERIES if deliveries else OLD_TASKS
        self.values = {"today": today, "tasks": tasks, "stops": tasks // A_STOP, "deliveries": deliveries}
        self.values |= {"a_day": A_DAY, "a_round": A_ROUND, "a_delivery": A_DELIVERY}
        self.none = str(connection.settings_dict["NAME"])
        self.old = f"{self.none}_old"

    def __enter__(self) -> "Copies":
        connection.close()
        self._server("DROP DATABASE IF EXISTS {old}", "CREATE DATABASE {old} TEMPLATE {none}")
        try:
            self._age()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._use(self.none)
        self._server("DROP DATABASE IF EXISTS {old} WITH (FORCE)")

    def interleaved(self, repeat: int, side: Callable[[], object]) -> dict[str, float]:
        """Median milliseconds with the old tasks and with none, in turns; connecting is not counted."""
        spent: dict[str, list[float]] = {"old": [], "none": []}
        for _ in range(repeat):
            for name, database in (("old", self.old), ("none", self.none)):
                self._use(database)
                side()
                for _again in range(3):
                    start = time.perf_counter()
                    side()
                    spent[name].append((time.perf_counter() - start) * 1000)
        return {name: statistics.median(times) for name, times in spent.items()}

    def _use(self, database: str) -> None:
        connection.close()
        connection.settings_dict["NAME"] = database
        connection.ensure_connection()

    def _age(self) -> None:
        with self._open(self.old) as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SET maintenance_work_mem = '256MB'")
            for table, differs, numbers in self.tables:
                self._copy(cursor, table, differs, numbers)

    def _copy(self, cursor: Any, table: str, differs: dict[str, str], numbers: str) -> None:
        """Indexes that no constraint needs are made anew afterwards, which takes a fraction of the time."""
        cursor.execute(COLUMNS, [table])
        columns = [name for (name,) in cursor.fetchall()]
        cursor.execute(INDEXES, [table])
        indexes = cursor.fetchall()
        for name, _made in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        names = ", ".join(f'"{name}"' for name in columns)
        values = ", ".join(differs.get(name, f'one."{name}"') for name in columns)
        first = f'SELECT * FROM "{table}" ORDER BY id LIMIT 1'
        cursor.execute(f'INSERT INTO "{table}" ({names}) SELECT {values} FROM ({first}) one, {numbers} n', self.values)
        for _name, made in indexes:
            cursor.execute(made)
        cursor.execute(f'VACUUM ANALYZE "{table}"')

    def _server(self, *statements: str) -> None:
        connection.close()
        names = {"old": sql.Identifier(self.old), "none": sql.Identifier(self.none)}
        with self._open("postgres") as cursor:
            for statement in statements:
                cursor.execute(sql.SQL(statement).format(**names))

    @contextlib.contextmanager
    def _open(self, database: str) -> Iterator[Any]:
        known = connection.settings_dict
        where = {"host": known["HOST"], "port": known["PORT"] or 5432, "user": known["USER"], "password": known["PASSWORD"] or None}
        opened = psycopg2.connect(dbname=database, **where)
        opened.autocommit = True
        try:
            yield opened.cursor()
        finally:
            opened.close()
