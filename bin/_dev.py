"""bin/dev: prepare, start everything, say where it is, stop everything. Standard library only."""

from __future__ import annotations

import argparse
import signal
import sqlite3
import tempfile
import threading
from pathlib import Path
from types import FrameType
from urllib.parse import unquote, urlsplit

from _children import mourn, start_all, stop_all
from _common import (
    PYTHON,
    ROOT,
    Progress,
    data_dir,
    end_like_ctrl_c,
    prepare_python,
    prepared_alone,
    run_logged,
    say,
)
from _po import compile_catalogues
from _programs import Ports, environment, programs


def set_up_sqlite(url: str) -> bool:
    """Switch the file to write-ahead logging, once and before anyone else opens it: programs that start together would race on it.

    False when it was there before.
    """
    parts = urlsplit(url)
    if parts.scheme != "sqlite":
        return True
    path = ROOT / unquote(parts.path[1:])
    is_new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.close()
    return is_new


def prepare(env: dict[str, str]) -> str:
    """Packages, database, translations, demo: each does nothing when it has been done before. Returns who a visitor can be."""
    prepare_python()
    with prepared_alone():
        is_new = set_up_sqlite(env["DATABASE_URL"])
        words = Progress("translations")
        words.done(f"{compile_catalogues(ROOT)} compiled")
        demo: list[str | Path] = [PYTHON, "manage.py", "demo", "--sign-ins"]
        with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
            if is_new:
                run_logged("database", [PYTHON, "manage.py", "migrate", "--no-input"], env=env, outcome="up to date")
                run_logged("demo", [*demo, "--if-empty"], env=env, outcome="ready", answer=said)
            else:
                run_logged("demo", [*demo, "--ready"], env=env, outcome="up to date", answer=said)
            said.seek(0)
            return said.read().rstrip()


def greeting(ports: Ports, words: str) -> str:
    """What the person reads once everything runs."""
    return "\n".join(
        (
            f"\n  Coopdelivery is at http://localhost:{ports.web}\n",
            *(f"  {line}".rstrip() for line in words.splitlines()),
            f"\n  Nothing leaves this machine: e-mail lands in {short(data_dir() / 'mail')}, logs are in {short(data_dir() / 'log')}.",
            "  Ctrl-C stops everything.",
        )
    )


def short(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def run(ports: Ports, env: dict[str, str], sign_ins: str, *, play: bool, reload: bool) -> None:
    """Keep everything running until Ctrl-C or SIGTERM; whatever happens, nothing is left behind."""
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    running = programs(ports, play=play, reload=reload)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask_to_stop)
    try:
        lasting = [child for child in running if not child.may_end]
        start_all(lasting, env, stop=stop)
        if not stop.is_set():
            say(greeting(ports, sign_ins))
            for child in running:
                if child.may_end:
                    child.start(env)
        while not stop.wait(0.3):
            mourn(running)
    finally:
        stop_all(running)
    say("\n  Everything has stopped.")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/dev",
        description="Run Coopdelivery on this machine with its demo federation.",
        epilog="PORT=8100 bin/dev chooses the port; HOST=0.0.0.0 lets other machines in; DATA_DIR=… keeps the data elsewhere.",
    )
    parser.add_argument("--prepare", action="store_true", help="only prepare (packages, database, translations, demo), then exit")
    parser.add_argument("--play", action="store_true", help="make the demo's day move: orders arrive, couriers ride")
    parser.add_argument("--reload", action="store_true", help="for development: debug pages, and restart when a file changes")
    return parser.parse_args()


def main() -> int:
    """Returns the exit code; what the person has to settle is raised as Refused."""
    wanted, ports = options(), Ports()
    if not wanted.prepare:
        ports.must_be_free()
    env = environment(ports, debug=wanted.reload)
    end_like_ctrl_c()
    say("Coopdelivery")
    try:
        sign_ins = prepare(env)
    except KeyboardInterrupt:
        say("\n  Stopped while preparing; the next start goes on from here.")
        return 130
    if wanted.prepare:
        say("\n  Ready: bin/dev starts it.")
        return 0
    run(ports, env, sign_ins, play=wanted.play, reload=wanted.reload)
    return 0
