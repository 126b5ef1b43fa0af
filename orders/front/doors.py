"""Who comes in: by the co-op's name, or by the signed link of an order that waits for its payment."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import wraps
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation

from collectives.models import Collective, Standing
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.kit.refs import BadLink, sign, unsign
from orders.models import Order

PURPOSE = "payer"
HIDDEN = (Standing.APPLICANT, Standing.LEFT)


def payer_token(order: Order) -> str:
    """Opens the payment of this one order; names its collective so that no wider search is needed."""
    return sign(f"{order.collective_id}:{order.ref}", purpose=PURPOSE)


def order_of(token: str) -> tuple[Collective, UUID] | None:
    try:
        collective_id, _colon, ref = unsign(token, purpose=PURPOSE).partition(":")
        return Collective.objects.get(pk=int(collective_id)), UUID(ref)
    except (BadLink, ValueError, Collective.DoesNotExist):
        return None


Page = Callable[..., HttpResponse]


def by_name(view: Page) -> Page:
    """`coop` in the address becomes the collective, whose rows, zone and language hold until the answer is written."""

    @wraps(view)
    def inside(request: HttpRequest, coop: str, **more: object) -> HttpResponse:
        collective = Collective.objects.exclude(standing__in=HIDDEN).filter(slug=coop).first()
        if collective is None:
            raise Http404
        return within(request, collective, lambda: view(request, collective, **more))

    return inside


def by_payer(view: Page) -> Page:
    """`token` in the address becomes the card order it was signed for."""

    @wraps(view)
    def inside(request: HttpRequest, token: str) -> HttpResponse:
        found = order_of(token)
        if found is None:
            raise Http404
        collective, ref = found

        def answer() -> HttpResponse:
            rows = Order.objects.select_related("collective", "partner")
            order = rows.filter(ref=ref, paid_by=Order.PaidBy.CARD).first()
            if order is None:
                raise Http404
            return view(request, order, token)

        return within(request, collective, answer)

    return inside


def within(request: HttpRequest, collective: Collective, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Templates are written inside, while the scope is open."""
    with ExitStack() as scope:
        scope.enter_context(acting_for(collective))
        scope.enter_context(timezone.override(collective.zone))
        scope.enter_context(translation.override(_language(request, collective)))
        scope.enter_context(journal.source("web"))
        response = answer()
        if hasattr(response, "render") and not getattr(response, "is_rendered", True):
            response.render()
        return response


def _language(request: HttpRequest, collective: Collective) -> str:
    """The one chosen on the page, else what the browser asks for, else the collective's."""
    if request.GET.get("lang") in dict(settings.LANGUAGES):
        return request.GET["lang"]
    if request.headers.get("Accept-Language"):
        return translation.get_language_from_request(request)
    return collective.language if collective.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
