"""A partner's people pay an order by card."""

from functools import partial
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collectives.access import needs
from orders.models import Order, Payment, PaymentStatus
from orders.payments import services
from orders.payments.states import UNPAID, problem_of
from orders.selectors import deliveries_visible_to
from orders.views.cards import card_context, paying, secret_of, stripe_policy
from orders.views.here import collective_of, member, person


def order_or_404(request: HttpRequest, ref: UUID) -> Order:
    """An order whose delivery this person may see."""
    visible = deliveries_visible_to(member(request)).values("order_id")
    rows = Order.objects.select_related("collective", "partner").filter(pk__in=visible)
    order: Order = get_object_or_404(rows, ref=ref, paid_by=Order.PaidBy.CARD)
    return order


def back_address(request: HttpRequest, order: Order) -> str:
    """Where the bank sends the browser afterwards."""
    path = reverse("orders:pay", kwargs={"collective": collective_of(request).slug, "ref": order.ref})
    return f"{settings.BASE_URL}{path}"


def page(request: HttpRequest, order: Order, *, problem: str = "", status: int = 200) -> HttpResponse:
    payment = Payment.objects.filter(order=order).first()
    payable = payment is None or payment.status in UNPAID
    context = {
        "order": order,
        "delivery": order.deliveries.order_by("pk").first(),
        "lines": order.lines.all(),
        "payment": payment,
        "payable": payable and order.deliveries.filter(status="awaiting_payment").exists(),
        "waits_for_bank": payment is not None and payment.status == PaymentStatus.NEEDS_ACTION,
        "problem": problem or (problem_of(payment) if payment else ""),
        **card_context(back_address(request, order)),
    }
    return TemplateResponse(request, "orders/pay.html", context, status=status)


@stripe_policy
@require_http_methods(["GET", "HEAD", "POST"])
@needs("deliveries.place")
def pay(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """The price and the way to pay it; a POST charges a test card with the local server."""
    order = order_or_404(request, ref)

    def charge(method: str) -> Payment:
        return services.pay(order=order, method=method, return_url=back_address(request, order), by=person(request))

    return paying(request, page=partial(page, request, order), charge=charge, then=partial(outcome, request, order))


def outcome(request: HttpRequest, order: Order, payment: Payment) -> HttpResponse:
    """Paid: on to the delivery. Refused: again, with the reason. Otherwise the page says what it waits for."""
    if payment.status == PaymentStatus.FAILED:
        return page(request, order, status=402)
    if payment.status == PaymentStatus.PAID:
        messages.success(request, _("Paid. The delivery is on the co-op's board."))
    return redirect("orders:pay", collective=collective_of(request).slug, ref=order.ref)


@require_POST
@needs("deliveries.place")
def pay_intent(request: HttpRequest, ref: UUID) -> HttpResponse:
    order = order_or_404(request, ref)
    return secret_of(lambda: services.prepare(order=order)[1])


@require_POST
@needs("deliveries.place")
def pay_check(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Back from the bank: ask Stripe now rather than wait for its event."""
    order = order_or_404(request, ref)
    payment = get_object_or_404(Payment.objects.select_related("order__collective"), order=order)
    services.check(payment, by=person(request))
    return redirect("orders:pay", collective=collective_of(request).slug, ref=order.ref)
