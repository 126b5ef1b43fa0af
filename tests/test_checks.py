"""What `manage.py check --deploy` says, mistake by mistake."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pytest_django import Settings

from coopdelivery import checks
from coopdelivery.checks import Found

GOOD = {
    "SECRET_KEY": "q8Zr2mKx7vLp4TnW9sYb3JhGd6Fc1AeU5iOoXkVwNzMyRtBqHjPl",
    "DEBUG": False,
    "DEMO": False,
    "REDIS_URL": "redis://redis:6379/0",
    "EMAIL_HOST": "mail.example.org",
    "EMAIL_PORT": 587,
    "DEFAULT_FROM_EMAIL": "Coopdelivery <hello@coops.example.org>",
    "BASE_URL": "https://coops.example.org",
    "ALLOWED_HOSTS": ["coops.example.org"],
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "VAPID_PRIVATE_KEY": "private",
    "VAPID_PUBLIC_KEY": "public",
    "VAPID_SUBJECT": "mailto:operator@example.org",
    "STRIPE_SECRET_KEY": "sk_live_a",
    "STRIPE_PUBLISHABLE_KEY": "pk_live_a",
    "STRIPE_WEBHOOK_SECRET": "whsec_a",
    "STRIPE_API_BASE": "",
    "GEOCODER": "ban",
}


@pytest.fixture
def deployed(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an instance that is ready for strangers; each test spoils one of them."""
    for name, value in GOOD.items():
        setattr(settings, name, value)
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    settings.DATA_DIR = tmp_path
    settings.BACKUP_DIR = str(tmp_path)
    return settings


def ids(found: Found) -> list[str]:
    return [str(message.id).removeprefix("coopdelivery.") for message in found]


def test_a_good_deployment_has_nothing_to_hear(deployed: Settings) -> None:
    assert [message for check in checks.DEPLOYED for message in check()] == []


@pytest.mark.parametrize(
    ("check", "mistake", "expected"),
    [
        (checks.secret_key, {"SECRET_KEY": ""}, ["E001"]),
        (checks.secret_key, {"SECRET_KEY": "x" * 80}, ["E001"]),
        (checks.secret_key, {"SECRET_KEY": "short-but-varied-0123456789"}, ["E001"]),
        (checks.secret_key, {"SECRET_KEY": "not-secret-development-only" * 3}, ["E001"]),
        (checks.development_modes, {"DEBUG": True}, ["E002"]),
        (checks.development_modes, {"DEMO": True}, ["E003"]),
        (checks.broker, {"REDIS_URL": ""}, ["E005"]),
        (checks.mail, {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": 1025}, ["E006"]),
        (checks.mail, {"DEFAULT_FROM_EMAIL": "Coopdelivery <no-reply@localhost>"}, ["E007"]),
        (checks.address, {"BASE_URL": "http://coops.example.org"}, ["E008"]),
        (checks.address, {"SECURE_PROXY_SSL_HEADER": None}, ["W009"]),
        (checks.address, {"ALLOWED_HOSTS": ["*"]}, ["E010"]),
        (checks.address, {"ALLOWED_HOSTS": ["other.example.org"]}, ["E011"]),
        (checks.push, {"VAPID_PUBLIC_KEY": ""}, ["E012"]),
        (checks.push, {"VAPID_PUBLIC_KEY": "", "VAPID_PRIVATE_KEY": ""}, ["W013"]),
        (checks.push, {"VAPID_SUBJECT": "mailto:operator@localhost"}, ["W014"]),
        (checks.payments, {"STRIPE_SECRET_KEY": ""}, ["W015"]),
        (checks.payments, {"STRIPE_PUBLISHABLE_KEY": "pk_test_a"}, ["E016"]),
        (checks.payments, {"STRIPE_SECRET_KEY": "sk_test_a", "STRIPE_PUBLISHABLE_KEY": "pk_test_a"}, ["W017"]),
        (checks.payments, {"STRIPE_WEBHOOK_SECRET": ""}, ["E018"]),
        (checks.payments, {"STRIPE_API_BASE": "http://127.0.0.1:8002"}, ["E019"]),
        (checks.places, {"GEOCODER": "embedded"}, ["W020"]),
        (checks.places, {"GEOCODER": "nominatim", "GEOCODER_URL": "", "GEOCODER_USER_AGENT": "coopdelivery"}, ["W021"]),
        (checks.backups, {"BACKUP_DIR": ""}, ["W022"]),
        (checks.data_folder, {"DATA_DIR": "/nowhere/at/all"}, ["E024"]),
    ],
)  # fmt: skip
def test_each_mistake_is_named(deployed: Settings, check: Callable[[], Found], mistake: dict[str, Any], expected: list[str]) -> None:
    for name, value in mistake.items():
        setattr(deployed, name, value)
    assert ids(check()) == expected


def test_every_message_says_what_to_do(deployed: Settings) -> None:
    deployed.SECRET_KEY = ""
    (message,) = checks.secret_key()
    assert str(message.msg).endswith(".")
    assert message.hint == "Write at least 50 random characters to a file and name it in DJANGO_SECRET_KEY_FILE."


def test_sqlite_is_not_for_strangers(deployed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(deployed.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    assert ids(checks.database()) == ["E004"]


def test_a_backup_of_three_days_ago_is_too_old(deployed: Settings, tmp_path: Path) -> None:
    old = tmp_path / "coopdelivery.dump"
    old.touch()
    os.utime(old, (time.time() - 3 * 86400,) * 2)
    assert ids(checks.backups()) == ["W023"]


def test_a_backup_of_last_night_is_fine(deployed: Settings, tmp_path: Path) -> None:
    (tmp_path / "coopdelivery.dump").touch()
    assert checks.backups() == []


def test_translations_that_are_not_compiled_are_named(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").touch()
    settings.LOCALE_PATHS = [tmp_path]
    assert ids(checks.translations()) == ["W025"]
    (folder / "django.mo").touch()
    assert checks.translations() == []


def test_the_command_runs_our_checks_when_asked_about_a_deployment(settings: Settings) -> None:
    settings.DEMO = True
    with pytest.raises(SystemCheckError, match=r"coopdelivery\.E003"):
        call_command("check", deploy=True)


def test_no_two_checks_share_a_number() -> None:
    source = Path(checks.__file__).read_text(encoding="utf-8")
    numbers = [int(number) for number in re.findall(r"(?:error|warning)\(\s*(\d+),", source)]
    assert sorted(numbers) == list(range(1, 27))
