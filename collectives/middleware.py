"""/c/<slug>/ opens the scope of one collective, for its members only. /courier/ takes the collective from the session."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from collectives.models import Collective, Membership
from collectives.tenancy import acting_for
from collectives.workplaces import roles_everywhere
from coopdelivery.journal import services as journal
from coopdelivery.kit.access import View


class CollectiveMiddleware:
    """Sets `request.collective` and `request.membership` (None for strangers), the acting scope and the time zone.

    Takes the `collective` slug out of the view's arguments. Views never see another collective's rows; who may enter is said by
    `collectives.access.needs` on each view.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with ExitStack() as scope:
            request.scope_stack = scope  # type: ignore[attr-defined]  # closed when the response is made
            request.collective = None  # type: ignore[attr-defined]
            request.membership = None  # type: ignore[attr-defined]
            scope.enter_context(journal.source("courier" if request.path.startswith("/courier/") else "web"))
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: dict[str, Any]) -> None:
        slug = kwargs.pop("collective", None)
        if slug is None and request.path.startswith("/courier/"):
            slug = courier_collective_slug(request)
        if slug is not None:
            enter(request, str(slug))


def enter(request: HttpRequest, slug: str) -> None:
    """Open the collective's scope for this request when the signed-in person belongs to it."""
    if not request.user.is_authenticated:
        return
    collective = Collective.objects.filter(slug=slug).first()
    if collective is None:
        return
    stack: ExitStack = request.scope_stack  # type: ignore[attr-defined]
    stack.enter_context(acting_for(collective))
    membership = (
        Membership.objects.select_related("person").prefetch_related("held").filter(person_id=request.user.pk, is_active=True).first()
    )
    if membership is None:
        stack.close()
        return
    membership.collective = collective
    request.collective = collective  # type: ignore[attr-defined]
    request.membership = membership  # type: ignore[attr-defined]
    stack.enter_context(timezone.override(collective.zone))


def courier_collective_slug(request: HttpRequest) -> str | None:
    """The collective chosen in this session, else the only one (or the first joined) where the person rides."""
    if not request.user.is_authenticated:
        return None
    rides_for = slugs_of(request.user.pk, role="courier")
    chosen = request.session.get("courier_collective")
    return chosen if chosen in rides_for else next(iter(rides_for), None)


def slugs_of(person_id: int, *, role: str) -> list[str]:
    return [slug for slug, held in roles_everywhere(person_id) if held == role]
