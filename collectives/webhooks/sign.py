"""Signatures over the exact bytes sent: the dialect's own, and one after Standard Webhooks, which also covers id and moment. Pure."""

import base64
import hashlib
import hmac
import secrets

PREFIX = "whsec_"


def new_secret() -> str:
    """`whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def dialect_signature(body: bytes, secret: str) -> str:
    """base64 of HMAC-SHA256 of the body, with the secret as it was given."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def standard_signature(body: bytes, secret: str, *, message_id: str, timestamp: int) -> str:
    """`v1,` and base64 of HMAC-SHA256 of `id.timestamp.body`, with the bytes after `whsec_` as key."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(body: bytes, secret: str, *, message_id: str, timestamp: int) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": "Coopdelivery",
        "X-CoopCycle-Signature": dialect_signature(body, secret),
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": standard_signature(body, secret, message_id=message_id, timestamp=timestamp),
    }
