"""What the federation signs: a flattened JSON Web Signature (RFC 7515, EdDSA with Ed25519 after RFC 8037) that any library checks offline.

The key is derived from the installation's secret, so that there is no second one to keep; with another secret, the old public key still
checks what it signed. Every signed text names its `format`, so that one kind is never taken for another.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class NotGenuine(ValueError):
    """Changed after signing, signed by another key, or not what it is said to be."""


def public_key() -> dict[str, str]:
    """As a JSON Web Key; its `kid` is the thumbprint of RFC 7638."""
    raw = _private().public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": _b64(raw)}
    return {**jwk, "kid": _b64(hashlib.sha256(_json(jwk)).digest())}


def signed(told: Mapping[str, Any]) -> dict[str, str]:
    """Signed now; `told` names its format."""
    protected = _b64(_json({"alg": "EdDSA", "kid": public_key()["kid"]}))
    payload = _b64(_json(dict(told)))
    return {"payload": payload, "protected": protected, "signature": _b64(_private().sign(f"{protected}.{payload}".encode()))}


def read_signed(document: Any, key: Any, *, form: str) -> dict[str, Any]:
    """What a document of the format `form` says, once its signature is found good under this public key. Raises NotGenuine."""
    try:
        protected, payload, signature = (str(document[name]) for name in ("protected", "payload", "signature"))
        head = json.loads(_unb64(protected))
        if key["kty"] != "OKP" or key["crv"] != "Ed25519" or head["alg"] != "EdDSA":
            raise NotGenuine("another kind of key or signature")
        Ed25519PublicKey.from_public_bytes(_unb64(str(key["x"]))).verify(_unb64(signature), f"{protected}.{payload}".encode())
        told: dict[str, Any] = json.loads(_unb64(payload))
    except InvalidSignature as error:
        raise NotGenuine("changed after signing, or signed by another key") from error
    except NotGenuine:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise NotGenuine("not a signed document, or not a public key") from error
    if not isinstance(told, dict) or told.get("format") != form:
        raise NotGenuine(f"signed, but not of the format {form}")
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
