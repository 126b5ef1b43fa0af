"""Tokens for programs and people."""

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext as _

from collectives.api import tokens
from collectives.api.callers import choose, memberships_of, person_by_token, roles_of
from collectives.api.endpoint import Answer, Call, Endpoint, Rule
from collectives.api.errors import ApiError, Unauthenticated
from collectives.api.oauth import token_for
from coopdelivery.people.models import Person

LONGEST = 256


class OAuthToken(Endpoint):
    """Client credentials: key and secret by Basic (or in the form) for an hour's token."""

    open_because = "a program signs in here with its key and secret"
    takes_forms = True
    rules = {"POST": Rule("", summary="An access token for an application", example="grant_type=client_credentials&scope=deliveries")}

    def post(self, call: Call) -> Answer:
        status, body = token_for(call.request)
        return Answer(body, status, headers={"WWW-Authenticate": "Basic"} if status == 401 else {})


class Login(Endpoint):
    """User name or e-mail and password, as a form, multipart or JSON; people with a second step sign in on the pages only."""

    open_because = "people sign in here with their password"
    takes_forms = True
    rules = {"POST": Rule("", summary="Tokens for a person", example="_username=carl&_password=…")}

    def post(self, call: Call) -> Answer:
        sent = fields_of(call)
        name, password = str(sent.get("_username") or ""), str(sent.get("_password") or "")
        person = None
        if name and password and len(name) < LONGEST and len(password) < LONGEST and "\0" not in name + password:
            person = authenticate(call.request, username=name.strip(), password=password)
        if not isinstance(person, Person):
            raise Unauthenticated(_("Invalid credentials."))
        if is_mfa_enabled(person):
            raise Unauthenticated(_("This account signs in with a second step, which this app cannot ask for. Use the web pages."))
        return Answer(signed_in(call.request, person))


class Refresh(Endpoint):
    """A new token; the refresh token stays the same, because three parts of the app hold copies of it."""

    open_because = "the refresh token itself says who asks"
    takes_forms = True
    rules = {"POST": Rule("", summary="A fresh token for a person", example="refresh_token=…")}

    def post(self, call: Call) -> Answer:
        token = str(fields_of(call).get("refresh_token") or "")
        person = person_by_token(token, purpose=tokens.REFRESH)
        return Answer({**signed_in(call.request, person), "refresh_token": token})


def signed_in(request: HttpRequest, person: Person) -> dict[str, Any]:
    found = memberships_of(person)
    return {
        "token": tokens.person_token(person),
        "refresh_token": tokens.refresh_token(person),
        "username": person.username,
        "email": person.email or "",
        "id": person.pk,
        "roles": roles_of(_own(request, found)),
        "enabled": person.is_active,
    }


def _own(request: HttpRequest, found: list[Any]) -> Any:
    try:
        return choose(found, request)
    except ApiError:
        return None


def fields_of(call: Call) -> dict[str, Any]:
    """The fields of a form, multipart or JSON body."""
    data = call.data
    return dict(data.items()) if isinstance(data, dict) else {}
