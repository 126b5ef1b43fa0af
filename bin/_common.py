"""What bin/dev and bin/test share: the house's own Python and its locked packages. Standard library only: nothing is installed yet."""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".synced"
PR_SET_PDEATHSIG = 1
OLDEST = (3, 11)
DEBIAN_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
INTERPRETERS = ("python3", "python3.13", "python3.12", "python3.11", "python3.14")


class Refused(Exception):
    """Something the person at the keyboard has to settle; the message is the sentence they read."""


def say(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def data_dir() -> Path:
    """Where the running instance keeps its database, files and logs; made on first use."""
    folder = Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve()
    (folder / "log").mkdir(parents=True, exist_ok=True)
    return folder


def tail(path: Path, lines: int = 20) -> str:
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])


def die_with_parent() -> None:
    """Run in a child before it becomes its program (one system call, no lock): Linux ends it when we are killed outright."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """Handler of signals that should end the command the way Ctrl-C does: through every `finally`."""
    raise KeyboardInterrupt


def end_like_ctrl_c() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)


class Progress:
    """One line per step: what is being done, how long it has taken so far, and the outcome."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.started = time.monotonic()
        self.live = sys.stdout.isatty()
        self.next_sign = 0.0 if self.live else 15.0

    def seconds(self) -> float:
        return time.monotonic() - self.started

    def tick(self) -> None:
        """Show that work goes on: rewrites the line on a terminal, says a word every 15 s elsewhere."""
        if self.seconds() < self.next_sign:
            return
        self.next_sign = self.seconds() + (0.2 if self.live else 15.0)
        sys.stdout.write(f"\r  … {self.title:<14} {self.seconds():4.0f} s " if self.live else f"  … {self.title}, {self.seconds():.0f} s\n")
        sys.stdout.flush()

    def done(self, outcome: str, *, good: bool = True) -> None:
        sys.stdout.write("\r\033[K" if self.live else "")
        say(f"  {'✓' if good else '✗'} {self.title:<14} {outcome} ({self.seconds():.1f} s)")


def run_logged(
    title: str,
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    outcome: str = "done",
    answer: IO[str] | None = None,
) -> None:
    """Run one preparing step; its output goes to var/log/prepare.log and is shown only when it fails. What it answers can go elsewhere."""
    progress = Progress(title)
    log = data_dir() / "log" / "prepare.log"
    with log.open("w", encoding="utf-8") as sink:
        process = subprocess.Popen(
            [str(part) for part in command], cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=answer or sink, stderr=sink,
            start_new_session=True, preexec_fn=die_with_parent,
        )  # fmt: skip
        try:
            while process.poll() is None:
                progress.tick()
                time.sleep(0.05)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            raise
    if process.returncode:
        progress.done("failed", good=False)
        raise Refused(f"{title}: this did not work. The end of {log}:\n{tail(log)}")
    progress.done(outcome)


