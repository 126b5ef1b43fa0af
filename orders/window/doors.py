"""Who comes in by the signed link of one purchase."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from collectives.models import Collective
from coopdelivery.kit.refs import BadLink, sign, unsign
from orders.front.doors import within
from orders.models import Purchase

PURPOSE = "purchase"


def purchase_token(purchase: Purchase) -> str:
    """Opens this one purchase; names its collective so that no wider search is needed."""
    return sign(f"{purchase.collective_id}:{purchase.ref}", purpose=PURPOSE)


def purchase_path(purchase: Purchase) -> str:
    return reverse("front:bought", kwargs={"token": purchase_token(purchase)})


def by_buyer(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """`token` in the address becomes the purchase it was signed for, in its collective's scope, zone and language."""

    @wraps(view)
    def inside(request: HttpRequest, token: str) -> HttpResponse:
        try:
            collective_id, _colon, ref = unsign(token, purpose=PURPOSE).partition(":")
            collective, found = Collective.objects.get(pk=int(collective_id)), UUID(ref)
        except (BadLink, ValueError, Collective.DoesNotExist) as error:
            raise Http404 from error

        def answer() -> HttpResponse:
            rows = Purchase.objects.select_related("window__partner__place", "window__collective", "delivery")
            purchase = rows.filter(ref=found).first()
            if purchase is None:
                raise Http404
            return view(request, purchase, token)

        return within(request, collective, answer)

    return inside
