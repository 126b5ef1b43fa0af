"""How allauth and the lock-out meet our Person."""

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest

from coopdelivery.people.models import free_username


class AccountAdapter(DefaultAccountAdapter):
    """People join by invitation; an open sign-up page would make accounts that may do nothing."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def populate_username(self, request: HttpRequest, user: object) -> None:
        """A readable user name that nobody has yet."""
        if not getattr(user, "username", ""):
            user.username = free_username(getattr(user, "name", "") or (getattr(user, "email", "") or "").split("@")[0])  # type: ignore[attr-defined]  # allauth hands over a bare object

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Too many wrong passwords answer 429, whoever noticed first: allauth or the lock-out."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            raise ImmediateHttpResponse(respond_429(request)) from error


LONGEST_COUNTED = 255  # the column of django-axes


def name_to_lock(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """What failed sign-ins are counted by: the user name or e-mail as typed, as much of it as is kept."""
    typed = credentials or {}
    name = str(typed.get("username") or typed.get("email") or request.POST.get("login", ""))
    return name.strip().lower()[:LONGEST_COUNTED]


def address_of(request: HttpRequest) -> str:
    """Where a request comes from; behind our proxy, what the proxy saw."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return str(request.META.get("REMOTE_ADDR", ""))
