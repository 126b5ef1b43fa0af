"""Backups of a whole instance: one file of the database, one of the uploaded files; and the way back."""

import os
import shutil
import sqlite3
import subprocess
import tarfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

STAMP = "%Y%m%dT%H%M%SZ"
MONDAY = 1
MONDAYS_FOR = timedelta(weeks=9)


class BackupFailed(Exception):
    """A backup could not be made or read; the message says what the database's own program said."""


@dataclass(frozen=True)
class Backup:
    """The two files of one moment, `coopdelivery-<moment>.database` and `coopdelivery-<moment>.files.tar`."""

    folder: Path
    moment: datetime

    @property
    def name(self) -> str:
        return f"coopdelivery-{self.moment.strftime(STAMP)}"

    @property
    def database(self) -> Path:
        return self.folder / f"{self.name}.database"

    @property
    def files(self) -> Path:
        return self.folder / f"{self.name}.files.tar"

    def remove(self) -> None:
        self.database.unlink(missing_ok=True)
        self.files.unlink(missing_ok=True)


def folder() -> Path:
    if not settings.BACKUP_DIR:
        raise BackupFailed("BACKUP_DIR names no folder: set it to where backups belong.")
    path = Path(settings.BACKUP_DIR)
    path.mkdir(parents=True, exist_ok=True)
    return path


def backups(where: Path) -> list[Backup]:
    """Complete backups of a folder, newest first."""
    names = [path.name.removeprefix("coopdelivery-").removesuffix(".database") for path in where.glob("coopdelivery-*.database")]
    found = [Backup(where, datetime.strptime(name, STAMP).replace(tzinfo=UTC)) for name in names]
    return sorted((backup for backup in found if backup.files.exists()), key=lambda backup: backup.moment, reverse=True)


def make_backup(*, now: datetime) -> Backup:
    """Database first, files second: every file a row names is then in the archive."""
    backup = Backup(folder(), now.astimezone(UTC))
    database, files = backup.database.with_suffix(".part"), backup.files.with_suffix(".part")
    dump(database)
    with tarfile.open(files, "w") as archive:
        if Path(settings.MEDIA_ROOT).is_dir():
            archive.add(settings.MEDIA_ROOT, arcname="media")
    files.rename(backup.files)
    database.rename(backup.database)
    return backup


def restore(backup: Backup) -> None:
    """Put database and files back as they were; what came after is gone. Stop the programs first."""
    if not backup.database.exists() or not backup.files.exists():
        raise BackupFailed(f"{backup.name} is not complete: both {backup.database.name} and {backup.files.name} are needed.")
    connections.close_all()
    load(backup.database)
    unpack(backup.files, Path(settings.MEDIA_ROOT))


def unpack(source: Path, media: Path) -> None:
    """Write the plain files of an archive under `media`; a path that leads elsewhere is refused before anything is written."""
    with tarfile.open(source) as archive:
        members = [member for member in archive.getmembers() if member.isfile()]
        targets = [media.joinpath(*Path(member.name).parts[1:]).resolve() for member in members]
        if not all(target.is_relative_to(media.resolve()) for target in targets):
            raise BackupFailed(f"{source.name} holds a path outside the uploaded files; it was not made by `manage.py backup`.")
        for member, target in zip(members, targets, strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            content = archive.extractfile(member)
            if content is not None:
                with content, target.open("wb") as file:
                    shutil.copyfileobj(content, file)


def rotate(where: Path, *, now: datetime, keep_days: int) -> list[Backup]:
    """Remove what is older than `keep_days`, except the Mondays of the last nine weeks; returns what was removed."""
    old = [backup for backup in backups(where) if now - backup.moment > timedelta(days=keep_days)]
    removed = [backup for backup in old if backup.moment.isoweekday() != MONDAY or now - backup.moment > MONDAYS_FOR]
    for backup in removed:
        backup.remove()
    return removed


# ---------------------------------------------------------------- one database or the other


def dump(target: Path) -> None:
    entry = settings.DATABASES["default"]
    if entry["ENGINE"] == "django.db.backends.sqlite3":
        copy_sqlite(str(entry["NAME"]), str(target))
    else:
        run("pg_dump", "--format=custom", "--no-owner", "--file", str(target), entry=entry)


def load(source: Path) -> None:
    entry = settings.DATABASES["default"]
    if entry["ENGINE"] == "django.db.backends.sqlite3":
        copy_sqlite(str(source), str(entry["NAME"]))
    else:
        run(
            "pg_restore",
            "--clean",
            "--if-exists",
            "--no-owner",
            "--single-transaction",
            "--dbname",
            entry["NAME"],
            str(source),
            entry=entry,
        )


def copy_sqlite(source: str, target: str) -> None:
    """Copy a live SQLite database, page by page, while others may go on writing to it."""
    origin, copy = sqlite3.connect(source), sqlite3.connect(target)
    try:
        origin.backup(copy)
    finally:
        copy.close()
        origin.close()


def run(program: str, *arguments: str, entry: dict[str, Any]) -> None:
    """Run one of PostgreSQL's programs on our database; the password goes by environment, never by argument."""
    address = {"PGHOST": entry["HOST"], "PGPORT": entry["PORT"], "PGUSER": entry["USER"], "PGPASSWORD": entry["PASSWORD"]}
    env = {**os.environ, "PGDATABASE": entry["NAME"], **{name: value for name, value in address.items() if value}}
    try:
        answer = subprocess.run([program, *arguments], env=env, capture_output=True, text=True, check=False)  # noqa: S603  our own words
    except FileNotFoundError as error:
        raise BackupFailed(f"{program} is not installed: it comes with Debian's postgresql-client.") from error
    if answer.returncode:
        raise BackupFailed(f"{program} said: {answer.stderr.strip()[-1000:]}")
