"""Rules with conditions, steps and drops of their own: golden tables, and what must hold for every list."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from orders.models import PriceRule
from orders.pricing.conditions import MEASURES, Fixed, PerUnit, Refusal, Tier, When
from orders.pricing.engine import Base, Facts, Given, Line, Rule, limit_broken, net_cents, price, speaks_of_outside, trace
from orders.pricing.explain import condition, explain
from orders.pricing.lists import BadRule, rule_of
from orders.pricing.more_rules import Percent

Kind = PriceRule.Kind
ONE = Facts(drops=1, distance_m=3000, weight_g=5000, volume_l=20, pieces=2, lead_min=600, minute=10 * 60)
FAR = {"measure": "distance_m", "least": 5001, "most": None}


def cents(kind: str, params: dict[str, Any], facts: Facts) -> int | None:
    """What one stored rule charges; None when it says nothing."""
    lines = price([rule_of(kind, "Rule", params)], facts)
    return sum(line.amount_cents for line in lines) if lines else None


@pytest.mark.parametrize(
    ("when", "facts", "charged"),
    [
        ({"measure": "distance_m", "least": 5001}, {"distance_m": 5000}, None),
        ({"measure": "distance_m", "least": 5001}, {"distance_m": 5001}, 400),
        ({"measure": "distance_m", "most": 2000}, {"distance_m": 2001}, None),
        ({"measure": "weight_g", "least": 10_000, "most": 30_000}, {"weight_g": 10_000}, 400),
        ({"measure": "weight_g", "least": 10_000, "most": 30_000}, {"weight_g": 30_001}, None),
        ({"measure": "volume_l", "least": 100}, {"volume_l": 100}, 400),
        ({"measure": "pieces", "least": 10}, {"pieces": 9}, None),
        ({"measure": "drops", "least": 3}, {"drops": 3}, 400),
        ({"measure": "outside", "least": 1}, {"outside": 1}, 400),
        ({"measure": "outside", "most": 0}, {"outside": 1}, None),
        ({"measure": "shortest_window_min", "most": 30}, {"shortest_window_min": 30}, 400),
        ({"measure": "lead_min", "most": 120}, {"lead_min": 121}, None),
        ({"measure": "minute", "least": 20 * 60}, {"minute": 20 * 60}, 400),
    ],
)
def test_a_fixed_amount_is_charged_only_when_its_condition_holds(when: dict[str, Any], facts: dict[str, Any], charged: int | None) -> None:
    assert cents(Kind.FIXED, {"amount_cents": 400, "when": when}, replace(ONE, **facts)) == charged


@pytest.mark.parametrize(("distance_m", "charged"), [(0, None), (1, 100), (2000, 200), (2001, 260), (5000, 380), (9000, 500)])
def test_units_are_charged_by_the_step_in_which_each_lies(distance_m: int, charged: int | None) -> None:
    tiers = [{"up_to": None, "each_cents": 30}, {"up_to": 5, "each_cents": 60}, {"up_to": 2, "each_cents": 100}]
    params = {"measure": "distance_m", "unit": 1000, "tiers": tiers}
    assert cents(Kind.PER_UNIT, params, replace(ONE, distance_m=distance_m)) == charged


def test_the_first_units_may_be_free() -> None:
    params = {"measure": "weight_g", "unit": 5000, "tiers": [{"up_to": 2, "each_cents": 0}, {"up_to": None, "each_cents": 150}]}
    assert [cents(Kind.PER_UNIT, params, replace(ONE, weight_g=grams)) for grams in (10_000, 10_001, 25_000)] == [0, 150, 450]


def test_a_rule_counted_drop_by_drop_says_for_which_and_asks_each_by_itself() -> None:
    drops = tuple(replace(ONE, distance_m=metres) for metres in (2000, 7000, 6000))
    facts = replace(ONE, drops=3, distance_m=15_000, each=drops)
    rule = rule_of(Kind.FIXED, "Far", {"amount_cents": 250, "when": FAR, "by_drop": True})
    assert [(line.args["drop"], line.amount_cents) for line in price([rule], facts)] == [(2, 250), (3, 250)]
    assert explain("fixed", price([rule], facts)[0].args, "EUR") == "drop 2"
    whole = rule_of(Kind.FIXED, "Far", {"amount_cents": 250, "when": FAR})
    assert [line.amount_cents for line in price([whole], facts)] == [250]


def test_a_percentage_has_a_condition_too_and_counts_every_line_above() -> None:
    drops = (replace(ONE, distance_m=7000), replace(ONE, distance_m=8000))
    far = Given(Fixed("Far", 250), when=When("distance_m", 5001), by_drop=True)
    early = Given(Percent("Early bird", -1000), when=When("lead_min", 1440))
    rules: list[Rule | Given] = [Base("Base", 500), far, early]
    assert net_cents(price(rules, replace(ONE, each=drops, lead_min=1440))) == 900
    assert net_cents(price(rules, replace(ONE, each=drops))) == 1000


def test_what_is_not_taken_is_refused_with_the_lists_own_sentence() -> None:
    params = {"when": {"measure": "outside", "least": 1, "most": None}, "sentence": "We stay inside the ring road."}
    rule = rule_of(Kind.REFUSAL, "Outside", params)
    broken = limit_broken([rule], replace(ONE, outside=1))
    assert isinstance(broken, Refusal)
    assert broken.sentence == "We stay inside the ring road."
    assert limit_broken([rule], ONE) is None
    assert price([rule], replace(ONE, outside=1)) == []
    assert (speaks_of_outside([rule]), speaks_of_outside([Base("Base", 1)])) == (True, False)


def test_of_a_group_the_first_that_applies_wins_also_by_its_condition() -> None:
    rules = [
        rule_of(Kind.FIXED, "Very far", {"amount_cents": 900, "group": "far", "when": {"measure": "distance_m", "least": 8000}}),
        rule_of(Kind.FIXED, "Far", {"amount_cents": 400, "group": "far", "when": {"measure": "distance_m", "least": 4000}}),
    ]
    assert [net_cents(price(rules, replace(ONE, distance_m=metres))) for metres in (9000, 5000, 1000)] == [900, 400, 0]
    assert [told.why for told in trace(rules, replace(ONE, distance_m=9000))] == ["", "group"]


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        (Kind.FIXED, {"amount_cents": 1, "when": {"measure": "mood", "least": 1}}),
        (Kind.PER_UNIT, {"measure": "weight_g", "unit": 0, "tiers": []}),
        (Kind.PER_UNIT, {"measure": "mood", "unit": 1, "tiers": []}),
        (Kind.REFUSAL, {"sentence": "no"}),
    ],
)
def test_a_rule_of_another_shape_is_refused(kind: str, params: dict[str, Any]) -> None:
    with pytest.raises(BadRule):
        rule_of(kind, "Rule", params)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (None, ""),
        ({"measure": "distance_m", "least": 5000, "most": 10_000}, "from 5 km to 10 km"),
        ({"measure": "drops", "least": 3, "most": None}, "from 3 drops"),
        ({"measure": "lead_min", "least": None, "most": 90}, "up to 90 minutes"),
    ],
)
def test_conditions_are_said_in_words(when: dict[str, Any] | None, words: str) -> None:
    assert condition(when).replace("\xa0", " ").replace(".0", "") == words


WHENS = some.builds(When, some.sampled_from(MEASURES), some.none() | some.integers(0, 9000), some.none() | some.integers(0, 9000))
TIERS = some.lists(some.builds(Tier, some.integers(1, 40), some.integers(0, 500)), max_size=3).map(
    lambda tiers: tuple(sorted(tiers, key=lambda tier: tier.up_to or 0))
)
RULES = some.lists(
    some.builds(
        Given,
        some.builds(Fixed, some.just("Fixed"), some.integers(-2000, 2000))
        | some.builds(PerUnit, some.just("Units"), some.sampled_from(MEASURES), some.integers(1, 5000), TIERS)
        | some.builds(Percent, some.just("Percent"), some.integers(-9000, 9000)),
        some.sampled_from(["", "a", "b"]),
        some.none() | WHENS,
        some.booleans(),
    ),
    max_size=8,
)
FACTS = some.builds(
    Facts,
    drops=some.integers(1, 9),
    distance_m=some.integers(0, 30_000),
    weight_g=some.integers(0, 60_000),
    pieces=some.integers(0, 50),
    lead_min=some.integers(-10, 9000),
    each=some.lists(some.builds(Facts, drops=some.just(1), distance_m=some.integers(0, 9000)), max_size=4).map(tuple),
)


@given(RULES, FACTS)
def test_the_trace_names_every_rule_once_and_its_lines_are_the_price(rules: list[Given], facts: Facts) -> None:
    told = trace(rules, facts)
    lines: list[Line] = [line for each in told for line in each.lines]
    assert [each.label for each in told] == [rule.label for rule in rules]
    assert lines == price(rules, facts)
    assert all(bool(each.lines) != bool(each.why) for each in told)
    groups = [rule.group for rule, each in zip(rules, told, strict=True) if rule.group and each.lines]
    assert len(groups) == len(set(groups))
