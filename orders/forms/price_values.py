"""A stored rule as the editor's form shows it: the other direction of `orders.forms.price_list`."""

from collections.abc import Callable, Mapping
from datetime import time
from decimal import Decimal
from typing import Any

from coopdelivery.kit.money import minor_digits
from orders.forms.price_list import METRES_IN_KM, MINUTES_IN_DAY, MOST_STEPS, STEPPED, Kind
from orders.forms.price_when import MEASURED, when_values
from orders.models import PriceRule


def rule_values(rule: PriceRule, currency: str) -> dict[str, Any]:
    """A stored rule as the form shows it."""
    params, digits = rule.params, minor_digits(currency)

    def money(cents: int) -> Decimal:
        return Decimal(cents).scaleb(-digits)

    values: dict[str, Any] = {"kind": rule.kind, "label": rule.label, "minutes": params.get("under_minutes")}
    cents = params.get("per_km_cents", params.get("each_cents", params.get("amount_cents")))
    values["amount"] = money(cents) if cents is not None else None
    values["included_km"] = Decimal(params["included_m"]) / METRES_IN_KM if params.get("included_m") else None
    values |= {"parcel_type": params.get("parcel_type_id"), "included": params.get("included")}
    values |= _more_values(params, money)
    unit, key, costs_key = STEPPED[Kind(rule.kind)][1:] if rule.kind in STEPPED else (1, "", "")
    for number, step in enumerate(params.get("steps", params.get("tiers", []))[:MOST_STEPS]):
        values[f"up_to_{number}"] = Decimal(step[key]) / unit if step[key] is not None else None
        values[f"costs_{number}"] = money(step[costs_key])
    return values


def _more_values(params: Mapping[str, Any], money: Callable[[int], Decimal]) -> dict[str, Any]:
    """Of the kinds with hours, percentages, limits."""
    measure = params.get("measure", "")
    return {
        "notice": params.get("under_minutes"),
        "days": params.get("days"),
        "from_time": _time_of(params.get("from_minute")),
        "until_time": _time_of(params.get("until_minute")),
        "percent": Decimal(params["rate"]) / 100 if "rate" in params else None,
        "cheaper_from": params.get("cheaper_from") or None,
        "then_amount": money(params["then_cents"]) if params.get("cheaper_from") else None,
        "measure": measure,
        "most": Decimal(params["most"]) / MEASURED[measure][1] if "most" in params else None,
        "sentence": params.get("sentence", ""),
        "stop": params.get("stop"),
        "vehicle": params.get("vehicle"),
        "free_min": params.get("free_min") or None,
        "most_min": params.get("most_min") or None,
        "group": params.get("group", ""),
        "unit": Decimal(params["unit"]) / MEASURED[measure][1] if "unit" in params else None,
        **when_values(params),
    }


def _time_of(minute: int | None) -> time | None:
    return time(*divmod(minute, 60)) if minute and minute < MINUTES_IN_DAY else None
