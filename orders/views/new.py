"""The new delivery page: form, live price, placing."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives.access import needs
from collectives.opening import OpeningCalendar
from collectives.policies import policy_value
from coopdelivery.kit.htmx import is_fragment
from coopdelivery.kit.money import Money
from coopdelivery.kit.windows import day_bounds, day_in
from coopdelivery.places.geocode import suggest
from coopdelivery.places.geometry import Point
from orders.forms.call import CallForm
from orders.forms.delivery import OTHER, NewDelivery, as_typed
from orders.models import AddressBookEntry, Delivery, DeliveryStatus, Favourite, ParcelType, Partner, Quote
from orders.refusals import PriceChanged, Refused
from orders.requests import DeliveryRequest
from orders.selectors import address_book_matching, is_staff
from orders.services import place_delivery, quote_delivery
from orders.services.calls import NotReadBack, read_back, take_call
from orders.services.contacts import checked_phone
from orders.services.terms import drops_by_hour, order_calendar, terms_in_force
from orders.slots import Slot, first_open, slots_on
from orders.terms import Terms
from orders.views.again import asked_again, back_home
from orders.views.here import chosen_partner, collective_of, member, partners, person
from orders.views.price import PriceCard

PAGE = "orders/delivery_new.html"
UNPROCESSABLE, CONFLICT = 422, 409
DAYS_OFFERED = 3


@require_http_methods(["GET", "HEAD", "POST"])
@needs("deliveries.place")
def delivery_new(request: HttpRequest) -> HttpResponseBase:
    """The form; its buttons say what happens: `act` is place, price, more, less-<n>, fetch, unfetch-<n>, back or refresh."""
    choices = partners(request)
    partner = chosen_partner(request, choices)
    if partner is None:
        return TemplateResponse(request, "orders/delivery_new_for.html", {"partners": choices})
    types = list(ParcelType.objects.all())
    if request.method != "POST":
        return page(request, partner, NewDelivery(None, types=types, initial=asked_again(request, partner)))
    act = request.POST.get("act", "place")
    if act not in {"place", "price"}:
        typed = as_typed(request.POST, act, types=types, home=back_home(partner))
        return page(request, partner, typed, focus=act)
    new = NewDelivery(request.POST, types=types)
    if not new.is_valid() or not call_of(request).is_valid():
        return page(request, partner, new, status=UNPROCESSABLE)
    quote = _quote_shown(new, partner) if act == "place" else None
    return _place(request, partner, new, quote) if quote else _show_price(request, partner, new)


def _quote_shown(new: NewDelivery, partner: Partner) -> Quote | None:
    return Quote.objects.filter(ref=new.quote_ref, partner=partner).first() if new.quote_ref else None


def _place(request: HttpRequest, partner: Partner, new: NewDelivery, quote: Quote) -> HttpResponse:
    asked = new.request(collective_of(request).zone)
    call = call_of(request)
    if call.is_valid() and call.is_call and not call.cleaned_data["agreed"]:
        call.add_error("agreed", str(NotReadBack()))
        return page(request, partner, new, quote=quote, call=call, status=UNPROCESSABLE)
    try:
        if call.is_call:
            checked_phone(call.cleaned_data["caller_phone"], country=collective_of(request).country, field="caller_phone")
        delivery = place_delivery(request=asked, partner=partner, by=person(request), idempotency_key=new.key, quote=quote)
    except PriceChanged as changed:
        new.refuse(changed)
        return page(request, partner, new, quote=changed.quote, status=CONFLICT)
    except Refused as refused:
        new.refuse(refused)
        return page(request, partner, new, status=UNPROCESSABLE)
    if call.is_call:
        data = call.cleaned_data
        text = said_back(asked, partner, quote)
        take_call(
            delivery=delivery, caller=data["caller"], phone=data["caller_phone"], mandate=data["mandate"], text=text, by=person(request)
        )
    return _placed(request, delivery)


def call_of(request: HttpRequest) -> CallForm:
    """Only the co-op's people take orders by telephone: what anybody else sends of it is left out."""
    return CallForm(request.POST if is_staff(member(request)) else {})


def said_back(asked: DeliveryRequest, partner: Partner, quote: Quote) -> str:
    names = dict(ParcelType.objects.values_list("pk", "name"))
    price = Money(quote.net_cents + quote.vat_cents, quote.currency).format()
    return read_back(asked, sender=partner.name, price=price, names=names, pays=partner.get_terms_display())


