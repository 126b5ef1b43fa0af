"""What all benchmarks share: a private PostgreSQL database, interleaved repetitions, medians, one JSON object.

A benchmark compares what the product does with the least that the same machine could do: it prints a ratio, because seconds differ
between machines and ratios hardly do.
"""

import argparse
import atexit
import contextlib
import json
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bin")]

from _servers import postgres  # noqa: E402  the path above comes first

Figures = Mapping[str, object]


def options(description: str, *, repeat: int, **sizes: int) -> argparse.Namespace:
    """`--json`, `--repeat` and one option for each size."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--repeat", type=int, default=repeat, help=f"how often each side is measured ({repeat})")
    for name, size in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=size, help=f"({size})")
    return parser.parse_args()


def begin() -> None:
    """Django on a new PostgreSQL database with all tables, dropped when the program ends. Nothing leaves the machine.

    Called before anything of Django's is imported: settings are read once.
    """
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    with contextlib.redirect_stdout(sys.stderr):
        url = stack.enter_context(postgres())
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="coopdelivery-bench-"))
    os.environ.update(
        DATABASE_URL=url,
        DATA_DIR=folder,
        DJANGO_SETTINGS_MODULE="coopdelivery.settings",
        DJANGO_SECRET_KEY=secrets.token_urlsafe(48),
        DEBUG="0",
        DEMO="0",
        BASE_URL="http://testserver",
        GEOCODER="embedded",
        ROUTER="straight",
        LOG_LEVEL="ERROR",
    )
    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0)
    stack.enter_context(_tables())


@contextlib.contextmanager
def _tables() -> Iterator[None]:
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def interleaved(repeat: int, **sides: Callable[[], object]) -> dict[str, float]:
    """Median milliseconds of each side. They take turns, so that a busy moment of the machine hits all of them."""
    spent: dict[str, list[float]] = {name: [] for name in sides}
    for side in sides.values():
        side()
    for _ in range(repeat):
        for name, side in sides.items():
            start = time.perf_counter()
            side()
            spent[name].append((time.perf_counter() - start) * 1000)
    return {name: statistics.median(times) for name, times in spent.items()}


def report(figures: Figures, *, as_json: bool) -> None:
    """One object, or one line for each figure."""
    rounded = {name: round(value, 2) if isinstance(value, float) else value for name, value in figures.items()}
    text = json.dumps(rounded) if as_json else "\n".join(f"{name:<18} {value}" for name, value in rounded.items())
    sys.stdout.write(f"{text}\n")
