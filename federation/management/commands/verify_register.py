"""`manage.py verify_register register.json key.json`: is this copy of the register genuine? Asks no network and no database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from federation.management.commands.verify_passport import read
from federation.register.export import read_register
from federation.signing import NotGenuine


class Command(BaseCommand):
    help = "Check a copy of the register with the public key of the federation that signed it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("register", type=Path)
        parser.add_argument("key", type=Path, help="the public key, from /federation/passport-key/ of the federation that signed")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            told = read_register(read(options["register"]), read(options["key"]))
        except NotGenuine as error:
            raise CommandError(f"Not genuine: {error}.") from error
        self.stdout.write(
            f"Genuine. Signed by {told['issuer']} at {told['issued_at']}: {len(told['co_ops'])} co-ops, {told['voices']} voices."
        )
        for row in told["co_ops"]:
            self.stdout.write(
                f"  {row['standing']:8} {row['name']}, {row['city']} ({row['country']}), licence until {row['licence_until']}"
            )
