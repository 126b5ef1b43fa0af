"""The shops of a co-op's town, one shop with its basket, and the page of a purchase. No cookie, no account."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives.models import Collective
from coopdelivery.kit.access import open_to_all
from coopdelivery.kit.limits import spend
from coopdelivery.kit.money import Money
from coopdelivery.people.adapter import address_of
from coopdelivery.places import geocode
from coopdelivery.places.geometry import Point
from orders.front.doors import by_name
from orders.models import Product, Purchase, PurchaseState, ShopWindow, Stop, StopKind
from orders.refusals import Refused
from orders.services.terms import order_calendar, terms_in_force
from orders.tracking.links import tracking_path
from orders.views.cards import card_context, paying, secret_of, stripe_policy
from orders.views.new import offered_slots
from orders.window import money
from orders.window.allergens import named
from orders.window.buying import Total, place_purchase, total_of
from orders.window.doors import by_buyer, purchase_path
from orders.window.forms import BasketForm, days_ahead
from orders.window.ranking import NAME, NEAR, TURN, ranked
from orders.window.refusals import PriceMoved
from orders.window.times import calendar_of, can_collect, can_ride

DAYS_OFFERED = 3
UNPROCESSABLE, CONFLICT = 422, 409
MOST_ASKED, SPAN_S = 60, 600
WHY = "anybody may look at the shops of a town and buy from them by card"
WHY_BOUGHT = "the buyer holds the unguessable signed link of this one purchase"


@open_to_all(WHY)
@require_safe
@by_name
def shops(request: HttpRequest, collective: Collective) -> HttpResponse:
    """`sort`: turn (the first), name, near (with `to`, an address)."""
    rows = ShopWindow.objects.filter(is_open=True, partner__is_active=True).select_related("partner__place")
    open_shops = list(rows) if collective.may_trade() else []
    how = request.GET.get("sort", TURN)
    to = request.GET.get("to", "").strip()[:200]
    near = _point_of(request, to, collective) if how == NEAR and to else None
    context = {
        "coop": collective,
        "shops": ranked(open_shops, how, day=collective.today(), near=near),
        "sort": how if how in {NAME, NEAR} else TURN,
        "to": to,
        "lost": how == NEAR and bool(to) and near is None,
    }
    return TemplateResponse(request, "front/shops.html", context)


def _point_of(request: HttpRequest, text: str, collective: Collective) -> Point | None:
    """Where an address lies; nothing for one who asks too often."""
    if not spend("shops", address_of(request), at_most=MOST_ASKED, within_s=SPAN_S):
        return None
    middle = Point(collective.latitude, collective.longitude) if collective.latitude or collective.longitude else None
    found = geocode.suggest(text, near=middle, country=collective.country, limit=1)
    return found[0].point if found else None


def _shop_or_404(collective: Collective, ref: UUID) -> ShopWindow:
    rows = ShopWindow.objects.select_related("partner__place", "partner__price_list")
    shop: ShopWindow = get_object_or_404(rows, ref=ref, is_open=True, partner__is_active=True)
    shop.collective = collective
    return shop


@csrf_exempt  # there is no account behind it: what is posted is what the person typed, and is paid before the shop sees it
@open_to_all(WHY)
@require_http_methods(["GET", "HEAD", "POST"])
@by_name
def shop(request: HttpRequest, collective: Collective, ref: UUID) -> HttpResponse:
    """`act` is price (show it) or buy (at the price shown)."""
    found = _shop_or_404(collective, ref)
    if request.method == "POST" and not spend("shop", address_of(request), at_most=MOST_ASKED, within_s=SPAN_S):
        return TemplateResponse(request, "429.html", status=429)
    form = _basket(request, found)
    if request.method != "POST":
        return _shop_page(request, found, form)
    if not form.is_valid():
        return _shop_page(request, found, form, status=UNPROCESSABLE)
    try:
        asked, shown = form.asked(), request.POST.get("cost", "")
        if request.POST.get("act") != "buy" or not shown.isascii() or not shown.isdigit() or len(shown) > 9:
            return _shop_page(request, found, form, total=total_of(shop=found, asked=asked))
        key = f"shop:{form.cleaned_data['key'][:40]}" if form.cleaned_data["key"] else ""
        purchase = place_purchase(shop=found, asked=asked, agreed_cents=int(shown), idempotency_key=key)
    except PriceMoved as moved:
        form.add_error(None, str(moved))
        return _shop_page(request, found, form, total=total_of(shop=found, asked=asked), status=CONFLICT)
    except Refused as refused:
        form.refuse(refused)
        return _shop_page(request, found, form, status=UNPROCESSABLE)
    return redirect(purchase_path(purchase))


def _basket(request: HttpRequest, found: ShopWindow) -> BasketForm:
    collective, now = found.collective, timezone.now()
    calendar, own = order_calendar(collective), calendar_of(found, collective)
    terms, prepares = terms_in_force(), timedelta(minutes=found.prepares_minutes)
    days = days_ahead(collective.today(), DAYS_OFFERED)
    rides = [slot.window for day in days for slot in can_ride(offered_slots(day, calendar, terms), own.windows(day), now, prepares)]
    collects = [window for day in days for window in can_collect(own.windows(day), now, prepares)]
    products = list(found.products.filter(is_listed=True))
    data = request.POST if request.method == "POST" else None
    return BasketForm(data, shop=found, products=products, rides=rides, collects=collects)


def _shop_page(request: HttpRequest, found: ShopWindow, form: BasketForm, *, total: Total | None = None, status: int = 200) -> HttpResponse:
    currency = found.collective.currency
    context: dict[str, Any] = {
        "coop": found.collective,
        "shop": found,
        "form": form,
        "total": total,
        "shelf": [(each, Money(each.price_cents, currency), named(each.allergens), bound) for each, bound in form.shelf()],
    }
    return TemplateResponse(request, "front/shop.html", context, status=status)


@open_to_all(WHY)
@require_safe
@by_name
def photo(request: HttpRequest, collective: Collective, ref: UUID) -> HttpResponse:
    """A product's picture, as it was drawn anew when it came."""
    found = get_object_or_404(Product, ref=ref, is_listed=True, window__is_open=True)
    if not found.photo or not found.photo.storage.exists(found.photo.name or ""):
        raise Http404
    response = FileResponse(found.photo.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "public, max-age=3600"
    response["X-Content-Type-Options"] = "nosniff"
    return response  # type: ignore[return-value]  # a streaming response is answered as it is


@stripe_policy
@csrf_exempt  # knowing the link is the permission, and so the page needs no cookie
@open_to_all(WHY_BOUGHT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@by_buyer
def bought(request: HttpRequest, purchase: Purchase, token: str) -> HttpResponse:
    """What was bought and how it stands; a POST charges a test card with the local server."""

    def charge(method: str) -> Purchase:
        return money.pay(purchase, method=method, return_url=_back(token))

    def then(paid: Purchase) -> HttpResponse:
        refused = paid.state == PurchaseState.UNPAID and paid.why
        return _bought_page(request, paid, token, status=402) if refused else redirect("front:bought", token=token)

    return paying(request, page=partial(_bought_page, request, purchase, token), charge=charge, then=then)


@csrf_exempt  # as above
@open_to_all(WHY_BOUGHT)
@require_POST
@by_buyer
def bought_intent(request: HttpRequest, purchase: Purchase, token: str) -> HttpResponse:
    return secret_of(lambda: money.prepare(purchase))


@csrf_exempt  # as above
@open_to_all(WHY_BOUGHT)
@require_POST
@by_buyer
def bought_check(request: HttpRequest, purchase: Purchase, token: str) -> HttpResponse:
    """Back from the bank: ask Stripe now rather than wait for its event."""
    money.check(purchase)
    return redirect("front:bought", token=token)


def _back(token: str) -> str:
    return settings.BASE_URL + reverse("front:bought", kwargs={"token": token})


def _bought_page(request: HttpRequest, purchase: Purchase, token: str, *, problem: str = "", status: int = 200) -> TemplateResponse:
    drop = Stop.objects.filter(delivery=purchase.delivery, kind=StopKind.DROPOFF).first() if purchase.delivery_id else None
    context = {
        "coop": purchase.window.collective,
        "shop": purchase.window.partner,
        "purchase": purchase,
        "lines": purchase.lines.all(),
        "payable": purchase.state == PurchaseState.UNPAID,
        "waits_for_bank": purchase.state == PurchaseState.UNPAID and bool(purchase.next_url),
        "problem": problem or money.problem_of(purchase),
        "token": token,
        **card_context(_back(token)),
        "tracking": tracking_path(drop) if drop else "",
    }
    return TemplateResponse(request, "front/bought.html", context, status=status)
