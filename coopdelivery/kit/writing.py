"""New rows in as few words as the database needs, without making the same statement anew each time.

`bulk_create` compiles an INSERT whenever it is asked, and every table is a trip of its own. Here the statement of a model is made once,
and rows of several tables that point to each other go together.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import AutoField, Field, ForeignKey, Model

from coopdelivery.kit.tenancy import NoCollective, OwnedManager, acting_id, everyone_acts

Row = TypeVar("Row", bound=Model)
Statement = tuple[str, list[Any]]
# A field's value of exactly this type, or none, reaches the database as it is; any other goes through the field.
PLAIN: dict[str, type] = {
    **dict.fromkeys(["CharField", "TextField"], str),
    **dict.fromkeys(["ForeignKey", "IntegerField", "BigIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField"], int),
    "BooleanField": bool,
}


def write_rows(rows: Sequence[Row], *, unless_known: bool = False) -> list[Row]:
    """Write new rows of one model and give them their ids, as `bulk_create` does: no signals, constraints as ever.

    `unless_known` leaves out those that a unique constraint knows already; ids are then given only when none was left out.
    Raises RuntimeError outside a transaction, NoCollective for rows that are not the acting collective's.
    """
    connection, written = _in_transaction(), list(rows)
    for portion in _portions(written, connection):
        insert = _insert_of(type(portion[0]))
        sql, params = insert.statement(portion, connection, with_ids=False)
        tail = " ON CONFLICT DO NOTHING" if unless_known else ""
        with connection.cursor() as cursor:
            cursor.execute(f"{sql}{tail} RETURNING {insert.key}", params)
            ids = [pk for (pk,) in cursor.fetchall()]
        if len(ids) == len(portion):
            _settle(portion, ids, connection)
    return written


def write_together(*tables: Sequence[Model]) -> None:
    """Write new rows of several models; those of a later table may point to unsaved rows of an earlier one.

    PostgreSQL is asked for all ids at once (unless `draw_ids` did) and then given all tables at once: two trips, whatever there is to
    write. Raises as `write_rows` does.
    """
    connection, full = _in_transaction(), [table for table in tables if table]
    if connection.vendor != "postgresql":
        for table in full:
            write_rows(table)
        return
    draw_ids(*full)
    said = [_insert_of(type(table[0])).statement(table, connection, with_ids=True) for table in full]
    if said:
        with connection.cursor() as cursor:
            cursor.execute(";\n".join(sql for sql, _params in said), [value for _sql, params in said for value in params])
    for table in full:
        _settle(table, [row.pk for row in table], connection)


def draw_ids(*tables: Sequence[Model]) -> None:
    """Give ids to new rows that have none, ahead of `write_together`: a question less while something is locked.

    For PostgreSQL alone; elsewhere rows get their ids as they are written.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    rows = [row for table in tables for row in table if row.pk is None]
    if connection.vendor == "postgresql" and rows:
        for row, pk in zip(rows, _drawn([_insert_of(type(row)).sequence for row in rows], connection), strict=True):
            row.pk = pk


def _in_transaction() -> BaseDatabaseWrapper:
    connection = connections[DEFAULT_DB_ALIAS]
    if not connection.in_atomic_block:
        raise RuntimeError("rows that belong together are written in a transaction")
    return connection


class _Insert:
    """What never changes in the INSERT of one model."""

    def __init__(self, model: type[Model]) -> None:
        quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
        meta = model._meta
        if meta.parents or not isinstance(meta.pk, AutoField):
            raise TypeError(f"{model.__name__}: only models of one table whose ids the database gives are written here")
        self.model, self.pk = model, meta.pk
        self.fields: list[Field[Any, Any]] = [field for field in meta.concrete_fields if field is not meta.pk and not field.generated]
        odd = [field.name for field in self.fields if hasattr(field, "get_placeholder") or field.has_db_default()]
        if odd:
            raise TypeError(f"{model.__name__}: {odd} need more than a value")
        self.links = [field for field in self.fields if isinstance(field, ForeignKey)]
        self.owned = isinstance(model._default_manager, OwnedManager)
        self.key = quote(str(self.pk.column))
        self.table = quote(meta.db_table)
        self.columns = ", ".join(quote(str(field.column)) for field in self.fields)

    @property
    def sequence(self) -> str:
        return _sequence_of(self.model._meta.db_table, str(self.pk.column))

    def statement(self, rows: Sequence[Model], connection: BaseDatabaseWrapper, *, with_ids: bool) -> Statement:
        """The INSERT up to its values. Raises NoCollective, and ValueError for a row that points to one that is not written."""
        if self.owned:
            _check_owner(rows)
        for row in rows:
            self._follow_links(row)
        fields = [self.pk, *self.fields] if with_ids else self.fields
        columns = f"{self.key}, {self.columns}" if with_ids else self.columns
        marks = f"({', '.join(['%s'] * len(fields))})"
        kinds = [(field, PLAIN.get(field.get_internal_type())) for field in fields]
        params = [_value(field, plain, row, connection) for row in rows for field, plain in kinds]
        return f"INSERT INTO {self.table} ({columns}) VALUES {', '.join([marks] * len(rows))}", params  # noqa: S608  names from models

    def _follow_links(self, row: Model) -> None:
        """What it points to may have got its id after the row was made."""
        for link in self.links:
            if getattr(row, link.attname) is None and link.is_cached(row):
                other = link.get_cached_value(row)
                if other is not None and other.pk is None:
                    raise ValueError(f"{self.model.__name__}.{link.name} points to a row that is not written yet")
                setattr(row, link.name, other)


def _value(field: "Field[Any, Any]", plain: type | None, row: Model, connection: BaseDatabaseWrapper) -> Any:
    value = field.pre_save(row, add=True)
    return value if plain and (value is None or type(value) is plain) else field.get_db_prep_save(value, connection)


@cache
def _insert_of(model: type[Model]) -> _Insert:
    return _Insert(model)


@cache
def _sequence_of(table: str, column: str) -> str:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table}"', column])
        return str(cursor.fetchone()[0])


def _drawn(sequences: list[str], connection: BaseDatabaseWrapper) -> list[int]:
    """The next id of each of these, in their order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(each) FROM unnest(%s::regclass[]) AS each", [sequences])
        return [number for (number,) in cursor.fetchall()]


def _check_owner(rows: Collection[Any]) -> None:
    acting = acting_id()
    if not everyone_acts() and (acting is None or any(row.collective_id != acting for row in rows)):
        raise NoCollective("rows are written for the acting collective alone")


def _settle(rows: Sequence[Model], ids: Sequence[int], connection: BaseDatabaseWrapper) -> None:
    for row, pk in zip(rows, ids, strict=True):
        row.pk = pk
        row._state.adding, row._state.db = False, connection.alias


def _portions(rows: list[Row], connection: BaseDatabaseWrapper) -> list[list[Row]]:
    """As many at once as the database takes values in one statement."""
    if not rows:
        return []
    most = max(1, connection.ops.bulk_batch_size([field.name for field in _insert_of(type(rows[0])).fields], rows))
    return [rows[start : start + most] for start in range(0, len(rows), most)]
