"""bin/test: lint, types, contracts, system checks, migrations, pytest on SQLite and on PostgreSQL + Redis, browser journeys."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from _common import PYTHON, ROOT, VENV, die_with_parent, end_like_ctrl_c, prepare_python, prepared_alone, say
from _po import compile_catalogues
from _servers import chromium, paper_library, postgres, redis

FAST = "not postgres and not browser"


@dataclass
class Outcome:
    title: str
    passed: bool
    seconds: float
    words: str
    tests: bool


@dataclass
class Run:
    """One run of bin/test: what has been checked so far, and with which settings."""

    base: dict[str, str]
    outcomes: list[Outcome] = field(default_factory=list)

    def check(self, title: str, command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, fine: Sequence[int] = (0,)) -> None:
        """Run one check and go on whatever it says; its output is shown as it comes."""
        say(f"\n── {title} " + "─" * max(4, 100 - len(title)))
        started, last = time.monotonic(), ""
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env={**self.base, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        with process:
            try:
                for line in process.stdout or ():
                    text = line.decode(errors="replace").rstrip()
                    say(text)
                    last = text or last
            except BaseException:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)
                raise
        self.outcomes.append(Outcome(title, process.returncode in fine, time.monotonic() - started, last, tests="pytest" in command))

    def pytest(
        self, title: str, marks: str, chosen: Sequence[str], *, workers: str, dist: str = "load", env: Mapping[str, str] | None = None
    ) -> None:
        """Run the tests with these marks; that a name matches none of them is no failure when the person asked for names.

        `dist` is how xdist shares them out: journeys of one file share what they started, so they stay together.
        """
        command: list[str | Path] = [PYTHON, "-m", "pytest", "-q", "-n", workers, "--dist", dist, "-m", marks, *chosen]
        self.check(title, command, env=env, fine=(0, 5) if chosen else (0,))

    def summary(self) -> int:
        """Print the table, and to close with the last line of a test run (of the first that failed, if any did); the exit code."""
        say("\n── Summary " + "─" * 93)
        for outcome in self.outcomes:
            say(f"  {'✓' if outcome.passed else '✗'} {outcome.title:<32}{outcome.seconds:7.1f} s   {outcome.words.strip('= ')[:100]}")
        failed = [outcome.title for outcome in self.outcomes if not outcome.passed]
        total = sum(outcome.seconds for outcome in self.outcomes)
        say(f"\n  {len(self.outcomes) - len(failed)} of {len(self.outcomes)} passed in {total:.0f} s.")
        if failed:
            say(f"  Failed: {', '.join(failed)}.")
        runs = [outcome for outcome in self.outcomes if outcome.tests]
        closing = next((outcome for outcome in runs if not outcome.passed), runs[-1])
        say(f"\n{closing.title}:\n{closing.words}")
        return 1 if failed else 0


def settings(folder: str) -> dict[str, str]:
    """Neutral settings: what the person has set for their own instance does not reach the tests."""
    ours = (
        "DJANGO_",
        "STRIPE_",
        "EMAIL_",
        "VAPID_",
        "SMS_",
        "GEOCODER",
        "ROUTER",
        "SENTRY_",
        "DATABASE_URL",
        "REDIS_URL",
        "DEBUG",
        "DEMO",
        "BASE_URL",
        "ALLOWED_HOSTS",
    )
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**env, "DATA_DIR": folder, "DJANGO_SECRET_KEY": secrets.token_urlsafe(48), "PYTHONUNBUFFERED": "1"}


def like_production(folder: str) -> dict[str, str]:
    """An environment in which `check --deploy` must have nothing to say."""
    backups = Path(folder) / "backups"
    backups.mkdir(exist_ok=True)
    return {
        "DATABASE_URL": "postgres://coopdelivery@db/coopdelivery",
        "REDIS_URL": "redis://redis:6379/0",
        "BASE_URL": "https://coops.example.org",
        "ALLOWED_HOSTS": "coops.example.org",
        "BEHIND_PROXY": "1",
        "EMAIL_HOST": "mail.example.org",
        "DEFAULT_FROM_EMAIL": "Coopdelivery <hello@coops.example.org>",
        "VAPID_PRIVATE_KEY": "private",
        "VAPID_PUBLIC_KEY": "public",
        "VAPID_SUBJECT": "mailto:operator@example.org",
        "STRIPE_SECRET_KEY": "sk_live_checked",
        "STRIPE_PUBLISHABLE_KEY": "pk_live_checked",
        "STRIPE_WEBHOOK_SECRET": "whsec_checked",
        "GEOCODER": "ban",
        "BACKUP_DIR": str(backups),
    }


def cheap_checks(run: Run, folder: str) -> None:
    """Everything that needs no tests to run; all of them, so that one run shows every failure."""
    manage: list[str | Path] = [PYTHON, "manage.py"]
    run.check("lint (ruff check)", [PYTHON, "-m", "ruff", "check", "."])
    run.check("format (ruff format)", [PYTHON, "-m", "ruff", "format", "--check", "."])
    run.check("types (mypy)", [PYTHON, "-m", "mypy"])
    run.check("import contracts (lint-imports)", [VENV / "bin" / "lint-imports", "--no-cache"])
    run.check("system checks", [*manage, "check", "--fail-level", "ERROR"])
    run.check("deployment checks", [*manage, "check", "--deploy", "--fail-level", "WARNING"], env=like_production(folder))
    run.check("migrations are complete", [*manage, "makemigrations", "--check", "--dry-run"])


HELP = """bin/test [--fast] [-k name] [pytest arguments]

  --fast   SQLite only, no browser
  -k name  only the tests with this name; any other argument of pytest works too. With such arguments only the tests run."""


def test_runs(run: Run, chosen: Sequence[str], servers: contextlib.ExitStack, *, fast: bool) -> None:
    """pytest on SQLite, then, unless it is to be fast, in the browser and on PostgreSQL and Redis."""
    full = {} if fast else {"CHROMIUM": chromium()}
    run.pytest("tests on SQLite", FAST, chosen, workers="auto")
    if fast:
        return
    full |= {"DATABASE_URL": servers.enter_context(postgres()), "REDIS_URL": servers.enter_context(redis())}
    run.pytest("browser journeys", "browser", chosen, workers="2", dist="loadfile", env=full)
    run.pytest("tests on PostgreSQL and Redis", "not browser", chosen, workers="auto", env=full)


def main() -> int:
    """Returns the exit code; what the person has to settle is raised as Refused."""
    arguments = sys.argv[1:]
    if "-h" in arguments or "--help" in arguments:
        say(HELP)
        return 0
    chosen = [argument for argument in arguments if argument != "--fast"]
    end_like_ctrl_c()
    say("Preparing")
    try:
        prepare_python()
        with prepared_alone():
            compile_catalogues(ROOT)
        paper_library()
        with tempfile.TemporaryDirectory(prefix="coopdelivery-test-") as folder, contextlib.ExitStack() as servers:
            run = Run(settings(folder))
            if not chosen:
                cheap_checks(run, folder)
            test_runs(run, chosen, servers, fast="--fast" in arguments)
            return run.summary()
    except KeyboardInterrupt:
        say("\n  Stopped.")
        return 130
