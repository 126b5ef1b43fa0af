"""Money never loses a cent."""

from fractions import Fraction

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from coopdelivery.kit.money import CurrencyMismatch, Money, round_half_up, total


@given(cents=st.integers(-(10**12), 10**12), weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_the_parts_of_a_split_sum_to_the_amount(cents: int, weights: list[int]) -> None:
    parts = Money(cents, "EUR").split(weights)
    assert sum(part.cents for part in parts) == cents


@given(cents=st.integers(0, 10**9), weights=st.lists(st.integers(0, 1000), min_size=1, max_size=8).filter(any))
def test_no_part_of_a_split_is_a_cent_or_more_away_from_its_exact_share(cents: int, weights: list[int]) -> None:
    for part, weight in zip(Money(cents, "EUR").split(weights), weights, strict=True):
        assert abs(part.cents - Fraction(cents * weight, sum(weights))) < 1


def test_the_odd_cent_goes_to_the_largest_remainder_then_to_the_first() -> None:
    assert [part.cents for part in Money(100, "EUR").split([1, 1, 1])] == [34, 33, 33]
    assert [part.cents for part in Money(10, "EUR").split([1, 2])] == [3, 7]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_a_split_by_nothing_or_by_less_than_nothing_is_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"weights|empty"):
        Money(100, "EUR").split(weights)


@pytest.mark.parametrize(
    ("value", "whole"), [(Fraction(1, 2), 1), (Fraction(-1, 2), -1), (Fraction(49, 100), 0), (Fraction(5, 2), 3), (Fraction(-5, 2), -3)]
)
def test_halves_go_away_from_zero(value: Fraction, whole: int) -> None:
    assert round_half_up(value) == whole


def test_a_share_is_in_ten_thousandths() -> None:
    assert Money(939, "EUR").share(200) == Money(19, "EUR")
    assert Money(1174, "EUR").share(2000) == Money(235, "EUR")


def test_two_currencies_do_not_add() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "EUR") + Money(1, "CHF")
    with pytest.raises(CurrencyMismatch):
        total([Money(1, "EUR")], "CHF")


@pytest.mark.parametrize(
    ("money", "english", "french"),
    [
        (Money(1174, "EUR"), "€11.74", "11,74 €"),
        (Money(-650, "EUR"), "−€6.50", "−6,50 €"),
        (Money(124000, "CHF"), "CHF 1,240.00", "1 240,00 CHF"),
        (Money(99, "MXN"), "MX$0.99", "0,99 MX$"),
        (Money(1240, "CLP"), "CLP 1,240", "1 240 CLP"),
    ],
)
def test_money_is_written_as_the_reader_writes_it(money: Money, english: str, french: str) -> None:
    def plain(text: str) -> str:
        return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")

    with translation.override("en"):
        assert plain(money.format()) == english
    with translation.override("fr"):
        assert plain(money.format()) == french


@pytest.mark.parametrize(("cents", "plain"), [(5, "0.05"), (-5, "-0.05"), (123456, "1234.56"), (0, "0.00")])
def test_files_get_a_point_and_two_decimals(cents: int, plain: str) -> None:
    assert Money(cents, "EUR").plain() == plain
