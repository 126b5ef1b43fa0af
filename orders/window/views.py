"""The shop's side: what waits for an answer, products and stock, hours. A dispatcher may do it for the shop."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives.access import needs
from collectives.forms.hours import WeekForm
from orders.models import Partner, Product, Purchase, PurchaseState, ShopWindow
from orders.refusals import Refused
from orders.views.here import chosen_partner, collective_of, partners, person
from orders.window.deciding import accept_purchase, hand_over, refuse_purchase
from orders.window.forms import ProductForm, WindowForm
from orders.window.keeping import save_product, save_window, window_of
from orders.window.payouts import owed_to, payouts_of
from orders.window.times import ranges_of

UNPROCESSABLE = 422


@require_safe
@needs("window.keep")
def keep(request: HttpRequest) -> HttpResponseBase:
    """What waits for an answer, what is to be prepared, the products; who works for several shops chooses first."""
    choices = partners(request)
    partner = chosen_partner(request, choices)
    if partner is None:
        return TemplateResponse(request, "orders/window_for.html", {"partners": choices})
    shop = window_of(partner)
    rows = Purchase.objects.filter(window__partner=partner).prefetch_related("lines").select_related("delivery")
    context = {
        "partner": partner,
        "shop": shop,
        "waiting": list(rows.filter(state=PurchaseState.PAID).order_by("slot_start")),
        "accepted": list(rows.filter(state=PurchaseState.ACCEPTED).order_by("slot_start")[:50]),
        "past": list(rows.filter(state__in=[PurchaseState.COLLECTED, PurchaseState.REFUSED]).order_by("-placed_at")[:30]),
        "products": list(shop.products.all()) if shop.pk else [],
        "owed": owed_to(partner),
        "payouts": payouts_of(partner)[:6],
        "several": len(choices) > 1,
    }
    return TemplateResponse(request, "orders/window.html", context)


def _to(request: HttpRequest, partner: Partner) -> HttpResponse:
    response: HttpResponse = redirect("window:keep", collective=collective_of(request).slug)
    response["Location"] += f"?partner={partner.ref}"
    return response


@require_POST
@needs("window.keep")
def purchase_answer(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """`decision`: accept, refuse (with `reason`; `shelf` when the goods can be sold again), or handed."""
    mine = {partner.pk for partner in partners(request)}
    rows = Purchase.objects.select_related("window__partner__place", "window__partner__price_list", "window__collective")
    found = get_object_or_404(rows.filter(window__partner__in=mine), ref=ref)
    by, said = person(request), {"code": found.code}
    try:
        match request.POST.get("decision"):
            case "accept":
                accept_purchase(purchase=found, by=by)
                messages.success(request, _("%(code)s is accepted.") % said)
            case "handed":
                hand_over(purchase=found, by=by)
                messages.success(request, _("%(code)s is handed over.") % said)
            case _other:
                refuse_purchase(purchase=found, by=by, reason=request.POST.get("reason", ""), on_the_shelf="shelf" in request.POST)
                messages.success(request, _("%(code)s is refused; the money goes back.") % said)
    except Refused as refused:
        messages.error(request, str(refused))
    return _to(request, found.window.partner)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("window.keep")
def settings(request: HttpRequest) -> HttpResponseBase:
    """Hours, preparation, and whether it is shown."""
    partner = chosen_partner(request, partners(request))
    if partner is None:
        return redirect("window:keep", collective=collective_of(request).slug)
    shop = window_of(partner)
    data = request.POST if request.method == "POST" else None
    first = {name: getattr(shop, name) for name in WindowForm.base_fields}
    form, week = WindowForm(data, initial=first), WeekForm(data, ranges=ranges_of(shop))
    if data is not None and form.is_valid() and week.is_valid():
        try:
            save_window(partner=partner, ranges=week.ranges(), by=person(request), **form.cleaned_data)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("The shop window is saved."))
            return _to(request, partner)
    status = UNPROCESSABLE if form.errors or week.errors else 200
    return TemplateResponse(request, "orders/window_settings.html", {"partner": partner, "form": form, "week": week}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("window.keep")
def product_new(request: HttpRequest) -> HttpResponseBase:
    partner = chosen_partner(request, partners(request))
    if partner is None:
        return redirect("window:keep", collective=collective_of(request).slug)
    shop = window_of(partner)
    if not shop.hours:
        messages.error(request, _("Say first when the shop is open."))
        response = redirect("window:settings", collective=collective_of(request).slug)
        response["Location"] += f"?partner={partner.ref}"
        return response
    return _product(request, shop, None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("window.keep")
def product(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    mine = {partner.pk for partner in partners(request)}
    found = get_object_or_404(Product.objects.select_related("window__partner").filter(window__partner__in=mine), ref=ref)
    return _product(request, found.window, found)


def _product(request: HttpRequest, shop: ShopWindow, found: Product | None) -> HttpResponse:
    sent = request.method == "POST"
    form = ProductForm(request.POST if sent else None, request.FILES if sent else None, initial=_values(found))
    if sent and form.is_valid():
        try:
            save_product(shop=shop, product=found, by=person(request), photo=form.cleaned_data["photo"] or None, **form.values())
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": form.cleaned_data["name"]})
            return _to(request, shop.partner)
    context = {"form": form, "product": found, "partner": shop.partner}
    return TemplateResponse(request, "orders/product_form.html", context, status=UNPROCESSABLE if form.errors else 200)


def _values(found: Product | None) -> dict[str, Any]:
    if found is None:
        return {"is_listed": True, "stock": 1}
    kept = {name: getattr(found, name) for name in ("name", "about", "stock", "allergens", "is_listed")}
    return {**kept, "price": found.price_cents / 100, "vat": found.vat_rate / 100}
