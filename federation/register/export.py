"""The register, signed: which co-ops are members, on trial or lapsed, and until when each condition is held. No person in it."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from collectives.models import Standing
from federation.selectors import RegisterRow, register_rows
from federation.signing import read_signed, signed

FORMAT = "coopdelivery-register/1"
SHOWN = frozenset({Standing.TRIAL, Standing.MEMBER, Standing.LAPSED})


def signed_register() -> dict[str, str]:
    """The register of this moment: four queries, whatever its length."""
    rows = sorted((row for row in register_rows() if row.collective.standing in SHOWN), key=lambda row: row.collective.slug)
    told = {
        "format": FORMAT,
        "issuer": settings.BASE_URL,
        "issued_at": timezone.now().isoformat(timespec="seconds"),
        "voices": sum(row.votes for row in rows),
        "co_ops": [_told(row) for row in rows],
    }
    return signed(told)


def read_register(document: Any, key: Any) -> dict[str, Any]:
    """What a register says, once its signature is found good under this public key. Raises NotGenuine."""
    return read_signed(document, key, form=FORMAT)


def _told(row: RegisterRow) -> dict[str, Any]:
    co_op = row.collective
    return {
        "slug": co_op.slug,
        "name": co_op.name,
        "legal_form": co_op.legal_form,
        "city": co_op.city,
        "country": co_op.country,
        "standing": str(co_op.standing),
        "since": row.since.date().isoformat() if row.since else None,
        "licence_until": co_op.licence_until.isoformat() if co_op.licence_until else None,
        "conditions": {str(state.condition): state.until.isoformat() if state.until else None for state in row.conditions},
    }
