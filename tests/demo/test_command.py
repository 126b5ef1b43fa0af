"""`manage.py demo` does one thing at a time, and nothing where it must not."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from collectives.models import Collective, Membership
from coopdelivery.people.models import Person
from federation.demo import clock
from federation.demo.emptying import empty_database
from federation.management.commands.demo import has_to_migrate


def demo(*words: str) -> str:
    out = StringIO()
    call_command("demo", *words, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("words", [(), ("--if-empty",), ("--ready",), ("--reset",), ("--play",), ("--sign-ins",), ("--cards",)])
def test_it_is_refused_where_real_people_work(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="not a demo instance"):
        demo(*words)
    assert not Person.objects.exists()


def test_a_co_op_that_is_there_is_never_touched(montreuil: Collective, demo_instance: None) -> None:
    assert (demo("--if-empty"), demo("--ready")) == ("", "")
    assert "The demo is not loaded" in demo("--ready", "--sign-ins")
    with pytest.raises(CommandError, match="co-ops in this database already"):
        demo()
    assert list(Collective.objects.all()) == [montreuil]


@pytest.mark.django_db
def test_without_a_demo_there_is_nobody_to_be_and_nothing_to_play(demo_instance: None) -> None:
    assert "The demo is not loaded" in demo("--sign-ins")
    with pytest.raises(CommandError, match="not loaded"):
        demo("--play")


@pytest.mark.django_db
@pytest.mark.parametrize("speed", ["0", "-3", "1e9"])
def test_an_impossible_speed_is_refused(demo_instance: None, speed: str) -> None:
    with pytest.raises(CommandError, match="--speed is between"):
        demo("--play", f"--speed={speed}")


def test_reset_empties_the_books_too_and_they_only_grow_again_afterwards(carl: Membership) -> None:
    empty_database()
    assert not Person.objects.exists()
    assert not Collective.objects.exists()
    person = Person.objects.create_user(name="New", email="new@example.test")
    assert person.pk


def test_the_clock_of_the_story_is_the_real_one_again_afterwards() -> None:
    then, later = datetime.fromisoformat("2026-03-02T10:00:00+00:00"), datetime.fromisoformat("2026-03-02T11:00:00+00:00")
    with clock.at(then):
        assert timezone.now() == then
        with clock.at(later):
            assert timezone.now() == later
        assert timezone.now() == then
        assert timezone.localtime(later) == later
    assert timezone.now() - then > timedelta(days=1)


@pytest.mark.django_db
def test_only_a_migration_that_is_missing_asks_for_migrating() -> None:
    assert not has_to_migrate()
    newest = MigrationLoader(connection).graph.leaf_nodes("federation")[0]
    MigrationRecorder(connection).record_unapplied(*newest)
    assert has_to_migrate()
