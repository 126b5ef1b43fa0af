"""A passport is a signed document (`federation.signing`): a courier's trainings, to be checked anywhere without asking us."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from coopdelivery.people.models import Person
from federation.passport.records import trainings_of
from federation.signing import NotGenuine, public_key, read_signed, signed

__all__ = ["FORMAT", "NotGenuine", "passport_of", "public_key", "read_passport"]
FORMAT = "coopdelivery-training-passport/1"


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
    return signed(told)


def read_passport(document: Any, key: Any) -> dict[str, Any]:
    """What a passport says, once its signature is found good under this public key. Raises NotGenuine."""
    return read_signed(document, key, form=FORMAT)
