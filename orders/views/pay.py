"""Paying an order by card: Stripe's own form in production, a server-side form with test cards where Stripe is the local server."""

from typing import Any
from uuid import UUID

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from collectives.access import needs
from orders.models import Order, Payment, PaymentStatus
from orders.payments import services
from orders.payments.services import CardsUnavailable, NotPayable
from orders.payments.states import UNPAID, problem_of
from orders.selectors import deliveries_visible_to
from orders.views.here import collective_of, member, person

# Stripe.js and the frames it opens: on this page only
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


def stripe_policy(view: Any) -> Any:
    """Let Stripe's script in where it is used; with the local server the page stays as strict as any other."""
    return view if settings.STRIPE_API_BASE else csp_update(STRIPE_CSP)(view)


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


def page(request: HttpRequest, order: Order, payment: Payment | None, *, problem: str = "", status: int = 200) -> HttpResponse:
    payable = payment is None or payment.status in UNPAID
    context = {
        "order": order,
        "delivery": order.deliveries.order_by("pk").first(),
        "lines": order.lines.all(),
        "payment": payment,
        "payable": payable and order.deliveries.filter(status="awaiting_payment").exists(),
        "waits_for_bank": payment is not None and payment.status == PaymentStatus.NEEDS_ACTION,
        "problem": problem or (problem_of(payment) if payment else ""),
        "test_cards": TEST_CARDS if settings.STRIPE_API_BASE else {},
        "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
        "back": back_address(request, order),
    }
    return TemplateResponse(request, "orders/pay.html", context, status=status)


@stripe_policy
@require_http_methods(["GET", "HEAD", "POST"])
@needs("deliveries.place")
def pay(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """The price and the way to pay it; a POST charges a test card with the local server."""
    order = order_or_404(request, ref)
    if request.method != "POST":
        return page(request, order, Payment.objects.filter(order=order).first())
    method = request.POST.get("method", "")
    if not settings.STRIPE_API_BASE:
        raise Http404
    if method not in TEST_CARDS:
        return page(request, order, Payment.objects.filter(order=order).first(), problem=_("Choose a card."), status=422)
    try:
        payment = services.pay(order=order, method=method, return_url=back_address(request, order), by=person(request))
    except (NotPayable, CardsUnavailable) as refused:
        return refusal(request, order, refused)
    return outcome(request, order, payment)


def refusal(request: HttpRequest, order: Order, refused: NotPayable | CardsUnavailable) -> HttpResponse:
    """What is paid already shows so; what cannot be paid now says why and keeps the form."""
    payment = Payment.objects.filter(order=order).first()
    status = 409 if isinstance(refused, NotPayable) else 503
    return page(request, order, payment, problem=str(refused), status=status)


def outcome(request: HttpRequest, order: Order, payment: Payment) -> HttpResponse:
    """Paid: on to the delivery. Refused: again, with the reason. Otherwise the page says what it waits for."""
    if payment.status == PaymentStatus.FAILED:
        return page(request, order, payment, status=402)
    if payment.status == PaymentStatus.PAID:
        messages.success(request, _("Paid. The delivery is on the co-op's board."))
    return redirect("orders:pay", collective=collective_of(request).slug, ref=order.ref)


@require_POST
@needs("deliveries.place")
def pay_intent(request: HttpRequest, ref: UUID) -> HttpResponse:
    """For Stripe's form in the browser: the secret with which it confirms the payment."""
    order = order_or_404(request, ref)
    try:
        _payment, intent = services.prepare(order=order)
    except (NotPayable, CardsUnavailable) as refused:
        return JsonResponse({"problem": str(refused)}, status=409 if isinstance(refused, NotPayable) else 503)
    return JsonResponse({"client_secret": intent.client_secret})


@require_POST
@needs("deliveries.place")
def pay_check(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Back from the bank: ask Stripe now rather than wait for its event."""
    order = order_or_404(request, ref)
    payment = get_object_or_404(Payment.objects.select_related("order__collective"), order=order)
    services.check(payment, by=person(request))
    return redirect("orders:pay", collective=collective_of(request).slug, ref=order.ref)
