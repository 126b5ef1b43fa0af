"""The token that says which parcel was scanned: what a phone proposes to do is sent with it."""

from collectives.api import tokens
from coopdelivery.kit.refs import BadLink, sign, unsign

PURPOSE = "api-scan"


def scan_token(task_pk: int) -> str:
    return sign(str(task_pk), purpose=PURPOSE, valid_for=tokens.LIFE)


def is_scan_of(token: str, task_pk: int) -> bool:
    try:
        return unsign(token, purpose=PURPOSE) == str(task_pk)
    except (BadLink, ValueError):
        return False
