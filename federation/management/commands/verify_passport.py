"""`manage.py verify_passport passport.json key.json`: is this training passport genuine? Asks no network and no database."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from federation.passport.signing import NotGenuine, read_passport


class Command(BaseCommand):
    help = "Check a training passport with the public key of the federation that signed it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("passport", type=Path)
        parser.add_argument("key", type=Path, help="the public key, from /federation/passport-key/ of the federation that signed")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            told = read_passport(read(options["passport"]), read(options["key"]))
        except NotGenuine as error:
            raise CommandError(f"Not genuine: {error}.") from error
        self.stdout.write(f"Genuine. {told['holder']['name']}, signed by {told['issuer']} on {told['issued_on']}:")
        for row in told["trainings"]:
            self.stdout.write(f"  {row['given_on']}  {row['topic']}: {row['title']}, {row['minutes']} min, {row['given_in']}")


def read(path: Path) -> Any:
    """Raises CommandError."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read as JSON.") from error
