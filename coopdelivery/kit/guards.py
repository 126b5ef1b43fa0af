"""What the database itself refuses, whoever writes: a step of a migration that says it once for PostgreSQL and for SQLite."""

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython
from django.db.migrations.state import StateApps

SQLITE = "CREATE TRIGGER {name} BEFORE {moment} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{why}'); END"
POSTGRES = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {when} THEN RAISE EXCEPTION '{why}' USING ERRCODE = 'check_violation'; END IF;
    RETURN {row};
END $$;
CREATE TRIGGER {name} BEFORE {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
"""


class Guard(NamedTuple):
    """One refusal. `when` is SQL about the rows NEW and OLD ("" stands for always), `why` the words of the error.

    `on_sqlite` is the same condition where SQLite says it in other words.
    """

    name: str
    table: str
    moment: Literal["INSERT", "UPDATE", "DELETE"]
    when: str
    why: str
    on_sqlite: str = ""


def put(editor: BaseDatabaseSchemaEditor, guard: Guard) -> None:
    """Set a guard up; the writer gets an IntegrityError with its words."""
    on_postgres = editor.connection.vendor == "postgresql"
    when = (guard.when if on_postgres else guard.on_sqlite or guard.when) or "1 = 1"
    facts = guard._asdict() | {"when": when, "row": "OLD" if guard.moment == "DELETE" else "NEW"}
    editor.execute((POSTGRES if on_postgres else SQLITE).format(**facts), params=None)


def take(editor: BaseDatabaseSchemaEditor, guard: Guard) -> None:
    """Take a guard down."""
    on_postgres = f"DROP TRIGGER {guard.name} ON {guard.table}; DROP FUNCTION {guard.name}()"
    editor.execute(on_postgres if editor.connection.vendor == "postgresql" else f"DROP TRIGGER {guard.name}", params=None)


def guarded(guards: Iterable[Guard], *, instead_of: Iterable[Guard] = ()) -> RunPython:
    """The step that sets `guards` up, after taking down those of earlier migrations whose place they take; it can be taken back."""
    new, old = tuple(guards), tuple(instead_of)
    return RunPython(_exchange(old, new), _exchange(new, old))


def _exchange(gone: tuple[Guard, ...], come: tuple[Guard, ...]) -> Callable[[StateApps, BaseDatabaseSchemaEditor], None]:
    def run(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        for guard in gone:
            take(editor, guard)
        for guard in come:
            put(editor, guard)

    return run
