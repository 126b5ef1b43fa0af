"""Tokens are signed, not stored: a shop's plugin asks for a new one at every page of its checkout, and none of them leaves a row.

An access token ends after an hour; earlier when the application's `epoch` rises, or when the person's password changes.
A refresh token is given back unchanged: three parts of the courier's app hold copies of it.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from collectives.models import ApiApplication
from coopdelivery.kit.refs import sign, unsign
from coopdelivery.people.models import Person

LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=180)
ACCESS, REFRESH = "api-access", "api-refresh"
KEY_PREFIX = "ak_"


@dataclass(frozen=True, slots=True)
class Bearer:
    """What a token says: an application (`kind` "a") or a person ("p"), the stamp that must still be theirs, scopes of this token."""

    kind: str
    pk: int
    stamp: str
    scopes: frozenset[str]


def digest(secret: str) -> str:
    """Secrets are long and random, so a plain hash is enough; 64 hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def new_key() -> str:
    return KEY_PREFIX + secrets.token_urlsafe(32)


def application_token(application: ApiApplication, scopes: Iterable[str]) -> str:
    return sign(f"a_{application.pk}_{application.epoch}_{'+'.join(sorted(scopes))}", purpose=ACCESS, valid_for=LIFE)


def person_token(person: Person, *, purpose: str = ACCESS) -> str:
    return sign(f"p_{person.pk}_{stamp_of(person)}_", purpose=purpose, valid_for=LIFE)


def refresh_token(person: Person) -> str:
    return sign(f"p_{person.pk}_{stamp_of(person)}_", purpose=REFRESH, valid_for=REFRESH_LIFE)


def stamp_of(person: Person) -> str:
    """Changes with the password."""
    return person.get_session_auth_hash()[:16]


def read(token: str, *, purpose: str = ACCESS) -> Bearer | None:
    """What a token made here says; None for anything else. Raises LinkExpired, BadLink."""
    kind, pk, stamp, scopes = unsign(token, purpose=purpose).split("_", 3)
    return Bearer(kind, int(pk), stamp, frozenset(scopes.split("+")) - {""})
