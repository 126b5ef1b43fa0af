"""Access rules that need no collective. Every view carries exactly one rule; a view without one answers 403, and a test names it.

`collectives.access.needs` and `federation.access.federation_needs` put the same mark on a view.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import ResolverMatch

View = Callable[..., HttpResponseBase]
MARK = "access_rule"

# Views of libraries, which carry no mark of ours, by the module that defines them; each guards itself.
LIBRARY_MODULES = (
    "allauth.",
    "django.contrib.admin",
    "django.views.static",
    "django.contrib.staticfiles",
    "django.views.i18n",
)


def mark(view: View, rule: str) -> View:
    """Write the rule on the view, where the middleware and the test of all routes read it."""
    setattr(view, MARK, rule)
    return view


def open_to_all(reason: str) -> Callable[[View], View]:
    """Anyone may call this view; the reason says why that is right."""
    if len(reason) < 8:
        raise ValueError("say why this door is open to all")
    return lambda view: mark(view, f"open: {reason}")


def signed_in(view: View) -> View:
    """Any signed-in person, and the view itself shows only what is theirs."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return refuse_stranger(request)
        return view(request, *args, **kwargs)

    return mark(guarded, "signed in")


def refuse_stranger(request: HttpRequest) -> HttpResponse:
    """To the sign-in page; a fragment request gets 401 with the page to go to, so that no form lands inside a page."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Refresh": "true"})
    return redirect_to_login(request.get_full_path())


def rule_of(view: object) -> str | None:
    """The rule on a view, also behind DRF's and Django's class-based `as_view`."""
    for candidate in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
        rule = getattr(candidate, MARK, None)
        if rule:
            return str(rule)
    module = getattr(view, "__module__", "") or ""
    return f"library: {module}" if module.startswith(LIBRARY_MODULES) else None


class ClosedByDefaultMiddleware:
    """Refuses a view that forgot its access rule, instead of serving it to everyone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> None:
        match: ResolverMatch | None = request.resolver_match
        if rule_of(view) is None and match is not None:
            raise PermissionDenied(f"{match.view_name or view} has no access rule")