def _placed(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    slug = collective_of(request).slug
    if delivery.status == DeliveryStatus.AWAITING_PAYMENT:
        return redirect("orders:pay", collective=slug, ref=delivery.order.ref)
    response: HttpResponse = redirect("orders:delivery", collective=slug, ref=delivery.ref)
    response["Location"] += "?placed"
    return response


def _show_price(request: HttpRequest, partner: Partner, new: NewDelivery) -> TemplateResponse:
    try:
        quote = quote_delivery(request=new.request(collective_of(request).zone), partner=partner, by=person(request))
    except Refused as refused:
        new.refuse(refused)
        return page(request, partner, new, status=UNPROCESSABLE)
    return page(request, partner, new, quote=quote)


@require_POST
@needs("deliveries.place")
def delivery_quote(request: HttpRequest) -> HttpResponseBase:
    """The price card alone, while the form is being filled: the price, or what is still missing for one."""
    partner = chosen_partner(request, partners(request))
    if partner is None:
        return HttpResponse(_("Choose a partner first."), status=UNPROCESSABLE, content_type="text/plain; charset=utf-8")
    new = NewDelivery(request.POST, types=list(ParcelType.objects.all()))
    valid = new.is_valid()
    card = PriceCard(partner, missing=new.complaints())
    if valid:
        try:
            quote = quote_delivery(request=new.request(collective_of(request).zone), partner=partner, by=person(request))
            card = PriceCard(partner, quote, len(new.drops.forms))
        except Refused as refused:
            card = PriceCard(partner, missing=[str(refused)])
    status = 200 if card.quote else UNPROCESSABLE
    return TemplateResponse(request, "orders/_price.html", {"card": card, "partner": partner}, status=status)


def page(
    request: HttpRequest,
    partner: Partner,
    new: NewDelivery,
    *,
    quote: Quote | None = None,
    status: int = 200,
    focus: str = "",
    call: CallForm | None = None,
) -> TemplateResponse:
    """The whole page, or its middle for htmx."""
    template = f"{PAGE}#new" if is_fragment(request) else PAGE
    context = new_context(request, partner, new, quote=quote, focus=focus)
    if is_staff(member(request)):
        context["call"] = call or (call_of(request) if request.method == "POST" else CallForm())
        if quote is not None and new.is_valid():
            context["read_back"] = said_back(new.request(collective_of(request).zone), partner, quote)
    return TemplateResponse(request, template, context, status=status)


def new_context(request: HttpRequest, partner: Partner, new: NewDelivery, *, quote: Quote | None = None, focus: str = "") -> dict[str, Any]:
    """What `orders/_new.html` shows; the list page shows it too. `focus` is the act after which the cursor stands in the new stop."""
    collective = collective_of(request)
    today = collective.today()
    calendar = order_calendar(collective)
    days = [today + timedelta(days=n) for n in range(DAYS_OFFERED)]
    terms = terms_in_force()
    asked = str(new.main["day"].value() or _first_day(days, calendar, terms).isoformat())
    day = _day_shown(asked, new)
    slots = offered_slots(day, calendar, terms) if day else []
    first = first_open(slots)
    chosen = new.main["slot"].value() or (first.value if first else "free" if slots else "")
    return {
        "partner": partner,
        "partners": partners(request, "deliveries.place"),
        "new": new,
        "favourites": list(Favourite.objects.filter(partner=partner).select_related("delivery")),
        "days": [(each.isoformat(), each) for each in days],
        "day": asked,
        "shown_day": day,
        "slots": slots,
        "chosen_slot": chosen,
        "last_day": (today + timedelta(days=60)).isoformat(),
        "today": today.isoformat(),
        "cancel_rule": policy_value("cancel_free_until"),
        "card": PriceCard(partner, quote, len(new.drops.forms)),
        "focus_last": focus == "more",
        "focus_fetch": focus == "fetch",
    }


def offered_slots(day: date, calendar: OpeningCalendar, terms: Terms) -> list[Slot]:
    """With the room that is left, when the co-op has set a measure."""
    now = timezone.now()
    taken = drops_by_hour(*day_bounds(day, calendar.zone)) if terms.drops_an_hour is not None else {}
    return slots_on(day, calendar, now, terms, taken)


def _first_day(days: list[date], calendar: OpeningCalendar, terms: Terms) -> date:
    """The first day a new form can still order for."""
    return next((day for day in days if first_open(offered_slots(day, calendar, terms))), days[0])


def _day_shown(asked: str, new: NewDelivery) -> date | None:
    try:
        return day_in(str(new.main["other_day"].value() or "") if asked == OTHER else asked)
    except ValueError:
        return None


@require_safe
@needs("deliveries.place")
def address_suggest(request: HttpRequest) -> HttpResponseBase:
    """Options for a list box: the partner's known recipients first, then addresses. `q` is the text, `list` the list box's id."""
    partner = chosen_partner(request, partners(request))
    text = request.GET.get("q", "").strip()[:100]
    collective = collective_of(request)
    near = Point(collective.latitude, collective.longitude) if collective.latitude or collective.longitude else None
    entries: list[AddressBookEntry] = list(address_book_matching(partner, text)[:4]) if partner and text else []
    found = suggest(text, near=near, country=collective.country, limit=6 - len(entries)) if len(text) > 2 else []
    list_id = request.GET.get("list", "")
    context = {
        "entries": entries,
        "suggestions": found,
        "text": text,
        "list_id": list_id if list_id.replace("-", "").replace("_", "").isalnum() else "suggestions",
    }
    return TemplateResponse(request, "orders/_suggestions.html", context)
