"""References people read aloud, and signed links that expire."""

import secrets
from datetime import datetime, timedelta

from django.core import signing
from django.utils import timezone

# No 0/O, 1/I/L, 5/S, 8/B, U/V: read once over the phone
ALPHABET = "2346789ACDEFGHJKMNPQRTWXYZ"


class BadLink(Exception):
    """The link was not made here, or was changed."""


class LinkExpired(BadLink):
    """The link was good once."""


def spoken(length: int = 6) -> str:
    """A random code such as `K7RM2Q` that survives a bad telephone line."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def sign(value: str, *, purpose: str, valid_for: timedelta | None = None) -> str:
    """A link-safe token for `value` that opens only doors of the same `purpose`, for as long as said (None: no end of its own)."""
    expires = int((timezone.now() + valid_for).timestamp()) if valid_for else 0
    return signing.Signer(salt=f"coopdelivery.{purpose}", sep=".").sign(f"{value}~{expires:x}" if expires else value)


def unsign(token: str, *, purpose: str) -> str:
    """The value of a token made by `sign`. Raises BadLink or LinkExpired."""
    try:
        text = signing.Signer(salt=f"coopdelivery.{purpose}", sep=".").unsign(token)
    except signing.BadSignature as error:
        raise BadLink(purpose) from error
    value, _, expires = text.partition("~")
    if expires and timezone.now() > datetime.fromtimestamp(int(expires, 16), tz=timezone.get_default_timezone()):
        raise LinkExpired(purpose)
    return value
