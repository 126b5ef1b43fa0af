"""Questions whose SQL never changes, written as querysets and compiled once.

Django compiles a queryset each time it is asked, and for a page of eight small questions that costs more than their answers. Here the
compiled text is kept, and a call only fills in its values.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet

from coopdelivery.kit.tenancy import NoCollective, acting_for, acting_id, everyone_acts

Row = TypeVar("Row", bound=Model)
Values = tuple[Any, ...]
Others = list[tuple[str, type[Model], list[str]]]
Value = date | datetime | int | str | UUID | Collection[int]
COLLECTIVE = 9_007_199_254_740_991  # stands for the acting collective while a question is compiled; no row has it


class Prepared:
    """`ask` makes a `values_list` queryset from sample values; calling the object with values of the same types answers it as tuples.

    Types are `date`, `datetime`, `int` (whole numbers below 2**53), `str`, `UUID` and `list` (of such numbers, for `__in`). A value must
    reach the database as it is given, and no condition may depend on it.
    """

    def __init__(self, ask: Callable[..., QuerySet[Any, Any]], *types: type) -> None:
        self.ask, self.types = ask, types
        self._compiled: dict[tuple[str, bool], Compiled] = {}

    def __call__(self, *values: Value) -> list[Values]:
        """The rows, for the acting collective alone, as a queryset's. Raises NoCollective without one."""
        collective, everyone = acting_id(), everyone_acts()
        if collective is None and not everyone:
            raise NoCollective("a prepared question is asked inside acting_for(collective)")
        compiled = self._compiled.get((connection.vendor, everyone)) or self._compile(everyone=everyone)
        sql, params = compiled.with_values([collective, *values])
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            found: list[Values] = cursor.fetchall()
        return [_converted(row, compiled.converters) for row in found] if compiled.converters else found

    def _compile(self, *, everyone: bool) -> "Compiled":
        samples = [_sample(kind, number) for number, kind in enumerate(self.types)]
        with nullcontext() if everyone else acting_for(COLLECTIVE):
            compiler = self.ask(*samples).query.get_compiler(connection=connection)
            sql, params = compiler.as_sql()
        known = [_adapted(value[0] if isinstance(value, list) else value) for value in (COLLECTIVE, *samples)]
        slots: list[tuple[int | None, Any]] = [(known.index(value), None) if value in known else (None, value) for value in params]
        missing = set(range(int(everyone), len(known))) - {slot for slot, _ in slots}
        parts = sql.split("%s")
        if missing or len(parts) != len(params) + 1:
            raise ValueError(f"values {sorted(missing)} do not reach the database as they are given")
        columns = [column for column, _sql, _alias in compiler.select]
        converters = [(n, found, column) for n, (found, column) in compiler.get_converters(columns).items()]
        found = self._compiled[connection.vendor, everyone] = Compiled(parts, slots, converters)
        return found


class PreparedRows(Generic[Row]):
    """The same for whole rows: `ask` makes a queryset of a model, the call answers its objects.

    `beside` names foreign keys that are never empty, whose rows are read with it.
    """

    def __init__(self, model: type[Row], ask: Callable[..., QuerySet[Row]], *types: type, beside: Sequence[str] = ()) -> None:
        self.model, self.ask, self.beside = model, ask, beside
        self._values = Prepared(self._columns, *types)

    def __call__(self, *values: Value) -> list[Row]:
        """The rows, as `Prepared` answers them."""
        found = self._values(*values)
        own = _names(self.model)
        others = [(name, model, _names(model)) for name, model in ((name, _model_of(self.model, name)) for name in self.beside)]
        seen: dict[tuple[str, Any], Model] = {}
        return [self._made(row, own, others, seen) for row in found]

    def _made(self, row: Values, own: list[str], others: Others, seen: dict[tuple[str, Any], Model]) -> Row:
        """What stands beside several rows is one object."""
        made, end = self.model.from_db(connection.alias, own, row[: len(own)]), len(own)
        for name, model, names in others:
            values, end = row[end : end + len(names)], end + len(names)
            key = (name, values[names.index(model._meta.pk.attname)])
            if key not in seen:
                seen[key] = model.from_db(connection.alias, names, values)
            setattr(made, name, seen[key])
        return made

    def _columns(self, *values: Any) -> QuerySet[Any, Any]:
        further = [f"{name}__{column}" for name in self.beside for column in _names(_model_of(self.model, name))]
        return self.ask(*values).values_list(*_names(self.model), *further)


@dataclass(frozen=True, slots=True)
class Compiled:
    """The text between the values, which value stands in each gap, and what turns a column into Python."""

    parts: list[str]
    slots: list[tuple[int | None, Any]]
    converters: list[tuple[int, list[Any], Any]]

    def with_values(self, values: Sequence[Any]) -> tuple[str, list[Any]]:
        text = [self.parts[0]]
        params: list[Any] = []
        for (slot, fixed), part in zip(self.slots, self.parts[1:], strict=True):
            value = fixed if slot is None else values[slot]
            if slot is not None and isinstance(value, Collection) and not isinstance(value, str):
                text.append(", ".join(["%s"] * len(value)) or "NULL")
                params.extend(value)
            else:
                text.append("%s")
                params.append(value if slot is None else _adapted(value))
            text.append(part)
        return "".join(text), params


def _model_of(model: type[Model], name: str) -> type[Model]:
    found: type[Model] = model._meta.get_field(name).related_model  # type: ignore[assignment]  # a foreign key's
    return found


def _names(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _sample(kind: type, number: int) -> Value:
    """A value that nobody writes into a question, another for each place."""
    if kind in {str, UUID}:
        return UUID(int=COLLECTIVE - 1 - number) if kind is UUID else f"nobody writes {number}"
    instant = datetime(1903, 5, 7, 1, 2, 3, tzinfo=UTC) + timedelta(days=number)
    if kind is datetime:
        return instant
    if kind is date:
        return instant.date()
    return [COLLECTIVE - 1 - number] if kind is list else COLLECTIVE - 1 - number


def _adapted(value: Any) -> Any:
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


def _converted(row: Values, converters: list[tuple[int, list[Any], Any]]) -> Values:
    values = list(row)
    for column, found, expression in converters:
        for convert in found:
            values[column] = convert(values[column], expression, connection)
    return tuple(values)
