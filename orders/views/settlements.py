"""Settling: start a run, watch it; one order's split, and credits on it."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collectives.access import allows, needs
from coopdelivery.kit.htmx import page_or_fragment
from coopdelivery.ledger.models import Posting
from orders.forms.credit import CreditForm
from orders.invoices.months import Month
from orders.models import Credit, Order, Payment, Settlement, SettlementRun
from orders.payments import runs
from orders.payments.credits import credit_order, creditable
from orders.payments.hourly import per_hour
from orders.payments.rates import contribution_decided_by
from orders.refusals import Refused
from orders.views.here import collective_of, member, person

UNPROCESSABLE = 422


@require_POST
@needs("settlements.run")
def settlement_run(request: HttpRequest) -> HttpResponse:
    """Start a run, or go to the one under way; one whose worker went away is woken again."""
    collective = collective_of(request)
    run = runs.start_run(collective=collective, by=person(request))
    if runs.is_lost(run):
        runs.wake_again(run, by=person(request))
    return redirect("orders:settlement", collective=collective.slug, ref=run.ref)


@require_safe
@needs("books.view")
def settlement(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One run and its progress; htmx asks for the fragment every second while it lasts."""
    run = get_object_or_404(SettlementRun.objects.select_related("started_by"), ref=ref)
    return page_or_fragment(request, "orders/settlement.html", "run", {"run": run, "lost": runs.is_lost(run), "tab": "settlement"})


def split_of(settlement: Settlement) -> dict[str, object]:
    """The shares of the price before VAT, in figures and as the parts of a bar."""
    parts = {part: settlement.money(part) for part in ("collective", "federation", "fee", "value_added")}
    patterns = (("collective", "solid"), ("federation", "hatch"), ("fee", "dark"))
    return {**parts, "shares": [(float(parts[part].cents), pattern) for part, pattern in patterns]}


def order_context(request: HttpRequest, order: Order) -> dict[str, object]:
    """Everything the page of one order's money shows."""
    settlement = Settlement.objects.filter(order=order).first()
    delivery = order.deliveries.order_by("pk").first()
    keys = [f"order:{order.ref}:settled", *(f"credit:{credit.ref}" for credit in Credit.objects.filter(order=order))]
    return {
        "order": order,
        "delivery": delivery,
        "drops": delivery.stops.filter(kind="dropoff").count() if delivery else 0,
        "lines": order.lines.all(),
        "settlement": settlement,
        "split": split_of(settlement) if settlement else None,
        "book_currency": order.currency,
        "payment": Payment.objects.filter(order=order).first(),
        "credits": Credit.objects.filter(order=order).select_related("by"),
        "creditable": creditable(order),
        "decided": contribution_decided_by(settlement.settled_on) if settlement else None,
        "postings": Posting.objects.filter(book__collective_id=order.collective_id, key__in=keys).prefetch_related("entries__account"),
        "may_credit": settlement is not None and order.paid_by == Order.PaidBy.STATEMENT and allows(member(request), "settlements.run"),
        "tab": "settlement",
        "hourly": per_hour(collective_of(request), Month(settlement.settled_on.replace(day=1))) if settlement else None,
    }


@require_safe
@needs("books.view")
def order_money(request: HttpRequest, ref: UUID) -> HttpResponse:
    order = get_object_or_404(Order.objects.select_related("partner"), ref=ref)
    form = CreditForm(initial={"key": uuid4().hex})
    return TemplateResponse(request, "orders/order_money.html", {**order_context(request, order), "form": form})


@require_POST
@needs("settlements.run")
def order_credit(request: HttpRequest, ref: UUID) -> HttpResponse:
    order = get_object_or_404(Order.objects.select_related("partner"), ref=ref)
    form = CreditForm(request.POST, currency=order.currency)
    if form.is_valid():
        asked = {"net": form.money(), "reason": form.cleaned_data["reason"], "idempotency_key": form.key_typed()}
        try:
            credit_order(order=order, by=person(request), **asked)
        except Refused as refused:
            form.add_error(refused.field or None, str(refused))
        else:
            messages.success(request, _("The credit is written. It is on the next open statement."))
            return redirect("orders:order_money", collective=collective_of(request).slug, ref=order.ref)
    return TemplateResponse(request, "orders/order_money.html", {**order_context(request, order), "form": form}, status=UNPROCESSABLE)
