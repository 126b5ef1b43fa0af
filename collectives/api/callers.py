"""Who calls: a program with its keys, or a person with their token; and for which collective."""

import binascii
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from secrets import compare_digest
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest

from collectives.access import GRANTS, enters
from collectives.api import tokens
from collectives.api.errors import ApiError, Unauthenticated
from collectives.models import ApiApplication, Collective, Membership
from collectives.tenancy import acting_for_everyone
from coopdelivery.kit.prepared import PreparedRows
from coopdelivery.kit.refs import BadLink, LinkExpired
from coopdelivery.people.models import Person

Answer = TypeVar("Answer")
ROLES = {"courier": "ROLE_COURIER", "dispatcher": "ROLE_DISPATCHER", "admin": "ROLE_ADMIN", "partner": "ROLE_STORE"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Either `application` or `person` with their `membership` is set."""

    collective: Collective
    application: ApiApplication | None = None
    person: Person | None = None
    membership: Membership | None = None
    scopes: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """One name for each caller, for limits and remembered answers."""
        return f"a{self.application.pk}" if self.application else f"p{self.person.pk if self.person else 0}"

    @property
    def partner_ref(self) -> UUID | None:
        return self.application.partner_ref if self.application else None

    @property
    def is_sandbox(self) -> bool:
        """A program under development: it never meets what is real."""
        return self.application is not None and self.application.is_sandbox

    def may(self, permission: str, scopes: frozenset[str]) -> bool:
        """A person by their roles, as on the pages; a program by the scopes of its token."""
        if self.application:
            return not scopes.isdisjoint(self.scopes)
        return permission == "" or (self.membership is not None and enters(self.membership, permission))


def roles_of(membership: Membership | None) -> list[str]:
    """The dialect's names of a member's roles."""
    held = membership.roles if membership else frozenset()
    return ["ROLE_USER", *(name for role, name in ROLES.items() if role in held)]


def caller_of(request: HttpRequest) -> Caller:
    """Raises Unauthenticated (401) for a missing, false or expired token, ApiError (404) for a collective that is not theirs."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("JWT Token not found")
    token = token.strip()
    if token.startswith(tokens.KEY_PREFIX):
        return _by_key(token)
    bearer = read_token(token, purpose=tokens.ACCESS)
    return _application(bearer) if bearer.kind == "a" else _person(request, bearer)


def read_token(token: str, *, purpose: str) -> tokens.Bearer:
    """Raises Unauthenticated, with the words the courier's app waits for."""
    try:
        bearer = tokens.read(token, purpose=purpose)
    except LinkExpired as error:
        raise Unauthenticated("Expired JWT Token") from error
    except (BadLink, ValueError) as error:
        raise Unauthenticated("Invalid JWT Token") from error
    if bearer is None:
        raise Unauthenticated("Invalid JWT Token")
    return bearer


def application_by(**named: object) -> ApiApplication | None:
    return _anywhere(lambda: ApiApplication.objects.select_related("collective").filter(is_active=True, **named).first())


def _by_pk(pk: int) -> QuerySet[ApiApplication]:
    return ApiApplication.objects.filter(is_active=True, pk=pk)


def _by_hash(key_hash: str) -> QuerySet[ApiApplication]:
    return ApiApplication.objects.filter(is_active=True, key_hash=key_hash)


BY_PK = PreparedRows(ApiApplication, _by_pk, int, beside=["collective"])
BY_HASH = PreparedRows(ApiApplication, _by_hash, str, beside=["collective"])


def _only(ask: PreparedRows[ApiApplication], value: int | str) -> ApiApplication | None:
    return next(iter(_anywhere(lambda: ask(value))), None)


def _anywhere(ask: Callable[[], Answer]) -> Answer:
    with acting_for_everyone("a caller's own keys say whose rows they may see, before any collective is chosen"):
        return ask()


def person_by_token(token: str, *, purpose: str) -> Person:
    """The active person a token stands for. Raises Unauthenticated."""
    bearer = read_token(token, purpose=purpose)
    person = Person.objects.filter(pk=bearer.pk, is_active=True).first() if bearer.kind == "p" else None
    if person is None or not compare_digest(tokens.stamp_of(person), bearer.stamp):
        raise Unauthenticated("Invalid JWT Token")
    return person


def memberships_of(person: Person) -> list[Membership]:
    """Everywhere the person works or orders, in the order they joined."""

    def ask() -> list[Membership]:
        rows = Membership.objects.filter(person=person, is_active=True).order_by("joined_at", "id")
        return list(rows.select_related("person", "collective").prefetch_related("held"))

    return _anywhere(ask)


def chosen_slug(request: HttpRequest) -> str:
    """The collective a request names: by `X-Collective`, else by the first part of the host name; empty when by neither."""
    named = request.headers.get("X-Collective", "").strip()
    return named or request.get_host().split(".")[0].split(":")[0]


def _by_key(key: str) -> Caller:
    application = _only(BY_HASH, tokens.digest(key))
    if application is None:
        raise Unauthenticated("Invalid API key")
    return Caller(application.collective, application=application, scopes=frozenset(application.scopes))


def _application(bearer: tokens.Bearer) -> Caller:
    application = _only(BY_PK, bearer.pk)
    if application is None or str(application.epoch) != bearer.stamp:
        raise Unauthenticated("Invalid JWT Token")
    return Caller(application.collective, application=application, scopes=bearer.scopes & frozenset(application.scopes))


def _person(request: HttpRequest, bearer: tokens.Bearer) -> Caller:
    found = memberships_of(Person(pk=bearer.pk))
    person = found[0].person if found else Person.objects.filter(pk=bearer.pk).first()
    if person is None or not person.is_active or not compare_digest(tokens.stamp_of(person), bearer.stamp):
        raise Unauthenticated("Invalid JWT Token")
    membership = choose(found, request)
    return Caller(membership.collective, person=person, membership=membership)


def choose(found: list[Membership], request: HttpRequest) -> Membership:
    """The membership of the collective the request names, else the first that rides, else the first. Raises ApiError."""
    slug = chosen_slug(request)
    named = next((member for member in found if member.collective.slug == slug), None)
    if named is None and request.headers.get("X-Collective", "").strip():
        raise ApiError(404, "There is no such collective among yours.")
    if not found:
        raise ApiError(403, "This account belongs to no collective.")
    riding = next((member for member in found if not GRANTS["pocket.use"].isdisjoint(member.roles)), found[0])
    return named or riding


def basic_of(header: str) -> tuple[str, str] | None:
    """Name and secret of a Basic `Authorization`; None for anything else."""
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = b64decode(text.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return name, secret
