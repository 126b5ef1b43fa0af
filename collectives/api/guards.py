"""What stands before every endpoint: who calls, what they may, how often."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from collectives.api import limits
from collectives.api.callers import Caller, caller_of
from collectives.api.errors import ApiError

if TYPE_CHECKING:
    from collectives.api.endpoint import Endpoint


class Bearer(BaseAuthentication):
    """A person's token, a program's token or its key; `request.auth` is the Caller. Raises Unauthenticated: nobody passes without one."""

    def authenticate(self, request: Request) -> tuple[Any, Caller]:
        caller = caller_of(request._request)
        return caller.person or AnonymousUser(), caller

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class ByRule(BasePermission):
    """The endpoint's rule for the method: a member's permission as on the pages, a program's scopes."""

    def has_permission(self, request: Request, view: "Endpoint") -> bool:  # type: ignore[override]
        rule = view.rule_of(request)
        if not cast(Caller, request.auth).may(rule.permission, rule.scopes):
            raise ApiError(403, _("These keys, or your role in this co-op, do not allow it."))
        return True


class PerMinute(BaseThrottle):
    """Counts the caller's calls; 429 with `Retry-After` once they are used up. What is left is told with every answer."""

    def allow_request(self, request: Request, view: "Endpoint") -> bool:  # type: ignore[override]
        view.spent = limits.spend(cast(Caller, request.auth))
        return True
