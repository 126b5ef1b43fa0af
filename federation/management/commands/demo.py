"""`manage.py demo`: the demo federation, its sign-ins, and a day that moves. Only on a demo instance."""

import signal
from argparse import ArgumentParser
from threading import Event
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from collectives.models import Collective
from federation.demo.emptying import empty_database
from federation.demo.loading import load
from federation.demo.play import play
from federation.demo.renewal import begin_today
from federation.demo.sign_ins import table
from federation.demo.tills import pay_at_the_server, told_payments

NOT_A_DEMO = "This is not a demo instance: everybody knows the password of the demo's people. Set DEMO=1 if you want them here."
NOT_EMPTY = "There are co-ops in this database already. Use --reset to throw everything away and load the demo anew."
NO_SERVER = "There is no payment server on this machine (STRIPE_API_BASE is not set), so the story's card payments stay stories."
NO_DEMO = "The demo is not loaded: run manage.py demo first."


class Command(BaseCommand):
    requires_system_checks: tuple[str, ...] = ()  # bin/dev waits for it, and the programs that it starts then make them
    help = "Load the demo federation into an empty database (DEMO=1), show its sign-ins, or make its day move."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--if-empty", action="store_true", help="load it when there is no co-op yet; give a demo of another day a new one"
        )
        what.add_argument("--ready", action="store_true", help="migrate, then the same: one start of the program instead of two")
        what.add_argument("--reset", action="store_true", help="throw everything in the database away and load it anew")
        what.add_argument("--play", action="store_true", help="make the day move until it is over or you stop it (Ctrl-C)")
        what.add_argument("--cards", action="store_true", help="pay the story's card orders at the payment server of this machine")
        parser.add_argument("--sign-ins", action="store_true", help="say who a visitor can be; alone, nothing else is done")
        parser.add_argument("--speed", type=float, default=10.0, help="with --play: how many of the story's minutes pass in one (10)")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError(NOT_A_DEMO)
        if options["play"]:
            self.play(options["speed"])
        elif options["cards"]:
            self.cards()
        elif options["reset"]:
            self.reset()
        elif options["ready"] or options["if_empty"] or not options["sign_ins"]:
            if options["ready"] and has_to_migrate():
                call_command("migrate", interactive=False, verbosity=0)
            self.load(quietly=options["if_empty"] or options["ready"])
        if options["sign_ins"]:
            self.stdout.write(table() or NO_DEMO)

    def load(self, *, quietly: bool) -> None:
        if not Collective.objects.exists():
            load(timezone.now())
        elif not quietly:
            raise CommandError(NOT_EMPTY)
        elif table():
            begin_today(timezone.now())

    def reset(self) -> None:
        with transaction.atomic():
            empty_database()
            load(timezone.now())

    def play(self, speed: float) -> None:
        """SIGTERM and Ctrl-C end it between two acts, with exit code 0."""
        if not 0.1 <= speed <= 1000:
            raise CommandError("--speed is between 0.1 and 1000.")
        if not table():
            raise CommandError(NO_DEMO)
        self.stdout.write(f"{play(speed=speed, stop=until_told())} orders were placed.")

    def cards(self) -> None:
        """Beside bin/dev's other programs: the payment server may still be starting."""
        if not settings.STRIPE_API_BASE:
            self.stdout.write(NO_SERVER)
            return
        paid = pay_at_the_server(stop=until_told(), wait_s=30)
        self.stdout.write(f"{paid} card payments were made, {len(told_payments())} are still to be made.")


def has_to_migrate() -> bool:
    """Whether a migration was not applied yet; much cheaper to ask than to migrate nothing."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def until_told() -> Event:
    """Set by SIGTERM and Ctrl-C."""
    stop = Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    return stop
