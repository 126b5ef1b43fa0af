"""`manage.py restore [NAME]`: list the backups, or put one back."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from coopdelivery.backups import Backup, BackupFailed, backups, folder, restore


class Command(BaseCommand):
    help = "Put a backup back: the database and the uploaded files become what they were then. Stop the other programs first."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="a backup as `manage.py restore` lists it, or “newest”; none: list them")
        parser.add_argument("--yes", action="store_true", help="do not ask: what came after the backup will be gone")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            found = backups(folder())
            if not options["name"]:
                self.stdout.write("\n".join(backup.name for backup in found) or f"There are no backups in {folder()}.")
                return
            self.put_back(self.choose(options["name"], found), sure=options["yes"])
        except (BackupFailed, OSError) as error:
            raise CommandError(str(error)) from error

    def choose(self, name: str, found: list[Backup]) -> Backup:
        for backup in found:
            if name in {"newest", backup.name}:
                return backup
        raise CommandError(f"There is no complete backup “{name}” in {folder()}. Run it without a name to list them.")

    def put_back(self, backup: Backup, *, sure: bool) -> None:
        if (
            not sure
            and input(f"Everything since {backup.moment:%Y-%m-%d %H:%M} UTC will be gone. Type the word “restore” to go on: ") != "restore"
        ):
            raise CommandError("Nothing was changed.")
        restore(backup)
        self.stdout.write(f"{backup.name} is back. Run `manage.py migrate` if the program is newer than the backup.")
