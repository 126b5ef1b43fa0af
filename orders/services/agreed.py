"""A price agreed outside the list: the list's own lines, and one more for the difference, so that both stay readable."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from orders.models import Quote
from orders.pricing.facts import Line
from orders.pricing.totals import SAID, WHOLE, totals_of
from orders.requests import DeliveryRequest
from orders.services.desk import Desk
from orders.services.quote import estimate_at, quote_of
from orders.services.supplements import SUPPLEMENT


def quote_agreed(
    *, request: DeliveryRequest, desk: Desk, label: str, reason: str, gross_cents: int, way: Mapping[str, Any] | None = None
) -> Quote:
    """A stored quote of exactly `gross_cents` with VAT. Raises and asks what `quote_delivery` does.

    Never inside a transaction, unless every place is a known one and `way` was measured before.
    """
    lines, prepared = estimate_at(desk, request, way=way)
    difference = to_agreed(lines, desk.prices[0].vat_rate, label=label, reason=reason, gross_cents=gross_cents)
    quote = quote_of(prepared=prepared, desk=desk, lines=[*lines, difference] if difference else lines)
    quote.save(force_insert=True)
    return quote


def to_agreed(lines: list[Line], rate: int, *, label: str, reason: str, gross_cents: int) -> Line | None:
    """The line that brings these to the price; None when they come to it already. `rate` of VAT in ten-thousandths."""
    if sum(totals_of(lines, rate)) == gross_cents:
        return None
    net = round(Fraction(gross_cents * WHOLE, WHOLE + rate))
    line = Line(label[:80], SUPPLEMENT, {"reason": reason, "key": "", SAID: 0}, net - sum(line.amount_cents for line in lines))
    said = gross_cents - sum(totals_of([*lines, line], rate))
    return Line(line.label, line.code, {**line.args, SAID: said}, line.amount_cents)
