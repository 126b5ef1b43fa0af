"""The price list and the share-out as everybody may read them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from collectives.models import Collective
from coopdelivery.kit import words
from coopdelivery.kit.money import Money
from orders.models import PriceList, PriceRule
from orders.payments.rates import rates_on
from orders.payments.split import Shares, card_fee, share_out
from orders.pricing.explain import DAYS, condition, measured

EXAMPLE_CENTS = 1000
Kind = PriceRule.Kind


@dataclass(frozen=True, slots=True)
class TariffLine:
    label: str
    detail: str
    amount: str


def tariff(price_list: PriceList, currency: str) -> list[TariffLine]:
    """Each rule with what it costs; limits cost nothing and are left out."""
    lines = []
    for rule in price_list.rules.all():
        only = condition(rule.params.get("when"))
        lines += [
            replace(line, detail=", ".join(part for part in (only, line.detail) if part))
            for line in _lines(rule.kind, rule.label, rule.params, currency)
        ]
    return lines


def _lines(kind: str, label: str, params: Mapping[str, Any], currency: str) -> list[TariffLine]:
    def money(cents: int) -> str:
        return Money(cents, currency).format()

    if kind == Kind.DISTANCE:
        detail = _("after the first %(distance)s") % {"distance": words.km(params["included_m"])} if params.get("included_m") else ""
        return [TariffLine(label, detail, _("%(amount)s for each km") % {"amount": money(params["per_km_cents"])})]
    if kind == Kind.PERCENT:
        return [TariffLine(label, "", f"{words.number(params['rate'] / 100, 2)}{words.NBSP}%")]
    if kind in {Kind.WEIGHT, Kind.VOLUME}:
        return [TariffLine(label, _step(step), money(step["amount_cents"])) for step in params["steps"] if step["amount_cents"]]
    if kind == Kind.PER_UNIT:
        each = measured(params["measure"], params["unit"])
        return [
            TariffLine(label, _tier(tier), _("%(amount)s for each %(unit)s") % {"amount": money(tier["each_cents"]), "unit": each})
            for tier in params["tiers"]
        ]
    if "amount_cents" not in params:
        return []
    return [TariffLine(label, _detail(kind, params), money(params["amount_cents"]))]


def _step(step: Mapping[str, Any]) -> str:
    limit = step.get("up_to_g", step.get("up_to_l"))
    if limit is None:
        return _("above")
    return _("up to %(limit)s") % {"limit": words.kg(limit) if "up_to_g" in step else f"{words.number(limit)}{words.NBSP}l"}


def _tier(tier: Mapping[str, Any]) -> str:
    return _("up to number %(number)s") % {"number": tier["up_to"]} if tier["up_to"] is not None else ""


def _detail(kind: str, params: Mapping[str, Any]) -> str:
    if kind == Kind.TIMES:
        return str(DAYS.get(params["days"], ""))
    if kind in {Kind.SHORT_WINDOW, Kind.SHORT_NOTICE}:
        return _("under %(minutes)s minutes") % {"minutes": params["under_minutes"]}
    return ""


def example_shares(collective: Collective) -> Shares:
    """Where ten units of money before VAT go when they are paid by card, at today's rates."""
    currency = collective.currency
    net, vat, rates = Money(EXAMPLE_CENTS, currency), Money(0, currency), rates_on(collective.today())
    return share_out(net=net, vat=vat, fee=card_fee(net, rates), rates=rates)
