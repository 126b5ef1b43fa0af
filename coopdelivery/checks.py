"""What would go wrong on this machine, in plain sentences: `manage.py check --deploy`. docs/operate.md explains the settings."""

import ctypes.util
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

Found = list[CheckMessage]
SHORTEST_SECRET = 50
NEWEST_BACKUP = timedelta(hours=49)
LOCAL_HOSTS = {"", "localhost", "127.0.0.1", "::1"}


def error(number: int, sentence: str, hint: str) -> CheckMessage:
    return Error(sentence, hint=hint, id=f"coopdelivery.E{number:03}")


def warning(number: int, sentence: str, hint: str) -> CheckMessage:
    return Warning(sentence, hint=hint, id=f"coopdelivery.W{number:03}")


def secret_key() -> Found:
    try:
        key: str = settings.SECRET_KEY
    except ImproperlyConfigured:
        key = ""
    if len(key) >= SHORTEST_SECRET and len(set(key)) >= 10 and "development" not in key:
        return []
    hint = "Write at least 50 random characters to a file and name it in DJANGO_SECRET_KEY_FILE."
    return [error(1, "The secret key is missing, short or well known: anybody could forge sign-ins and tracking links.", hint)]


def development_modes() -> Found:
    found: Found = []
    if settings.DEBUG:
        found.append(error(2, "DEBUG is on: strangers would read our code and settings on every error page.", "Remove DEBUG."))
    if settings.DEMO:
        found.append(error(3, "DEMO is on: this instance sends no message to anybody.", "Remove DEMO."))
    return found


def database() -> Found:
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3":
        return []
    hint = "Set DATABASE_URL=postgres://user@host/name and give the password in DATABASE_PASSWORD_FILE."
    return [error(4, "The database is SQLite, which lets one person write at a time and checks less than PostgreSQL.", hint)]


def broker() -> Found:
    if settings.REDIS_URL:
        return []
    hint = "Set REDIS_URL=redis://host:6379/0."
    return [error(5, "There is no Redis: several programs cannot share work, rate limits and live screens without it.", hint)]


def mail() -> Found:
    found: Found = []
    if settings.EMAIL_HOST in LOCAL_HOSTS and settings.EMAIL_PORT == 1025:
        found.append(error(6, "No mail server is set: invitations and sign-in codes would reach nobody.", "Set EMAIL_HOST and EMAIL_PORT."))
    if "@localhost" in settings.DEFAULT_FROM_EMAIL:
        hint = "Set DEFAULT_FROM_EMAIL to an address of your own domain."
        found.append(error(7, "Messages would come from an address at “localhost”, which mail servers refuse.", hint))
    return found


