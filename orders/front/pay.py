"""Paying for a delivery without an account: the signed link is the permission."""

from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from coopdelivery.kit.access import open_to_all
from orders.front.doors import by_payer
from orders.models import Order, Payment, PaymentStatus, StopKind
from orders.payments import services
from orders.payments.states import UNPAID, problem_of
from orders.tracking.links import tracking_path
from orders.views.cards import card_context, paying, secret_of, stripe_policy

WHY = "the payer holds the unguessable signed link of this one order"


@stripe_policy
@csrf_exempt  # knowing the link is the permission, and so the page needs no cookie
@open_to_all(WHY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@by_payer
def pay(request: HttpRequest, order: Order, token: str) -> HttpResponse:
    """The price and the way to pay it; a POST charges a test card with the local server."""

    def charge(method: str) -> Payment:
        return services.pay(order=order, method=method, return_url=_back(token), by=None)

    def then(payment: Payment) -> HttpResponse:
        return _page(request, order, token, status=402) if payment.status == PaymentStatus.FAILED else redirect("front:pay", token=token)

    return paying(request, page=partial(_page, request, order, token), charge=charge, then=then)


@csrf_exempt  # as above
@open_to_all(WHY)
@require_POST
@by_payer
def intent(request: HttpRequest, order: Order, token: str) -> HttpResponse:
    return secret_of(lambda: services.prepare(order=order)[1])


@csrf_exempt  # as above
@open_to_all(WHY)
@require_POST
@by_payer
def check(request: HttpRequest, order: Order, token: str) -> HttpResponse:
    """Back from the bank: ask Stripe now rather than wait for its event."""
    services.check(get_object_or_404(Payment.objects.select_related("order__collective"), order=order))
    return redirect("front:pay", token=token)


def _back(token: str) -> str:
    return settings.BASE_URL + reverse("front:pay", kwargs={"token": token})


def _page(request: HttpRequest, order: Order, token: str, *, problem: str = "", status: int = 200) -> TemplateResponse:
    payment = Payment.objects.filter(order=order).first()
    delivery = order.deliveries.order_by("pk").first()
    drop = delivery.stops.filter(kind=StopKind.DROPOFF).first() if delivery else None
    payable = (payment is None or payment.status in UNPAID) and delivery is not None and delivery.status == "awaiting_payment"
    context = {
        "coop": order.collective,
        "order": order,
        "lines": order.lines.all(),
        "payment": payment,
        "payable": payable,
        "waits_for_bank": payment is not None and payment.status == PaymentStatus.NEEDS_ACTION,
        "problem": problem or (problem_of(payment) if payment else ""),
        "token": token,
        **card_context(_back(token)),
        "tracking": tracking_path(drop) if drop else "",
    }
    return TemplateResponse(request, "front/pay.html", context, status=status)
