"""Prices before anything is ordered."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.api.endpoint import Answer, Call, Endpoint, Rule
from collectives.api.errors import ApiError, invalid, not_found
from coopdelivery.kit.money import Money
from orders.api import shapes
from orders.api.reading import Reader, text_of
from orders.api.seen import store_for, stores_of
from orders.models import Partner, Quote
from orders.requests import DeliveryRequest
from orders.selectors import is_staff
from orders.services import quote_delivery
from orders.services.agreed import quote_agreed
from orders.services.desk import Desk
from orders.services.quote import estimate
from orders.services.supplements import MOST_CENTS

PLACES = frozenset({"deliveries", "orders"})
EXAMPLE = {
    "dropoff": {"address": "7 place du Ralliement, Montreuil", "timeSlot": "tomorrow 10:00/tomorrow 12:00", "weight": 2000},
}


def asked(call: Call) -> tuple[DeliveryRequest, Partner]:
    """What the body asks for, and for which store."""
    request, desk = asked_at(call)
    return request, desk.partner


def asked_at(call: Call) -> tuple[DeliveryRequest, Desk]:
    """The same, with what was read on the way."""
    body = call.sent
    _check_supplements(body.get("order"))
    partner = store_for(call.caller, body.get("store"))
    desk = Desk(partner)
    return Reader(call.caller, partner, desk.now, desk).delivery(body), desk


def _check_supplements(order: Any) -> None:
    """Price lists here offer none to choose from: what is asked for is never left out in silence. Raises Invalid."""
    if isinstance(order, dict) and order.get("manualSupplements"):
        sentence = _("The co-op adds supplements itself, to an order that is placed: leave them out.")
        raise invalid("order.manualSupplements", sentence, "no_supplements")


class Calculate(Endpoint):
    """The price of a delivery, with its lines; it holds until it expires when the order names the quote."""

    rules = {"POST": Rule("deliveries.place", PLACES, summary="The price of a delivery", example=EXAMPLE, answers="RetailPrice")}

    def post(self, call: Call) -> Answer:
        request, partner = asked(call)
        quote = quote_delivery(request=request, partner=partner, by=call.caller.person)
        return Answer(shapes.price(quote, without_tax=call.query.get("tax") == "excluded"), context="RetailPrice")


class Quotes(Calculate):
    """The same, as a thing made: 201."""

    rules = {"POST": Rule("deliveries.place", PLACES, summary="A price that is kept", example=EXAMPLE, answers="RetailPrice", status=201)}

    def post(self, call: Call) -> Answer:
        data = super().post(call).data
        return Answer(data, 201, headers={"Location": str(data["@id"])})


class QuoteKept(Endpoint):
    rules = {"GET": Rule("deliveries.place", PLACES, summary="A price that was kept", answers="RetailPrice")}

    def get(self, call: Call, ref: UUID) -> Answer:
        quote = Quote.objects.filter(ref=ref, partner__in=stores_of(call.caller)).first()
        if quote is None:
            raise not_found()
        return Answer(shapes.price(quote, without_tax=False), context="RetailPrice")


class Assert(Endpoint):
    """Whether a delivery would be taken: 200, or 400 with the reasons."""

    rules = {"POST": Rule("deliveries.place", PLACES, summary="Would this be taken?", example=EXAMPLE)}

    def post(self, call: Call) -> Answer:
        request, partner = asked(call)
        estimate(request=request, partner=partner)
        return Answer({})


def quote_agreed_on(call: Call, request: DeliveryRequest, desk: Desk) -> Quote | None:
    """The price that a dispatcher says in `order.arbitraryPrice`, with VAT. Raises Invalid, ApiError (403) for everybody else."""
    order = call.sent.get("order")
    said = order.get("arbitraryPrice") if isinstance(order, dict) else None
    if not isinstance(said, dict) or not said:
        return None
    membership = call.caller.membership
    if membership is None or not is_staff(membership):
        raise ApiError(403, _("Only the co-op's dispatchers agree on a price that is not the list's."))
    cents = said.get("variantPrice")
    if not isinstance(cents, int) or isinstance(cents, bool) or not 0 <= cents <= MOST_CENTS:
        raise invalid("order.arbitraryPrice.variantPrice", _("Write a whole number of cents."), "bad_number")
    label = text_of(said, "variantName", "order.arbitraryPrice") or _("Agreed price")
    reason = _("agreed with the co-op: %(amount)s with VAT") % {"amount": Money(cents, desk.collective.currency).format()}
    return quote_agreed(request=request, desk=desk, label=label, reason=reason, gross_cents=cents)


def quote_named(call: Call, partner: Partner) -> Quote | None:
    """The quote a body names by its link. Raises Invalid, ApiError (409) when it is over."""
    link = call.sent.get("quote")
    if not link:
        return None
    text = str(link).removeprefix("/api/quotes/")
    try:
        quote = Quote.objects.filter(ref=UUID(text), partner=partner).first()
    except ValueError:
        quote = None
    if quote is None:
        raise invalid("quote", _("There is no such quote for this store."), "no_quote")
    if quote.expires_at <= timezone.now() or quote.accepted_at is not None:
        raise ApiError(409, _("This quote is used or over. Ask for a new one."))
    return quote