def address() -> Found:
    found: Found = []
    base = urlsplit(settings.BASE_URL)
    if base.scheme != "https":
        hint = "Set BASE_URL=https://your.domain, and let the proxy hold the certificate."
        found.append(error(8, "The address of this instance is not https: passwords would travel in the open.", hint))
    elif not settings.SECURE_PROXY_SSL_HEADER:
        hint = "Set BEHIND_PROXY=1 when a proxy of yours sets X-Forwarded-Proto, as the one in docker-compose.yml does."
        found.append(
            warning(
                9, "Behind a proxy every page would redirect to itself for ever, since nothing says that the visitor came by https.", hint
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            error(
                10,
                "ALLOWED_HOSTS accepts any name: links in e-mails could be made to point elsewhere.",
                f"Set ALLOWED_HOSTS={base.hostname}.",
            )
        )
    elif base.hostname not in settings.ALLOWED_HOSTS:
        found.append(
            error(11, f"ALLOWED_HOSTS leaves out {base.hostname}: every page would answer 400.", f"Set ALLOWED_HOSTS={base.hostname}.")
        )
    return found


def push() -> Found:
    private, public = bool(settings.VAPID_PRIVATE_KEY), bool(settings.VAPID_PUBLIC_KEY)
    if private != public:
        return [
            error(
                12,
                "Only one of the two push keys is set: no phone would accept a push message.",
                "Set VAPID_PRIVATE_KEY_FILE and VAPID_PUBLIC_KEY together.",
            )
        ]
    if not private:
        return [
            warning(13, "There are no push keys: couriers get no push messages.", "Make a pair with `vapid --gen`; see docs/operate.md.")
        ]
    if "localhost" in settings.VAPID_SUBJECT:
        return [warning(14, "Push services are given no address to reach you at.", "Set VAPID_SUBJECT=mailto:you@your.domain.")]
    return []


def payments() -> Found:
    secret, public = settings.STRIPE_SECRET_KEY, settings.STRIPE_PUBLISHABLE_KEY
    if not secret:
        return [
            warning(
                15,
                "No Stripe key is set: orders cannot be paid by card.",
                "Set STRIPE_SECRET_KEY_FILE, STRIPE_PUBLISHABLE_KEY and STRIPE_WEBHOOK_SECRET_FILE.",
            )
        ]
    found: Found = []
    if ("_test_" in secret) != ("_test_" in public):
        found.append(
            error(
                16,
                "One Stripe key is a test key and the other a live one: every payment would fail.",
                "Take both from the same page of the Stripe dashboard.",
            )
        )
    elif "_test_" in secret:
        found.append(
            warning(17, "The Stripe keys are test keys: no real money would move.", "Take the live keys from the Stripe dashboard.")
        )
    if not settings.STRIPE_WEBHOOK_SECRET:
        hint = "Set STRIPE_WEBHOOK_SECRET_FILE to the signing secret of the webhook that points at /hooks/stripe/."
        found.append(error(18, "Stripe's messages cannot be verified, so paid orders would stay unpaid.", hint))
    if settings.STRIPE_API_BASE:
        found.append(error(19, "STRIPE_API_BASE sends payments to another server than Stripe's.", "Remove STRIPE_API_BASE."))
    return found


def places() -> Found:
    if settings.GEOCODER == "embedded":
        hint = "Set GEOCODER=ban in France, or nominatim or photon with GEOCODER_URL."
        return [
            warning(20, "Addresses are looked up in the demo towns only: every real address would wait to be put on the map by hand.", hint)
        ]
    if settings.GEOCODER == "nominatim" and not settings.GEOCODER_URL and "@" not in settings.GEOCODER_USER_AGENT:
        hint = "Set GEOCODER_USER_AGENT to a name with an e-mail address of yours."
        return [warning(21, "The public Nominatim server turns away programs that do not say who runs them.", hint)]
    return []


def backups() -> Found:
    folder = Path(settings.BACKUP_DIR) if settings.BACKUP_DIR else None
    if not folder or not folder.is_dir():
        hint = "Set BACKUP_DIR to the folder the nightly backup writes to; see docs/operate.md."
        return [warning(22, "There is no folder of backups: a lost disk would lose everything.", hint)]
    newest = max((path.stat().st_mtime for path in folder.iterdir()), default=None)
    if newest is not None and datetime.now(UTC) - datetime.fromtimestamp(newest, UTC) > NEWEST_BACKUP:
        return [warning(23, "The newest backup is more than two days old.", "Look at the log of the backup service.")]
    return []


def data_folder() -> Found:
    folder = Path(settings.DATA_DIR)
    if folder.is_dir() and os.access(folder, os.W_OK):
        return []
    hint = "Make the folder and give it to the user who runs the programs, or set DATA_DIR to another one."
    return [error(24, f"{folder} cannot be written to: photos, proofs and evidence would be lost.", hint)]


def translations() -> Found:
    sources = [path for folder in settings.LOCALE_PATHS for path in Path(folder).glob("*/LC_MESSAGES/*.po")]
    stale = [path for path in sources if not path.with_suffix(".mo").exists()]
    if not stale:
        return []
    return [warning(25, "The translations are not compiled: everybody would read English.", "Run: python bin/_po.py")]


def papers() -> Found:
    if ctypes.util.find_library("pango-1.0") and ctypes.util.find_library("pangoft2-1.0"):
        return []
    hint = "Install Debian's libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0."
    return [warning(26, "Pango is missing: statements and invoices cannot be drawn as PDF.", hint)]


EVERYWHERE: Sequence[Callable[[], Found]] = (translations, papers)
DEPLOYED: Sequence[Callable[[], Found]] = (
    secret_key, development_modes, database, broker, mail, address, push, payments, places, backups, data_folder,
)  # fmt: skip


def as_django_wants(check: Callable[[], Found]) -> Callable[..., Found]:
    """Django calls checks with the apps and databases it was asked about; ours look at settings only."""

    def run(app_configs: Sequence[AppConfig] | None, **_options: Any) -> Found:
        return [] if app_configs is not None else check()

    return run


def register_all() -> None:
    for check in EVERYWHERE:
        register(as_django_wants(check), Tags.compatibility)
    for check in DEPLOYED:
        register(as_django_wants(check), Tags.security, deploy=True)
