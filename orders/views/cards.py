"""Paying by card on a page, whoever pays for what: an order of a partner, a delivery without an account, a basket.

Stripe's own form in production; a server-side form with test cards where Stripe is the local server.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar

from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.payments.intents import Intent
from orders.payments.services import CardsUnavailable, NotPayable

UNPROCESSABLE, CONFLICT, UNAVAILABLE = 422, 409, 503
# Stripe.js and the frames it opens: on these pages only
STRIPE_CSP: dict[str, Any] = {
    "script-src": ["https://js.stripe.com"],
    "frame-src": ["https://js.stripe.com", "https://hooks.stripe.com"],
    "connect-src": ["https://api.stripe.com"],
}
TEST_CARDS: dict[str, str | Promise] = {
    "pm_card_visa": gettext_lazy("A card that pays"),
    "pm_card_threeDSecure2Required": gettext_lazy("A card whose bank asks for a confirmation"),
    "pm_card_visa_chargeDeclined": gettext_lazy("A card that is refused"),
}
Charged = TypeVar("Charged")


class Page(Protocol):
    """The page again, with what stands in the way."""

    def __call__(self, *, problem: str = "", status: int = 200) -> HttpResponse: ...


def stripe_policy(view: Any) -> Any:
    """Let Stripe's script in where it is used; with the local server the page stays as strict as any other."""
    opened = csp_update(STRIPE_CSP)(view)

    @wraps(view)
    def policed(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return (view if settings.STRIPE_API_BASE else opened)(request, *args, **kwargs)

    return policed


def paying(request: HttpRequest, *, page: Page, charge: Callable[[str], Charged], then: Callable[[Charged], HttpResponse]) -> HttpResponse:
    """The page; a POST charges a test card with the local server, and `then` says what follows from how that went."""
    if request.method != "POST":
        return page()
    if not settings.STRIPE_API_BASE:
        raise Http404
    method = request.POST.get("method", "")
    if method not in TEST_CARDS:
        return page(problem=_("Choose a card."), status=UNPROCESSABLE)
    try:
        charged = charge(method)
    except (NotPayable, CardsUnavailable) as refused:
        return page(problem=str(refused), status=_status_of(refused))
    return then(charged)


def secret_of(prepare: Callable[[], Intent]) -> JsonResponse:
    """For Stripe's form in the browser: the secret with which it confirms the payment."""
    try:
        return JsonResponse({"client_secret": prepare().client_secret})
    except (NotPayable, CardsUnavailable) as refused:
        return JsonResponse({"problem": str(refused)}, status=_status_of(refused))


def _status_of(refused: NotPayable | CardsUnavailable) -> int:
    """What is paid already stays so; what cannot be paid now may be later."""
    return CONFLICT if isinstance(refused, NotPayable) else UNAVAILABLE


def card_context(back: str) -> dict[str, object]:
    """What the form for a card needs; `back` is where the bank sends the browser afterwards."""
    return {
        "test_cards": TEST_CARDS if settings.STRIPE_API_BASE else {},
        "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
        "back": back,
    }
