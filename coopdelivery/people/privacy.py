"""My data: take it with me, or have my identity erased. Floors above register what they hold."""

from collections.abc import Callable
from typing import Any, TypeVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person

Section = Callable[[Person], Any]
AnySection = TypeVar("AnySection", bound=Section)
_sections: dict[str, Section] = {}
_obligations: list[Callable[[Person], list[str]]] = []
_erasers: list[Callable[[Person], None]] = []


class StillNeeded(Exception):
    """The identity cannot be erased yet; `reasons` are sentences for people."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def exports(name: str) -> Callable[[AnySection], AnySection]:
    """Add a section to everyone's export: `@exports("memberships")` over a function of the person that returns JSON values."""

    def register(section: AnySection) -> AnySection:
        _sections[name] = section
        return section

    return register


def obligation(check: Callable[[Person], list[str]]) -> Callable[[Person], list[str]]:
    """Register a check that names, in sentences, why the person's identity is still needed."""
    _obligations.append(check)
    return check


def eraser(erase: Callable[[Person], None]) -> Callable[[Person], None]:
    """Register what another floor blanks when the person is erased; local rows only."""
    _erasers.append(erase)
    return erase


def export(person: Person) -> dict[str, Any]:
    """Everything kept about the person, ready for JSON."""
    return {"exported_at": timezone.now(), **{name: section(person) for name, section in _sections.items()}}


@exports("person")
def identity_of(person: Person) -> dict[str, Any]:
    kept = ("ref", "username", "email", "name", "phone", "language", "clock", "theme", "joined_at", "last_login")
    return {name: getattr(person, name) for name in kept}


@exports("sessions")
def sessions_of(person: Person) -> list[dict[str, Any]]:
    return [
        dict(row) for row in UserSession.objects.filter(user=person).order_by("id").values("ip", "user_agent", "created_at", "last_seen_at")
    ]


@exports("what_i_did")
def deeds_of(person: Person) -> list[dict[str, Any]]:
    return [dict(row) for row in Event.objects.filter(by_id=person.pk).order_by("id").values("name", "subject", "at", "source")]


def reasons_to_keep(person: Person) -> list[str]:
    return [reason for check in _obligations for reason in check(person)]


@transaction.atomic
def erase_person(*, person: Person) -> None:
    """Blank the identity: name, addresses, ways to sign in. What was done, and the accounts, stay true without the name.

    Raises StillNeeded while something is open that needs the person.
    """
    reasons = reasons_to_keep(person)
    if reasons:
        raise StillNeeded(reasons)
    for erase in _erasers:
        erase(person)
    keys = list(UserSession.objects.filter(user=person).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=person).delete()
    EmailAddress.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    blank: dict[str, Any] = {"name": "", "email": None, "phone": "", "username": f"erased-{person.ref.hex[:12]}"}
    closed: dict[str, Any] = {"password": make_password(None), "is_active": False, "is_staff": False, "is_superuser": False}
    Person.objects.filter(pk=person.pk).update(**blank, **closed, erased_at=timezone.now())
    person.refresh_from_db()
