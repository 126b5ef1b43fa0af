"""The product as it runs for people: every program of it, on a database of its own, in the processes of production."""

import mailbox
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import psycopg2
import requests
from django.conf import settings
from psycopg2 import sql

from tests.processes import ROOT, program, wait_until
from tests.servers import free_port

SECRET = "only for the journeys, and long enough for every check of its length"
STRIPE_SECRET = "whsec_tests"


@dataclass
class House:
    """A running instance: where it answers, and what it sent."""

    folder: Path
    env: dict[str, str]
    url: str
    stripe: str

    def manage(self, *words: str, **extra: str) -> str:
        """A command of the operator; what it printed."""
        command = [sys.executable, "manage.py", *words]
        answer = subprocess.run(command, cwd=ROOT, env={**self.env, **extra}, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, f"{words}\n{answer.stdout}\n{answer.stderr}"
        return answer.stdout

    def mails(self, to: str = "") -> list[EmailMessage]:
        """What the mail server took, oldest first."""
        caught = mailbox.Maildir(self.folder / "mail", create=True)
        found = [BytesParser(policy=policy.default).parsebytes(caught.get_bytes(key)) for key in sorted(caught.keys())]
        return [mail for mail in found if to in str(mail["To"])]

    def mail(self, to: str, words: str) -> EmailMessage:
        """The message to this address with these words in its subject or text, as soon as it is there."""
        found: list[EmailMessage] = []

        def came() -> bool:
            found[:] = [mail for mail in self.mails(to) if words in f"{mail['Subject']}\n{text_of(mail)}"]
            return bool(found)

        wait_until(came, f"a message to {to} with “{words}”", log=self.folder / "worker.log")
        return found[-1]

    def log(self) -> str:
        """What the pages wrote down about errors."""
        return (self.folder / "web.log").read_text(errors="replace")


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


@contextmanager
def database(name: str, folder: Path) -> Iterator[str]:
    """The address of a new, empty database where the tests' own database lives."""
    known = settings.DATABASES["default"]
    if "sqlite" in known["ENGINE"]:
        yield f"sqlite:///{folder / 'house.sqlite3'}"
        return
    own = f"test_{known['NAME'].removeprefix('test_')}_{name}"
    server = f"{known['USER']}{':' + known['PASSWORD'] if known['PASSWORD'] else ''}@{known['HOST']}:{known['PORT'] or 5432}"
    with _postgres(f"postgres://{server}/postgres") as run:
        run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(own)))
        run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(own)))
        try:
            yield f"postgres://{server}/{own}"
        finally:
            run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(own)))


@contextmanager
def _postgres(address: str) -> Iterator[Callable[[sql.Composed], None]]:
    connection = psycopg2.connect(address)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor.execute
    finally:
        connection.close()


def surroundings(folder: Path, database_url: str, *, redis_url: str) -> tuple[dict[str, str], int, int, int, int]:
    """The settings of an instance on this machine, and its four ports."""
    web, live, stripe, mail = (free_port() for _ in range(4))
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TZ"}}
    env = {
        **kept,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "DATA_DIR": str(folder),
        "DJANGO_SECRET_KEY": SECRET,
        "PYTHONPATH": f"{ROOT}:{ROOT / 'bin'}",
        "PYTHONUNBUFFERED": "1",
        "BASE_URL": f"http://127.0.0.1:{web}",
        "LIVE_PORT": str(live),
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(mail),
        "STRIPE_API_BASE": f"http://127.0.0.1:{stripe}",
        "STRIPE_SECRET_KEY": "sk_test_tests",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_tests",
        "STRIPE_WEBHOOK_SECRET": STRIPE_SECRET,
        "LOG_LEVEL": "WARNING",
        "DEMO": "1",
    }
    return env, web, live, stripe, mail


@contextmanager
def running(name: str, folder: Path, *, redis_url: str = "", prepare: Sequence[Sequence[str]] = ()) -> Iterator[House]:
    """An instance with all its programs, after `prepare`, the operator's commands before the first start."""
    with ExitStack() as stack:
        env, web, live, stripe, mail = surroundings(folder, stack.enter_context(database(name, folder)), redis_url=redis_url)
        house = House(folder, env, f"http://127.0.0.1:{web}", f"http://127.0.0.1:{stripe}")
        for words in (["migrate", "--verbosity", "0"], *prepare):
            house.manage(*words)
        alone = "--without-gossip --without-mingle --without-heartbeat"
        programs = {
            "mail": f"aiosmtpd -n -l 127.0.0.1:{mail} -c aiosmtpd.handlers.Mailbox {folder / 'mail'}",
            "stripe": f"_stripe --port {stripe} --webhook http://127.0.0.1:{web}/hooks/stripe/",
            "worker": f"celery -A coopdelivery worker -B -P threads -c 2 -l INFO {alone} -s {folder / 'beat'}",
            "live": f"uvicorn coopdelivery.asgi:application --host 127.0.0.1 --port {live} --timeout-graceful-shutdown 1",
            "web": f"gunicorn coopdelivery.wsgi --bind 127.0.0.1:{web} --workers 2 --threads 2 --timeout 60",
        }
        for key, words in programs.items():
            stack.enter_context(program(*words.split(), env=env, log=folder / f"{key}.log"))
        wait_until(lambda: _answers(f"{house.url}/health/"), "the pages", log=folder / "web.log")
        wait_until(lambda: _answers(f"http://127.0.0.1:{live}/live/health"), "the live stream", log=folder / "live.log")
        wait_until(lambda: " ready." in (folder / "worker.log").read_text(errors="replace"), "the worker", log=folder / "worker.log")
        yield house


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).status_code == 200
    except requests.RequestException:
        return False
