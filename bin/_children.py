"""The programs bin/dev keeps running: started together, watched, stopped together, never left behind. Standard library only."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from _common import ROOT, Progress, Refused, die_with_parent, tail

GRACE_S = 8.0


@dataclass
class Child:
    """One program: its name, its log, and how one knows that it is ready."""

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[[], bool]
    may_end: bool = False
    process: subprocess.Popen[bytes] | None = None

    def start(self, env: Mapping[str, str]) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as sink:
            self.process = subprocess.Popen(  # preexec_fn is safe here: prctl is one system call and takes no lock
                self.command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink,
                start_new_session=True, preexec_fn=die_with_parent,
            )  # fmt: skip

    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def signal(self, number: int) -> None:
        """Send a signal to the program and to everything it has started itself."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def alive(self) -> bool:
        """Whether anything of its process group still runs, even after the program itself has ended."""
        if self.process is None:
            return False
        self.process.poll()
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def obituary(self) -> str:
        code = self.process.returncode if self.process else None
        return f"“{self.name}” has stopped (exit {code}). The end of {self.log}:\n{tail(self.log)}"


def start_all(children: Sequence[Child], env: Mapping[str, str], *, stop: threading.Event, within_s: float = 60.0) -> None:
    """Start every program and wait until each says that it is ready, or until somebody asks to stop."""
    progress = Progress("starting")
    for child in children:
        child.start(env)
    waiting = list(children)
    while waiting and not stop.is_set():
        mourn(children)
        if progress.seconds() > within_s:
            names = ", ".join(child.name for child in waiting)
            progress.done(f"{names} did not answer", good=False)
            raise Refused(f"Still not ready after {within_s:.0f} s: {names}. The end of {waiting[0].log}:\n{tail(waiting[0].log)}")
        waiting = [child for child in waiting if not child.ready()]
        progress.tick()
        stop.wait(0.1)
    progress.done(", ".join(child.name for child in children if child not in waiting))


def mourn(children: Sequence[Child]) -> None:
    """Raise when one of them has ended, with the last lines it wrote."""
    for child in children:
        if child.ended() and not (child.may_end and child.process is not None and child.process.returncode == 0):
            raise Refused(child.obituary())


def stop_all(children: Sequence[Child]) -> None:
    """Ask every process group to end, wait, then end by force what is left."""
    for child in children:
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + GRACE_S
    while any(child.alive() for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    for child in children:
        if child.alive():
            child.signal(signal.SIGKILL)
        if child.process is not None:
            child.process.wait()


# ---------------------------------------------------------------- ports


def port_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def listens(port: int) -> Callable[[], bool]:
    def answer() -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.5)
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return answer


def answers(url: str) -> Callable[[], bool]:
    """Ready when the address answers 2xx; it is always on this machine, so no proxy is asked."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def answer() -> bool:
        try:
            with opener.open(url, timeout=5) as response:
                return 200 <= int(response.status) < 300
        except (urllib.error.URLError, OSError):
            return False

    return answer


def says(log: Path, words: bytes) -> Callable[[], bool]:
    return lambda: log.exists() and words in log.read_bytes()
