"""How safely a person signs in, in one look."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from coopdelivery.people.models import Person


@dataclass(frozen=True, slots=True)
class Security:
    """Counts for the account page."""

    has_password: bool
    has_app: bool
    passkeys: int
    sessions: int


def security_of(person: Person) -> Security:
    kinds = list(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    return Security(
        has_password=person.has_usable_password(),
        has_app=Authenticator.Type.TOTP in kinds,
        passkeys=kinds.count(Authenticator.Type.WEBAUTHN),
        sessions=UserSession.objects.filter(user=person).count(),
    )
