"""A passport is a flattened JSON Web Signature (RFC 7515, EdDSA with Ed25519 after RFC 8037): any library for these checks it offline.

The key is derived from the installation's secret, so that there is no second one to keep; with another secret, the old public key still
checks what it signed.
"""

import base64
import binascii
import hashlib
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils import timezone

from coopdelivery.people.models import Person
from federation.passport.records import trainings_of

FORMAT = "coopdelivery-training-passport/1"


class NotGenuine(ValueError):
    """Changed after signing, signed by another key, or no passport at all."""


def public_key() -> dict[str, str]:
    """As a JSON Web Key; its `kid` is the thumbprint of RFC 7638."""
    raw = _private().public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": _b64(raw)}
    return {**jwk, "kid": _b64(hashlib.sha256(_json(jwk)).digest())}


def passport_of(person: Person) -> dict[str, str]:
    """Signed now: who, what, how long, when, and which co-op gave it."""
    records = [
        {
            "topic": row.topic,
            "title": row.title,
            "minutes": row.minutes,
            "given_on": row.given_on.isoformat(),
            "given_in": row.given_in.name,
        }
        for row in trainings_of(person)
    ]
    told = {
        "format": FORMAT,
        "issuer": settings.BASE_URL,
        "issued_on": timezone.localdate().isoformat(),
        "holder": {"name": person.name, "ref": str(person.ref)},
        "trainings": records,
    }
    protected = _b64(_json({"alg": "EdDSA", "kid": public_key()["kid"]}))
    payload = _b64(_json(told))
    return {"payload": payload, "protected": protected, "signature": _b64(_private().sign(f"{protected}.{payload}".encode()))}


def read_passport(signed: Any, key: Any) -> dict[str, Any]:
    """What a passport says, once its signature is found good under this public key. Raises NotGenuine."""
    try:
        protected, payload, signature = (str(signed[name]) for name in ("protected", "payload", "signature"))
        head = json.loads(_unb64(protected))
        if key["kty"] != "OKP" or key["crv"] != "Ed25519" or head["alg"] != "EdDSA":
            raise NotGenuine("another kind of key or signature")
        Ed25519PublicKey.from_public_bytes(_unb64(str(key["x"]))).verify(_unb64(signature), f"{protected}.{payload}".encode())
        told: dict[str, Any] = json.loads(_unb64(payload))
    except InvalidSignature as error:
        raise NotGenuine("changed after signing, or signed by another key") from error
    except (KeyError, TypeError, ValueError) as error:
        raise NotGenuine("not a training passport, or not a public key") from error
    if told.get("format") != FORMAT:
        raise NotGenuine("signed, but no training passport")
    return told


def _private() -> Ed25519PrivateKey:
    seed = HKDF(hashes.SHA256(), 32, salt=None, info=b"coopdelivery training passport").derive(settings.SECRET_KEY.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    """Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
