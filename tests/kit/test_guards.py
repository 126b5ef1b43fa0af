"""A guard refuses what it names, in its own words, on either database; it can be exchanged and taken down."""

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.state import ProjectState

from coopdelivery.kit.guards import Guard, guarded

pytestmark = pytest.mark.django_db(transaction=True)
SMALL = Guard("kit_shelf_small", "kit_shelf", "INSERT", "NEW.size > 9", "too big for this shelf")
STAYS = Guard("kit_shelf_stays", "kit_shelf", "DELETE", "", "nothing leaves this shelf")


@pytest.fixture
def shelf() -> Iterator[None]:
    """A table of its own."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kit_shelf (size integer)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE kit_shelf")  # and the triggers with it; PostgreSQL keeps their functions
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP FUNCTION IF EXISTS {SMALL.name}, {STAYS.name}")


def tried(sql: str) -> str:
    """What the database says to it: nothing, or why it refuses."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except IntegrityError as error:
        return str(error).splitlines()[0]
    return ""


def forwards(*guards: Guard, instead_of: tuple[Guard, ...] = ()) -> None:
    with connection.schema_editor() as editor:
        guarded(guards, instead_of=instead_of).database_forwards("kit", editor, ProjectState(), ProjectState())


def backwards(*guards: Guard, instead_of: tuple[Guard, ...] = ()) -> None:
    with connection.schema_editor() as editor:
        guarded(guards, instead_of=instead_of).database_backwards("kit", editor, ProjectState(), ProjectState())


@pytest.mark.usefixtures("shelf")
def test_a_guard_refuses_in_its_own_words_and_can_be_taken_down() -> None:
    forwards(SMALL, STAYS)
    assert tried("INSERT INTO kit_shelf (size) VALUES (9)") == ""
    assert tried("INSERT INTO kit_shelf (size) VALUES (10)") == SMALL.why
    assert tried("DELETE FROM kit_shelf") == STAYS.why
    backwards(SMALL, STAYS)
    assert tried("INSERT INTO kit_shelf (size) VALUES (10)") == ""
    assert tried("DELETE FROM kit_shelf") == ""


@pytest.mark.usefixtures("shelf")
def test_a_later_guard_takes_the_place_of_an_earlier_one() -> None:
    smaller = SMALL._replace(when="NEW.size > 3", why="this shelf got smaller")
    forwards(SMALL)
    forwards(smaller, instead_of=(SMALL,))
    assert tried("INSERT INTO kit_shelf (size) VALUES (5)") == smaller.why
    backwards(smaller, instead_of=(SMALL,))
    assert tried("INSERT INTO kit_shelf (size) VALUES (5)") == ""
    assert tried("INSERT INTO kit_shelf (size) VALUES (10)") == SMALL.why


@pytest.mark.usefixtures("shelf")
def test_each_database_reads_its_own_words() -> None:
    forwards(SMALL._replace(when="NEW.size::text = '4'", on_sqlite="CAST(NEW.size AS TEXT) IS '4'"))
    assert tried("INSERT INTO kit_shelf (size) VALUES (4)") == SMALL.why
    assert tried("INSERT INTO kit_shelf (size) VALUES (5)") == ""
