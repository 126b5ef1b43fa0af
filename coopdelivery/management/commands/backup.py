"""`manage.py backup`: one backup now, or with --nightly one each night for as long as the program runs."""

import time
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from coopdelivery.backups import BackupFailed, folder, make_backup, rotate


def seconds_until(hour: int, now: datetime) -> float:
    """From now to the next time it is this hour, in UTC."""
    today = now.astimezone(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    return ((today if today > now else today + timedelta(days=1)) - now).total_seconds()


class Command(BaseCommand):
    help = "Back up the database and the uploaded files to BACKUP_DIR, and remove old backups."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--nightly", action="store_true", help="stay, and do so every night at 01:00 UTC")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not options["nightly"]:
            self.once()
            return
        while True:
            time.sleep(seconds_until(1, timezone.now()))
            self.try_once()

    def try_once(self) -> None:
        """A night that fails is told and does not end the ones after it."""
        try:
            self.once()
        except CommandError as error:
            self.stderr.write(str(error))

    def once(self) -> None:
        try:
            backup = make_backup(now=timezone.now())
            removed = rotate(folder(), now=timezone.now(), keep_days=settings.BACKUP_KEEP_DAYS)
        except (BackupFailed, OSError) as error:
            raise CommandError(str(error)) from error
        size_mb = (backup.database.stat().st_size + backup.files.stat().st_size) / 1e6
        self.stdout.write(f"{backup.name}: {size_mb:.1f} MB in {backup.folder}, {len(removed)} old ones removed.")