@contextmanager
def prepared_alone() -> Iterator[None]:
    """Two commands started together prepare one after the other, not on top of each other."""
    with (data_dir() / ".prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# ---------------------------------------------------------------- which Python


def version_of(interpreter: str) -> tuple[int, int] | None:
    """(major, minor) of an interpreter that really starts, else None."""
    found = shutil.which(interpreter)
    if not found:
        return None
    answer = subprocess.run([found, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True, check=False)
    numbers = answer.stdout.split()
    return (int(numbers[0]), int(numbers[1])) if answer.returncode == 0 and len(numbers) == 2 else None


def find_python() -> str:
    """An interpreter of 3.11 or later: the one running now if it will do, else the first on the path."""
    if sys.version_info[:2] >= OLDEST and sys.prefix == sys.base_prefix:
        return sys.executable
    for name in INTERPRETERS:
        version = version_of(name)
        if version and version >= OLDEST:
            return str(shutil.which(name))
    raise Refused("Coopdelivery needs Python 3.11 or later and found none: install python3 from Debian 12 or later.")


# ---------------------------------------------------------------- the virtual environment


def venv_works() -> bool:
    """Whether .venv was made here and starts with pip: a checkout that moved gets a new one."""
    if not PYTHON.exists():
        return False
    probe = "import sys, pip; print(sys.prefix); sys.exit(sys.version_info[:2] < (3, 11))"
    answer = subprocess.run([str(PYTHON), "-c", probe], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and Path(answer.stdout.strip()) == VENV


def apt_install(*packages: str) -> bool:
    """Install Debian packages when this is root on Debian; False when that is not possible here."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    names = " ".join(packages)
    run_logged("Debian lists", ["apt-get", "update", "-q"], env=env, outcome="fresh")
    run_logged("Debian", ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages], env=env, outcome=f"installed {names}")
    return True


def has(interpreter: str, module: str) -> bool:
    return subprocess.run([interpreter, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


def borrowed_pip(interpreter: str) -> tuple[list[str], dict[str, str]] | None:
    """A pip from outside the environment that can put one inside: the interpreter's own, or the wheel Debian keeps for virtualenv."""
    if has(interpreter, "pip"):
        return [interpreter, "-m", "pip", "--python", str(PYTHON)], {}
    wheels = sorted(Path("/usr/share/python-wheels").glob("pip-*.whl"))
    if wheels:
        return [interpreter, "-m", "pip", "--python", str(PYTHON)], {"PYTHONPATH": str(wheels[-1])}
    return None


def make_venv() -> None:
    """Make .venv with pip in it; bare Debian keeps that part of Python in a package of its own (python3-venv)."""
    if venv_works():
        return
    interpreter = find_python()
    if VENV.exists():
        shutil.rmtree(VENV)
    if has(interpreter, "ensurepip, venv") or apt_install("python3-venv"):
        run_logged("Python", [interpreter, "-m", "venv", VENV], outcome="environment made in .venv")
        return
    pip = borrowed_pip(interpreter)
    if not pip:
        raise Refused("Debian keeps a part of Python that is needed here in a package of its own. Run: sudo apt install python3-venv")
    command, extra = pip
    run_logged("Python", [interpreter, "-m", "venv", "--without-pip", VENV], outcome="environment made in .venv")
    run_logged("pip", [*command, "install", "pip"], env={**os.environ, **extra}, outcome="installed")


# ---------------------------------------------------------------- the locked packages


def fingerprint(lock: Path) -> str:
    """Changes when the lock or the interpreter does."""
    version = (VENV / "pyvenv.cfg").read_text(encoding="utf-8")
    return hashlib.sha256(lock.read_bytes() + version.encode()).hexdigest()


def sync_packages(lock: Path = ROOT / "requirements-dev.lock") -> None:
    """Install exactly what the lock says, by uv (fast) or, where uv does not run, by pip; nothing to do while the lock stays the same."""
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == fingerprint(lock):
        return
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"]
    env = {**os.environ, "VIRTUAL_ENV": str(VENV)}
    if "PIP_INDEX_URL" in env:
        env.setdefault("UV_DEFAULT_INDEX", env["PIP_INDEX_URL"])
    if DEBIAN_CERTIFICATES.exists():
        env.setdefault("UV_SYSTEM_CERTS", "1")
    uv: list[str | Path] = [PYTHON, "-m", "uv", "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode", lock]
    try:
        run_logged("installer", [*pip, ROOT / "bin" / "_uv.lock"], env=env, outcome="uv is here")
        run_logged("packages", uv, env=env, outcome="installed from the lock file")
    except Refused as why:
        say(f"    uv does not run here, so pip installs the packages, which takes longer. {str(why).splitlines()[-1].strip()}")
        run_logged("packages", [*pip, lock], env=env, outcome="installed from the lock file")
    STAMP.write_text(fingerprint(lock), encoding="utf-8")


def prepare_python() -> None:
    """Everything up to a Python that can run manage.py."""
    with prepared_alone():
        make_venv()
        sync_packages()
