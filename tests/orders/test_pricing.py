"""The price list by hand: golden tables anyone can check with a pencil."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from orders.pricing.engine import (
    Base,
    Distance,
    ExtraDrop,
    Facts,
    Given,
    OutOfZone,
    ParcelFee,
    Rule,
    ShortWindow,
    Step,
    Weight,
    limit_broken,
    net_cents,
    price,
    trace,
)
from orders.pricing.more_rules import Limit, Maximum, Minimum, Percent, Pieces, ShortNotice, Times, Volume, VolumeStep, share

FLOWERS = 7
RULES: list[Rule] = [
    Base("Pickup and first drop", 650),
    ExtraDrop("Further drops", 320),
    Distance("Distance", 60, included_m=1000),
    Weight("Weight", (Step(10_000, 0), Step(30_000, 250), Step(None, 900))),
    ParcelFee("Bouquets", FLOWERS, 50, included=2),
    ShortWindow("Short window", 60, 400),
    OutOfZone("Outside the area", 500),
]


@pytest.mark.parametrize(
    ("facts", "amounts"),
    [
        (Facts(drops=1, distance_m=0), {"base": 650, "distance": 0, "weight": 0}),
        (Facts(drops=1, distance_m=1000), {"base": 650, "distance": 0, "weight": 0}),
        (Facts(drops=1, distance_m=1001), {"base": 650, "distance": 60, "weight": 0}),
        (Facts(drops=1, distance_m=3400), {"base": 650, "distance": 180, "weight": 0}),
        (Facts(drops=2, distance_m=3000), {"base": 650, "extra_drop": 320, "distance": 120, "weight": 0}),
        (Facts(drops=4, distance_m=0), {"base": 650, "extra_drop": 960, "distance": 0, "weight": 0}),
        (Facts(drops=1, distance_m=0, weight_g=10_000), {"base": 650, "distance": 0, "weight": 0}),
        (Facts(drops=1, distance_m=0, weight_g=10_001), {"base": 650, "distance": 0, "weight": 250}),
        (Facts(drops=1, distance_m=0, weight_g=99_000), {"base": 650, "distance": 0, "weight": 900}),
        (Facts(drops=1, distance_m=0, parcels={FLOWERS: 2}), {"base": 650, "distance": 0, "weight": 0, "parcel": 0}),
        (Facts(drops=1, distance_m=0, parcels={FLOWERS: 5}), {"base": 650, "distance": 0, "weight": 0, "parcel": 150}),
        (Facts(drops=1, distance_m=0, parcels={8: 5}), {"base": 650, "distance": 0, "weight": 0}),
        (Facts(drops=1, distance_m=0, shortest_window_min=60), {"base": 650, "distance": 0, "weight": 0}),
        (Facts(drops=1, distance_m=0, shortest_window_min=59), {"base": 650, "distance": 0, "weight": 0, "short_window": 400}),
        (Facts(drops=1, distance_m=0, outside=2), {"base": 650, "distance": 0, "weight": 0, "out_of_zone": 1000}),
        (Facts(drops=1, distance_m=0, distance_estimated=True), {"base": 650, "distance_estimated": 0, "weight": 0}),
        (Facts(drops=1, distance_m=1500, unlocated=1), {"base": 650, "distance_unlocated": 60, "weight": 0}),
        (Facts(drops=1, distance_m=0, unweighed=3), {"base": 650, "distance": 0, "weight_unknown": 0}),
    ],
)
def test_each_line_costs_what_the_list_says(facts: Facts, amounts: dict[str, int]) -> None:
    assert {line.code: line.amount_cents for line in price(RULES, facts)} == amounts


def test_heavier_than_every_step_costs_the_last_step() -> None:
    lines = price([Weight("Weight", (Step(5_000, 0), Step(20_000, 300)))], Facts(drops=1, distance_m=0, weight_g=50_000))
    assert [line.amount_cents for line in lines] == [300]


def test_lines_come_in_the_order_of_the_rules() -> None:
    lines = price(reversed(RULES), Facts(drops=2, distance_m=2000, outside=1))
    assert [line.code for line in lines] == ["out_of_zone", "weight", "distance", "extra_drop", "base"]


@given(
    drops=some.integers(1, 40),
    distance_m=some.integers(0, 60_000),
    weight_g=some.integers(0, 400_000),
    pieces=some.integers(0, 60),
    window=some.integers(15, 600),
)
def test_more_work_never_costs_less(drops: int, distance_m: int, weight_g: int, pieces: int, window: int) -> None:
    less = Facts(drops=drops, distance_m=distance_m, weight_g=weight_g, parcels={FLOWERS: pieces}, shortest_window_min=window)
    more = Facts(
        drops=drops + 1, distance_m=distance_m + 500, weight_g=weight_g + 500, parcels={FLOWERS: pieces + 1}, shortest_window_min=window
    )
    assert net_cents(price(RULES, more)) >= net_cents(price(RULES, less))


def lines_of(rules: list[Rule | Given], facts: Facts) -> dict[str, int]:
    return {line.label: line.amount_cents for line in price(rules, facts)}


ONE = Facts(drops=1, distance_m=0)


@pytest.mark.parametrize(
    ("rule", "facts", "amount"),
    [
        (Volume("x", (VolumeStep(50, 0), VolumeStep(None, 700))), replace(ONE, volume_l=50), 0),
        (Volume("x", (VolumeStep(50, 0), VolumeStep(None, 700))), replace(ONE, volume_l=51), 700),
        (Pieces("x", 100), ONE, None),
        (Pieces("x", 100), replace(ONE, pieces=3), 300),
        (Pieces("x", 100, cheaper_from=3, then_cents=40), replace(ONE, pieces=2), 200),
        (Pieces("x", 100, cheaper_from=3, then_cents=40), replace(ONE, pieces=5), 320),
        (ShortNotice("x", 60, 500), replace(ONE, lead_min=60), None),
        (ShortNotice("x", 60, 500), replace(ONE, lead_min=59), 500),
        (ShortNotice("x", 60, 500), replace(ONE, lead_min=-4), 500),
        (Times("x", 300, "workdays"), replace(ONE, weekday=4), 300),
        (Times("x", 300, "workdays"), replace(ONE, weekday=5), None),
        (Times("x", 300, "workdays"), replace(ONE, weekday=4, holiday=True), None),
        (Times("x", 300, "weekend"), replace(ONE, weekday=5), 300),
        (Times("x", 300, "sundays"), replace(ONE, weekday=6), 300),
        (Times("x", 300, "sundays"), replace(ONE, weekday=2, holiday=True), 300),
        (Times("x", 300, "sundays"), replace(ONE, weekday=5), None),
        (Times("x", 300, "holidays"), replace(ONE, holiday=True), 300),
        (Times("x", 300, from_minute=18 * 60), replace(ONE, minute=18 * 60), 300),
        (Times("x", 300, from_minute=18 * 60), replace(ONE, minute=18 * 60 - 1), None),
        (Times("x", 300, from_minute=22 * 60, until_minute=6 * 60), replace(ONE, minute=60), 300),
        (Times("x", 300, from_minute=22 * 60, until_minute=6 * 60), replace(ONE, minute=6 * 60), None),
    ],
)
def test_each_further_kind_of_rule_by_hand(rule: Rule, facts: Facts, amount: int | None) -> None:
    assert lines_of([rule], facts) == ({} if amount is None else {"x": amount})


@pytest.mark.parametrize(
    ("rule", "amount"),
    [
        (Percent("x", 1000), 65),
        (Percent("x", -1000), -65),
        (Percent("x", 33), 2),  # 2.145
        (Percent("x", -38), -2),  # 2.47
        (Minimum("x", 900), 250),
        (Minimum("x", 650), None),
        (Maximum("x", 600), -50),
        (Maximum("x", 650), None),
    ],
)
def test_rules_on_what_stands_above_them(rule: Rule, amount: int | None) -> None:
    expected = {"base": 650} if amount is None else {"base": 650, "x": amount}
    assert (
        lines_of(
            [
                Base("base", 650),
                rule,
            ],
            ONE,
        )
        == expected
    )


def test_half_a_cent_counts_away_from_zero() -> None:
    assert (share(50, 100), share(-50, 100), share(50, -100), share(49, 100)) == (1, -1, -1, 0)


def test_of_a_group_only_the_first_that_applies_is_charged() -> None:
    night, sunday = Times("Night", 500, from_minute=22 * 60, until_minute=6 * 60), Times("Sunday", 300, "sundays")
    rules: list[Rule | Given] = [Given(night, "when"), Given(sunday, "when")]
    assert lines_of(rules, replace(ONE, weekday=6, minute=60)) == {"Night": 500}
    assert lines_of(rules, replace(ONE, weekday=6, minute=600)) == {"Sunday": 300}
    assert [each.why for each in trace(rules, replace(ONE, weekday=6, minute=60))] == ["", "group"]


@pytest.mark.parametrize(("measure", "value"), [("distance_m", 8001), ("weight_g", 8001), ("volume_l", 8001), ("pieces", 8001)])
def test_a_limit_refuses_what_is_more_and_costs_nothing(measure: str, value: int) -> None:
    limit = Limit("Not on a bike", measure, 8000)
    over = replace(ONE, **{measure: value})  # type: ignore[arg-type]  # whole numbers all
    assert limit_broken([limit], over) is limit
    assert limit_broken([limit], ONE) is None
    assert lines_of([limit], over) == {}


def test_the_trace_names_every_rule_and_adds_up_to_the_price() -> None:
    facts = Facts(drops=2, distance_m=2500)
    told = trace(RULES, facts)
    assert [each.label for each in told] == [rule.label for rule in RULES]
    assert sum(line.amount_cents for each in told for line in each.lines) == net_cents(price(RULES, facts))
    assert {each.label: each.why for each in told if not each.lines} == {
        "Bouquets": "unmet",
        "Short window": "unmet",
        "Outside the area": "unmet",
    }
