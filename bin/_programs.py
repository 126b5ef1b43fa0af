"""The programs of a running demo instance, and the settings they share. Standard library only."""

from __future__ import annotations

import os
import secrets

from _children import Child, answers, listens, port_free, says
from _common import PYTHON, Refused, data_dir

WORKERS = max(2, min(4, os.cpu_count() or 2))


class Ports:
    """The web address and its neighbours: PORT (default 8000), then live, payments and mail on the next three."""

    def __init__(self) -> None:
        text = os.environ.get("PORT", "8000")
        if not text.isdigit() or not 1 <= int(text) <= 65532:
            raise Refused(f"PORT={text} is not a port number. Give one between 1024 and 65532, for example PORT=8100 bin/dev.")
        self.web = int(text)
        self.live, self.stripe, self.mail = self.web + 1, self.web + 2, self.web + 3
        self.host = os.environ.get("HOST", "127.0.0.1")

    def must_be_free(self) -> None:
        another = self.web + 100 if self.web < 65000 else 8000
        for host, port in ((self.host, self.web), (self.host, self.live), ("127.0.0.1", self.stripe), ("127.0.0.1", self.mail)):
            if not port_free("127.0.0.1", port):
                raise Refused(f"Port {port} is taken by another program. Choose another: PORT={another} bin/dev")
            if not port_free(host, port):
                raise Refused(f"HOST={host} port {port} cannot be opened here. HOST is 127.0.0.1, 0.0.0.0 or an address of this machine.")


def kept_secret(name: str, prefix: str = "") -> str:
    """A random secret of this checkout, made once and kept in var/ for its owner only."""
    path = data_dir() / name
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(prefix + secrets.token_urlsafe(48))
    return path.read_text(encoding="utf-8")


def environment(ports: Ports, *, debug: bool) -> dict[str, str]:
    """Settings of a demo instance; what the person has set in their own environment wins."""
    chosen = {
        "DEMO": "1",
        "DEBUG": "1" if debug else "0",
        "DATABASE_URL": f"sqlite:///{data_dir() / 'coopdelivery.sqlite3'}",
        "BASE_URL": f"http://localhost:{ports.web}",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]" if ports.host == "127.0.0.1" else "*",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(ports.mail),
        "STRIPE_API_BASE": f"http://127.0.0.1:{ports.stripe}",
        "STRIPE_SECRET_KEY": "sk_test_demo",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_demo",
        "PYTHONUNBUFFERED": "1",
        "CELERY_SKIP_CHECKS": "1",  # the same checks were made when the same code was tested; here they only make the start slower
    }
    env = {**chosen, **os.environ, "DATA_DIR": str(data_dir()), "PORT": str(ports.web), "LIVE_PORT": str(ports.live)}
    if not env.get("DJANGO_SECRET_KEY") and not env.get("DJANGO_SECRET_KEY_FILE"):
        env["DJANGO_SECRET_KEY"] = kept_secret("secret-key")
    env.setdefault("STRIPE_WEBHOOK_SECRET", kept_secret("stripe-webhook-secret", "whsec_"))
    return env


def module(words: str, *last: str) -> list[str]:
    """`python -m …` of our environment: words without spaces of their own, then arguments that may have some."""
    return [str(PYTHON), "-m", *words.split(), *last]


def programs(ports: Ports, *, play: bool, reload: bool) -> list[Child]:
    """Mail and payments first, then worker, live and web; with `play`, the demo's day moves."""
    var, logs = data_dir(), data_dir() / "log"
    web = f"http://127.0.0.1:{ports.web}"
    again = " --reload" if reload else ""
    at_once = again or " --preload"  # read once, then shared by the workers
    mail = module(f"aiosmtpd -n -l 127.0.0.1:{ports.mail} -c aiosmtpd.handlers.Mailbox", str(var / "mail"))
    stripe = [str(PYTHON), "bin/_stripe.py", "--port", str(ports.stripe), "--state", str(var / "stripe.pickle")]
    stripe += ["--webhook", f"{web}/hooks/stripe/"]
    alone = "--without-gossip --without-mingle --without-heartbeat"
    worker = module(f"celery -A coopdelivery worker -B -P threads -c 4 -l INFO {alone} -s", str(var / "beat-schedule"))
    live = module(f"uvicorn coopdelivery.asgi:application --host {ports.host} --port {ports.live} --timeout-graceful-shutdown 1{again}")
    pages = module(f"gunicorn coopdelivery.wsgi --bind {ports.host}:{ports.web} --workers {WORKERS} --timeout 60{at_once}")
    running = [
        Child("mail", mail, logs / "mail.log", listens(ports.mail)),
        Child("payments", stripe, logs / "payments.log", listens(ports.stripe)),
        Child("worker", worker, logs / "worker.log", says(logs / "worker.log", b" ready.")),
        Child("live", live, logs / "live.log", listens(ports.live)),
        Child("web", pages, logs / "web.log", answers(f"{web}/health/")),
    ]
    story = [str(PYTHON), "manage.py", "demo"]
    running.append(Child("cards", [*story, "--cards"], logs / "cards.log", lambda: True, may_end=True))
    if play:
        running.append(Child("play", [*story, "--play"], logs / "play.log", lambda: True, may_end=True))
    return running
