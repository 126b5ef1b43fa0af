"""Rows of a price list → the engine's rules. The shape of `PriceRule.params` by kind is here and nowhere else.

base, extra_drop, out_of_zone: `{"amount_cents"}` · distance: `{"per_km_cents", "included_m"}` · short_window: `{"under_minutes",
"amount_cents"}` · parcel: `{"parcel_type_id", "amount_cents", "included"}` · weight: `{"steps": [{"up_to_g" or null, "amount_cents"}]}` ·
volume: the same with `up_to_l` · pieces: `{"amount_cents", "cheaper_from", "then_cents"}` · short_notice: `{"under_minutes",
"amount_cents"}` · times: `{"amount_cents", "days", "from_minute", "until_minute"}` · percent: `{"rate"}` in ten-thousandths · minimum,
maximum: `{"amount_cents"}` · limit: `{"measure", "most", "sentence"}` · fixed: `{"amount_cents"}` · per_unit: `{"measure", "unit",
"tiers": [{"up_to" or null, "each_cents"}]}` · refusal: `{"when", "sentence"}` · each_stop: `{"stop", "amount_cents"}` · doorstep:
`{"amount_cents"}` · vehicle: `{"vehicle", "amount_cents"}` · waiting: `{"each_cents", "free_min", "most_min"}`. Any of them may carry a
`group` (of a group the first that applies is charged), `when` (`{"measure", "least" or null, "most" or null}`: it applies only then)
and `by_drop` (asked for each drop; waiting is always of the whole).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from orders.models import PriceRule
from orders.pricing import asked_rules, conditions, engine, more_rules
from orders.pricing.engine import Given, Rule

Params = Mapping[str, Any]
Kind = PriceRule.Kind


class BadRule(ValueError):
    """The stored params do not fit the rule's kind."""


def _steps(params: Params) -> tuple[engine.Step, ...]:
    steps = [engine.Step(step["up_to_g"], step["amount_cents"]) for step in params["steps"]]
    return tuple(sorted(steps, key=lambda step: (step.up_to_g is None, step.up_to_g or 0)))


def _volume_steps(params: Params) -> tuple[more_rules.VolumeStep, ...]:
    steps = [more_rules.VolumeStep(step["up_to_l"], step["amount_cents"]) for step in params["steps"]]
    return tuple(sorted(steps, key=lambda step: (step.up_to_l is None, step.up_to_l or 0)))


def _times(label: str, p: Params) -> more_rules.Times:
    if p["days"] not in more_rules.DAYS:
        raise KeyError(p["days"])
    return more_rules.Times(label, p["amount_cents"], p["days"], p["from_minute"], p["until_minute"])


def _limit(label: str, p: Params) -> more_rules.Limit:
    if p["measure"] not in more_rules.MEASURES:
        raise KeyError(p["measure"])
    return more_rules.Limit(label, p["measure"], p["most"], p.get("sentence", ""))


def _when(params: Params) -> conditions.When:
    if params["measure"] not in conditions.MEASURES:
        raise KeyError(params["measure"])
    return conditions.When(params["measure"], params.get("least"), params.get("most"))


def _per_unit(label: str, p: Params) -> conditions.PerUnit:
    if p["measure"] not in conditions.MEASURES or p["unit"] < 1:
        raise KeyError(p["measure"])
    tiers = sorted(p["tiers"], key=lambda tier: (tier["up_to"] is None, tier["up_to"] or 0))
    return conditions.PerUnit(label, p["measure"], p["unit"], tuple(conditions.Tier(tier["up_to"], tier["each_cents"]) for tier in tiers))


def _each_stop(label: str, p: Params) -> asked_rules.EachStop:
    if p["stop"] not in asked_rules.STOPS:
        raise KeyError(p["stop"])
    return asked_rules.EachStop(label, p["stop"], p["amount_cents"])


_MAKE: dict[str, Callable[[str, Params], Rule]] = {
    Kind.BASE: lambda label, p: engine.Base(label, p["amount_cents"]),
    Kind.EXTRA_DROP: lambda label, p: engine.ExtraDrop(label, p["amount_cents"]),
    Kind.DISTANCE: lambda label, p: engine.Distance(label, p["per_km_cents"], p.get("included_m", 0)),
    Kind.WEIGHT: lambda label, p: engine.Weight(label, _steps(p)),
    Kind.PARCEL: lambda label, p: engine.ParcelFee(label, p["parcel_type_id"], p["amount_cents"], p.get("included", 0)),
    Kind.SHORT_WINDOW: lambda label, p: engine.ShortWindow(label, p["under_minutes"], p["amount_cents"]),
    Kind.OUT_OF_ZONE: lambda label, p: engine.OutOfZone(label, p["amount_cents"]),
    Kind.VOLUME: lambda label, p: more_rules.Volume(label, _volume_steps(p)),
    Kind.PIECES: lambda label, p: more_rules.Pieces(label, p["amount_cents"], p.get("cheaper_from", 0), p.get("then_cents", 0)),
    Kind.SHORT_NOTICE: lambda label, p: more_rules.ShortNotice(label, p["under_minutes"], p["amount_cents"]),
    Kind.TIMES: _times,
    Kind.PERCENT: lambda label, p: more_rules.Percent(label, p["rate"]),
    Kind.MINIMUM: lambda label, p: more_rules.Minimum(label, p["amount_cents"]),
    Kind.MAXIMUM: lambda label, p: more_rules.Maximum(label, p["amount_cents"]),
    Kind.LIMIT: _limit,
    Kind.FIXED: lambda label, p: conditions.Fixed(label, p["amount_cents"]),
    Kind.PER_UNIT: _per_unit,
    Kind.REFUSAL: lambda label, p: conditions.Refusal(label, _when(p["when"]), p.get("sentence", "")),
    Kind.EACH_STOP: _each_stop,
    Kind.DOORSTEP: lambda label, p: asked_rules.Doorstep(label, p["amount_cents"]),
    Kind.VEHICLE: lambda label, p: asked_rules.Vehicle(label, p["vehicle"], p["amount_cents"]),
    Kind.WAITING: lambda label, p: asked_rules.Waiting(label, p["each_cents"], p.get("free_min", 0), p.get("most_min", 0)),
}


def rule_of(kind: str, label: str, params: Params) -> Rule | Given:
    """The engine's rule of one row. Raises BadRule for params of another shape."""
    try:
        rule = _MAKE[kind](label, params)
        when = _when(params["when"]) if params.get("when") and kind != Kind.REFUSAL else None
        group, by_drop = params.get("group", ""), bool(params.get("by_drop")) and kind != Kind.WAITING
    except (KeyError, TypeError) as error:
        raise BadRule(f"{kind}: {params}") from error
    return Given(rule, group, when, by_drop) if group or when or by_drop else rule


def rules_of(rows: Iterable[PriceRule]) -> list[Rule | Given]:
    """The rules of a list, in order of position."""
    return [rule_of(row.kind, row.label, row.params) for row in sorted(rows, key=lambda row: row.position)]
