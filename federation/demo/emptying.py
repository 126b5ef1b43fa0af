"""Take everything out of a demo's database. Its books only grow and its proofs stay, so their triggers sleep meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.color import no_style
from django.db import connection, transaction

KEPT = frozenset({"django_migrations", "django_content_type", "auth_permission"})


@transaction.atomic
def empty_database() -> None:
    """Every row of every table; the tables stay. Only for demo instances: the caller has made sure."""
    names = [name for name in connection.introspection.django_table_names(only_existing=True, include_views=False) if name not in KEPT]
    with _sleeping_triggers(), connection.cursor() as cursor:
        for statement in connection.ops.sql_flush(no_style(), names, reset_sequences=False, allow_cascade=True):
            cursor.execute(statement)


@contextmanager
def _sleeping_triggers() -> Iterator[None]:
    """SQLite empties with DELETE, which the triggers of append-only tables refuse; PostgreSQL truncates, which wakes none.

    There, what deferred constraints still have to look at is looked at first: it cannot truncate a table that is waiting for that.
    """
    if connection.vendor != "sqlite":
        connection.check_constraints()
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        for _name, sql in triggers:
            cursor.execute(sql)
