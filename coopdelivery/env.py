"""Typed readers of the environment. A secret NAME may also be given as NAME_FILE, the path of a file that holds it."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class BadSetting(Exception):
    """An environment variable does not say what it should; the message names it and gives an example."""


def env(name: str, default: str = "") -> str:
    """The variable's text; one that is set to nothing counts as not set."""
    return os.environ.get(name, "").strip() or default


def env_bool(name: str, *, default: bool) -> bool:
    text = env(name).lower()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise BadSetting(f"{name}={text!r} is neither yes nor no. Use 1 or 0.")


def env_int(name: str, default: int) -> int:
    text = env(name)
    if not text:
        return default
    try:
        return int(text)
    except ValueError as error:
        raise BadSetting(f"{name}={text!r} is not a whole number.") from error


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


def env_secret(name: str, default: str = "") -> str:
    path = env(f"{name}_FILE")
    if not path:
        return env(name, default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSetting(f"{name}_FILE={path!r} cannot be read: {error.strerror}.") from error


def database(url: str) -> dict[str, Any]:
    """A Django DATABASES entry from `sqlite:///relative`, `sqlite:////absolute` or `postgres://user:pass@host:port/name`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path[1:]) or ":memory:",
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON",
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or "") or env_secret("DATABASE_PASSWORD"),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": dict(parse_qsl(parts.query)),
        }
    raise BadSetting(f"DATABASE_URL={url!r}: use sqlite:////path/to/file or postgres://user@host/name.")
