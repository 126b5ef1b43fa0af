"""The front page of a co-op, the same form to embed elsewhere, and its colours. No cookie, no account, no third party."""

from datetime import date, timedelta
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from collectives.models import Collective, Policy
from coopdelivery.kit.access import open_to_all
from coopdelivery.kit.contrast import HEX, readable_on
from coopdelivery.kit.limits import spend
from coopdelivery.kit.money import Money
from coopdelivery.kit.phones import spoken_phone
from coopdelivery.people.adapter import address_of
from orders.front.doors import by_name, payer_token
from orders.front.forms import AskForm
from orders.front.money import example_shares, tariff
from orders.models import ParcelType, Partner, Quote
from orders.refusals import BadAddress, PriceChanged, Refused
from orders.services import place_delivery, quote_delivery
from orders.services.desk import in_force
from orders.services.terms import order_calendar, terms_in_force
from orders.slots import Slot
from orders.views.new import offered_slots
from orders.views.price import PriceCard, bar_of, words_of

DAYS_OFFERED = 7
UNPROCESSABLE, CONFLICT = 422, 409
MOST_TYPES = 8
MOST_ASKED, SPAN_S = 40, 600  # prices and orders from one address in ten minutes: a household, not a machine


@csrf_exempt  # there is no account behind it: what is posted is what the person typed, and is paid before it is work
@open_to_all("anybody may ask a co-op for a delivery and pay for it by card")
@require_http_methods(["GET", "HEAD", "POST"])
@by_name
def front(request: HttpRequest, collective: Collective) -> HttpResponse:
    return _asked(request, collective, "front/front.html")


@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@csrf_exempt  # as above; in a frame on another site there would be no cookie either
@open_to_all("a shop may put a co-op's delivery form on its own site")
@require_http_methods(["GET", "HEAD", "POST"])
@by_name
def embedded(request: HttpRequest, collective: Collective) -> HttpResponse:
    return _asked(request, collective, "front/embedded.html")


def _asked(request: HttpRequest, collective: Collective, template: str) -> HttpResponse:
    """`act` is price (show it) or order (place it at the price shown). 429 for an address that asks too often."""
    if request.method == "POST" and not spend("front", address_of(request), at_most=MOST_ASKED, within_s=SPAN_S):
        return TemplateResponse(request, "429.html", status=429)
    partner = front_partner(collective)
    form = AskForm(request.POST if request.method == "POST" else None, types=_types(), slots=_slots(collective))
    if request.method != "POST" or partner is None:
        return _page(request, collective, partner, form, template, status=UNPROCESSABLE if request.method == "POST" else 200)
    if not form.is_valid():
        return _page(request, collective, partner, form, template, status=UNPROCESSABLE)
    shown = Quote.objects.filter(ref=form.quote_ref, partner=partner).first() if form.quote_ref else None
    try:
        if request.POST.get("act") != "order" or shown is None:
            return _page(request, collective, partner, form, template, quote=_quote(form, partner))
        asked = form.request(collective.zone)
        delivery = place_delivery(request=asked, partner=partner, by=None, idempotency_key=_key(form), quote=shown, payer=form.payer())
    except PriceChanged as changed:
        form.add_error(None, str(changed))
        return _page(request, collective, partner, form, template, quote=changed.quote, status=CONFLICT)
    except Refused as refused:
        form.refuse(refused)
        return _page(request, collective, partner, form, template, status=UNPROCESSABLE)
    return redirect("front:pay", token=payer_token(delivery.order))


def _key(form: AskForm) -> str:
    """Of this form alone: nobody else's order can be hit by guessing."""
    return f"front:{form.cleaned_data['key'][:40]}" if form.cleaned_data["key"] else ""


def _quote(form: AskForm, partner: Partner) -> Quote:
    """The price; an address nobody can locate is refused here, where nobody could correct it before it is paid."""
    quote = quote_delivery(request=form.request(partner.collective.zone), partner=partner, by=None)
    if quote.asked["way"]["unlocated"]:
        raise BadAddress("dropoffs.0.address")
    return quote


def front_partner(collective: Collective) -> Partner | None:
    """In whose name people without an account order; None when the co-op does not offer it, or may not trade."""
    partner = Partner.objects.select_related("price_list", "place").filter(is_front_door=True, is_active=True).first()
    if partner is None or not collective.may_trade():
        return None
    partner.collective = collective
    return partner


def _types() -> list[ParcelType]:
    return list(ParcelType.objects.all()[:MOST_TYPES])


def _slots(collective: Collective) -> list[tuple[date, Slot]]:
    calendar, terms, today = order_calendar(collective), terms_in_force(), collective.today()
    days = [today + timedelta(days=n) for n in range(DAYS_OFFERED)]
    return [(day, slot) for day in days for slot in offered_slots(day, calendar, terms) if slot.free]


def _page(
    request: HttpRequest,
    collective: Collective,
    partner: Partner | None,
    form: AskForm,
    template: str,
    *,
    quote: Quote | None = None,
    status: int = 200,
) -> TemplateResponse:
    shares = example_shares(collective)
    context: dict[str, Any] = {
        "coop": collective,
        "partner": partner,
        "form": form,
        "card": PriceCard(partner, quote) if partner else None,
        "tariff": tariff(in_force(partner.price_list, collective.today()), collective.currency) if partner else [],
        "shares": shares,
        "parts": bar_of(shares),
        "parts_label": words_of(shares, collective.name),
        "example": Money(shares.gross.cents, collective.currency),
        "rules": _latest_decisions(collective),
        "phone": spoken_phone(collective.phone, country=collective.country) if collective.phone else "",
    }
    return TemplateResponse(request, template, context, status=status)


def _latest_decisions(collective: Collective) -> list[Policy]:
    """One rule of each of the last three decisions that changed rules."""
    rows = Policy.objects.filter(until=None, effective_on__lte=collective.today()).select_related("decision")
    return list({rule.decision_id: rule for rule in rows.order_by("-effective_on", "-pk")[:60]}.values())[:3]


@open_to_all("a co-op's colour is on its bikes")
@require_safe
@by_name
def colours(request: HttpRequest, collective: Collective) -> HttpResponse:
    """The poster in the colour the co-op chose, with a text that can be read on it."""
    tile = collective.tile_colour if HEX.match(collective.tile_colour) else "#2B459F"
    text = readable_on(tile)
    css = f"@layer page {{ .front {{ --poster: {tile}; --on-poster: {text}; --poster-line: color-mix(in srgb, {tile} 75%, {text}); }} }}\n"
    return HttpResponse(css, content_type="text/css; charset=utf-8", headers={"Cache-Control": "public, max-age=300"})


@open_to_all("a small script for the shop's own page; it draws the frame and nothing else")
@require_safe
@by_name
def script(request: HttpRequest, collective: Collective) -> HttpResponse:
    """`<script src=…/embed.js async></script>` puts the form where it stands."""
    address = settings.BASE_URL + reverse("front:embedded", kwargs={"coop": collective.slug})
    context = {"address": address, "coop": collective}
    return TemplateResponse(request, "front/embed.js", context, content_type="text/javascript; charset=utf-8")
