"""`manage.py first_officers`: who speaks for a new federation. Later officers are named by those in office, in the browser."""

from argparse import ArgumentParser
from email.utils import parseaddr
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from collectives.refusals import Refusal
from federation.register.offices import found_offices

LIKE = "Write each as 'Name <address>', for example 'Fay Moreau <fay@example.org>'."


class Command(BaseCommand):
    help = "Give the first offices of a new federation. They sign in with a code sent to their address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("people", nargs="+", metavar="'Name <address>'")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            named = found_offices([read(text) for text in options["people"]])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        for officer in named:
            self.stdout.write(f"{officer.person.name} holds an office. Sign in with {officer.person.email}.")


def read(text: str) -> tuple[str, str]:
    """Name and address. Raises CommandError."""
    name, address = parseaddr(text)
    try:
        validate_email(address)
    except ValidationError as error:
        raise CommandError(f"“{text}” is not a name and an address. {LIKE}") from error
    if not name.strip():
        raise CommandError(f"“{text}” has no name. {LIKE}")
    return name.strip()[:120], address
