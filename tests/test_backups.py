"""A backup that was never restored is a hope; these restore."""

import sqlite3
import tarfile
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from pytest_django import Settings

from coopdelivery import backups
from coopdelivery.management.commands.backup import seconds_until

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


@pytest.fixture
def embedded(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instance on SQLite with one row and one photo; the path of its database."""
    path = tmp_path / "coop.sqlite3"
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", str(path))
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.BACKUP_DIR = str(tmp_path / "backups")
    (tmp_path / "media" / "proofs").mkdir(parents=True)
    (tmp_path / "media" / "proofs" / "door.jpg").write_bytes(b"photo")
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE rounds (name TEXT)")
        database.execute("INSERT INTO rounds VALUES ('north')")
    return path


def rounds(path: Path) -> list[str]:
    with sqlite3.connect(path) as database:
        return [name for (name,) in database.execute("SELECT name FROM rounds ORDER BY name")]


def test_what_was_backed_up_comes_back(embedded: Path, settings: Settings) -> None:
    backup = backups.make_backup(now=NOW)
    with sqlite3.connect(embedded) as database:
        database.execute("DELETE FROM rounds")
    (Path(settings.MEDIA_ROOT) / "proofs" / "door.jpg").unlink()
    backups.restore(backup)
    assert rounds(embedded) == ["north"]
    assert (Path(settings.MEDIA_ROOT) / "proofs" / "door.jpg").read_bytes() == b"photo"


def test_a_backup_carries_its_moment_in_its_name(embedded: Path) -> None:
    assert backups.make_backup(now=NOW).name == "coopdelivery-20261121T010000Z"


def test_half_a_backup_is_not_restored(embedded: Path) -> None:
    backup = backups.make_backup(now=NOW)
    backup.files.unlink()
    with pytest.raises(backups.BackupFailed, match=r"is not complete"):
        backups.restore(backup)
    assert backups.backups(backup.folder) == []


def test_an_archive_that_leads_outside_is_refused_before_anything_is_written(embedded: Path, settings: Settings, tmp_path: Path) -> None:
    backup = backups.make_backup(now=NOW)
    with tarfile.open(backup.files, "w") as archive:
        archive.add(embedded, arcname="media/fine.txt")
        archive.add(embedded, arcname="media/../../outside.txt")
    with pytest.raises(backups.BackupFailed, match="holds a path outside"):
        backups.unpack(backup.files, Path(settings.MEDIA_ROOT))
    assert not (Path(settings.MEDIA_ROOT) / "fine.txt").exists()
    assert not (tmp_path.parent / "outside.txt").exists()


def test_two_weeks_are_kept_then_the_mondays_then_none(tmp_path: Path) -> None:
    for days in range(100):
        backup = backups.Backup(tmp_path, NOW - timedelta(days=days))
        backup.database.touch()
        backup.files.touch()
    backups.rotate(tmp_path, now=NOW, keep_days=14)
    ages = [(NOW - backup.moment).days for backup in backups.backups(tmp_path)]
    assert ages == [*range(15), 19, 26, 33, 40, 47, 54, 61]


def test_the_night_comes_once_a_day() -> None:
    assert seconds_until(1, datetime(2026, 11, 21, 0, 0, tzinfo=UTC)) == 3600
    assert seconds_until(1, NOW) == 86400


def test_the_commands_make_list_and_put_back(embedded: Path) -> None:
    call_command("backup", stdout=StringIO())
    listing = StringIO()
    call_command("restore", stdout=listing)
    name = listing.getvalue().strip()
    assert name.startswith("coopdelivery-")
    embedded.unlink()
    call_command("restore", name, yes=True, stdout=StringIO())
    assert rounds(embedded) == ["north"]


def test_a_name_that_is_no_backup_is_refused(embedded: Path) -> None:
    with pytest.raises(CommandError, match="There is no complete backup “yesterday”"):
        call_command("restore", "yesterday", yes=True, stdout=StringIO())
    assert rounds(embedded) == ["north"]


def test_without_a_folder_there_is_a_sentence(settings: Settings) -> None:
    settings.BACKUP_DIR = ""
    with pytest.raises(CommandError, match="BACKUP_DIR names no folder"):
        call_command("backup", stdout=StringIO())


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_postgres_database_comes_back_too(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", connection.settings_dict["NAME"])
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.BACKUP_DIR = str(tmp_path / "backups")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE backup_probe (name text)")
        cursor.execute("INSERT INTO backup_probe VALUES ('north')")
    backup = backups.make_backup(now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM backup_probe")
    backups.restore(backup)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM backup_probe")
        assert cursor.fetchall() == [("north",)]
        cursor.execute("DROP TABLE backup_probe")
