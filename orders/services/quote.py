"""What a delivery would cost, shown with every line and honoured for a while."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from collectives.models import Collective
from collectives.tenancy import acting_for
from coopdelivery.people.models import Person
from orders.models import Partner, Quote
from orders.pricing.engine import Facts, Line, limit_broken, price
from orders.pricing.totals import totals_of, without_vat
from orders.refusals import OverLimit
from orders.requests import DeliveryRequest
from orders.services.desk import Desk
from orders.services.prepare import Prepared, prepare

HONOURED = timedelta(minutes=20)
KEPT = timedelta(days=1)


def quote_delivery(*, request: DeliveryRequest, partner: Partner, by: Person | None, now: datetime | None = None) -> Quote:
    """A priced quote, stored. Raises what `prepare` refuses, and NoPrice. Asks geocoders and routers: never inside a transaction."""
    desk = Desk(partner, now)
    lines, prepared = estimate_at(desk, request)
    quote = quote_of(prepared=prepared, desk=desk, lines=lines)
    quote.save(force_insert=True)
    return quote


def estimate(*, request: DeliveryRequest, partner: Partner, now: datetime | None = None) -> tuple[list[Line], Prepared]:
    """The price alone, kept nowhere; refuses what `quote_delivery` refuses. Asks geocoders and routers."""
    return estimate_at(Desk(partner, now), request)


def estimate_at(desk: Desk, request: DeliveryRequest, *, way: Mapping[str, Any] | None = None) -> tuple[list[Line], Prepared]:
    """The same for one of many requests: what they share is read once. `way` was measured before."""
    prepared = prepare(request=request, desk=desk, save_places=False, way=dict(way) if way else None)
    return priced(desk, prepared.facts), prepared


def forget_quotes(*, older_than: timedelta = KEPT) -> int:
    """Prices asked and never accepted are nobody's business a day later; how many went. For every collective."""
    before, sum_gone = timezone.now() - older_than, 0
    for collective in Collective.objects.order_by("pk"):
        with acting_for(collective):
            gone, _rows = Quote.objects.filter(accepted_at=None, expires_at__lt=before).delete()
            sum_gone += gone
    return sum_gone


def priced(desk: Desk, facts: Facts) -> list[Line]:
    """The price of what is asked, line by line before VAT. Raises OverLimit with the list's own sentence, NoPrice."""
    price_list, rules = desk.prices
    broken = limit_broken(rules, facts)
    if broken is not None:
        raise OverLimit(sentence=broken.sentence.replace("%", "%%"), rule=broken.label)
    lines = price(rules, facts)
    return without_vat(lines, price_list.vat_rate) if price_list.vat_included else lines


def quote_of(*, prepared: Prepared, desk: Desk, lines: list[Line]) -> Quote:
    """The price with the way it was measured on, not kept yet: whoever shows it keeps it."""
    partner, price_list = desk.partner, desk.prices[0]
    net, vat = totals_of(lines, price_list.vat_rate)
    return Quote(
        collective_id=partner.collective_id,
        partner=partner,
        asked={"fingerprint": prepared.fingerprint, "way": asdict(prepared.way)},
        lines=[line_as_json(line) for line in lines],
        currency=partner.collective.currency,
        net_cents=net,
        vat_cents=vat,
        vat_rate=price_list.vat_rate,
        price_list=price_list,
        price_list_version=price_list.version,
        expires_at=timezone.now() + HONOURED,
    )


def line_as_json(line: Line) -> dict[str, Any]:
    return {"label": line.label, "code": line.code, "args": dict(line.args), "amount_cents": line.amount_cents}


def is_honoured(quote: Quote, *, partner: Partner, fingerprint: str) -> bool:
    """Whether the quote's price still holds for this content."""
    fresh = quote.accepted_at is None and quote.expires_at > timezone.now()
    return fresh and quote.partner_id == partner.pk and quote.asked.get("fingerprint") == fingerprint


def same_price(one: Quote, other: Quote) -> bool:
    return (one.currency, one.net_cents, one.vat_cents) == (other.currency, other.net_cents, other.vat_cents)
