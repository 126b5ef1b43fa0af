"""Decision rules are data: the same votes, other rules, other results."""

from fractions import Fraction

import pytest

from coopdelivery.decisions.tally import Rule, passing_turnouts, rule_from, tally

TWO_THIRDS = Rule(majority=Fraction(2, 3))
ABSOLUTE = Rule(base="roll")
PRESENT = Rule(base="cast")
# Fourteen votes of 26 co-ops, shaped as those of a real federation: 4 to 50 % voted, the median 36.5 %.
PAST = [1, 3, 5, 6, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13]


@pytest.mark.parametrize(
    ("rule", "votes", "passes"),
    [
        (Rule(), (5, 4, 0), True),
        (Rule(), (5, 5, 0), False),
        (Rule(), (1, 0, 8), True),
        (Rule(), (8, 0, 0), False),
        (TWO_THIRDS, (6, 3, 0), True),
        (TWO_THIRDS, (6, 4, 0), False),
        (TWO_THIRDS, (0, 0, 9), False),
        (PRESENT, (5, 0, 5), False),
        (PRESENT, (6, 0, 5), True),
        (ABSOLUTE, (13, 0, 0), False),
        (ABSOLUTE, (14, 12, 0), True),
        (Rule(consent=True), (9, 0, 0), True),
        (Rule(consent=True), (25, 1, 0), False),
    ],
)
def test_r12_the_rule_says_whether_it_passes(rule: Rule, votes: tuple[int, int, int], *, passes: bool) -> None:
    choices = ["for"] * votes[0] + ["against"] * votes[1] + ["abstain"] * votes[2]
    assert tally(choices, roll=26, rule=rule).passes is passes


def test_r12_a_quorum_of_a_half_would_have_killed_all_but_one_of_fourteen_votes() -> None:
    assert passing_turnouts(PAST, roll=26, quorum=Fraction(1, 3)) == 9
    assert passing_turnouts(PAST, roll=26, quorum=Fraction(1, 2)) == 1


def test_r12_a_third_is_a_third_and_not_33_percent() -> None:
    assert tally([], roll=100, rule=Rule()).quorum == 34
    assert tally([], roll=100, quorum_percent=33).quorum == 33


def test_r12_a_second_call_has_its_own_quorum() -> None:
    first = Rule(quorum=Fraction(1, 2), second_quorum=Fraction(1, 10))
    assert tally(["for"] * 3, roll=26, rule=first).passes is False
    assert tally(["for"] * 3, roll=26, rule=first.for_second_call()).passes is True


def test_r12_a_rule_is_kept_as_data_and_read_back() -> None:
    for rule in (Rule(), TWO_THIRDS, ABSOLUTE, Rule(consent=True, secret=True)):
        assert rule_from(rule.as_data(), quorum_percent=0) == rule


@pytest.mark.parametrize("change", [{"base": "weight"}, {"base": None}, {"quorum": "3/2"}, {"majority": "-1/2"}])
def test_r12_a_rule_that_makes_no_sense_is_not_read(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"base|share"):
        rule_from({**Rule().as_data(), **change}, quorum_percent=33)
