"""Between tests that commit, Django empties every table. The triggers that keep rows for ever sleep during that, and only then."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from django.db.backends.sqlite3.base import DatabaseWrapper


@pytest.fixture(autouse=True, scope="session")
def triggers_sleep_during_flush() -> Iterator[None]:
    """SQLite empties with DELETE, which append-only tables refuse; PostgreSQL truncates, which fires no row trigger."""
    operations = DatabaseWrapper.ops_class
    flush: Callable[..., None] = operations.execute_sql_flush

    def flush_all(ops: Any, sql_list: Sequence[str]) -> None:
        with ops.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _sql in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            try:
                flush(ops, sql_list)
            finally:
                for _name, sql in triggers:
                    cursor.execute(sql)

    patch = pytest.MonkeyPatch()
    patch.setattr(operations, "execute_sql_flush", flush_all)
    yield
    patch.undo()
