"""Telephone numbers, however people type them."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopdelivery.kit.phones import NoNumber, international, spoken_phone


@pytest.mark.parametrize(
    ("typed", "country", "kept"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("06.12.34.56.78", "fr", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "FI", "+33612345678"),
        ("0033612345678", "FR", "+33612345678"),
        ("040 123 4567", "FI", "+358401234567"),
        ("+358 40 123 4567", "", "+358401234567"),
        ("  ", "FR", ""),
    ],
)
def test_one_number_is_kept_in_one_way(typed: str, country: str, kept: str) -> None:
    assert international(typed, country=country) == kept


@pytest.mark.parametrize(
    ("typed", "country", "why"),
    [
        ("ask next door", "FR", "country code"),
        ("06 12 34 56 78", "", "country code"),
        ("12", "FR", "too short or too long"),
        ("+33 6 12 34 56 78 90 12", "", "too short or too long"),
    ],
)
def test_what_is_no_number_is_refused_with_what_to_do(typed: str, country: str, why: str) -> None:
    with pytest.raises(NoNumber, match=why):
        international(typed, country=country)


@given(st.text(max_size=60), st.sampled_from(["", "FR", "FI", "MX", "zz"]))
def test_any_text_is_kept_so_that_it_can_be_dialled_or_refused(typed: str, country: str) -> None:
    try:
        kept = international(typed, country=country)
    except NoNumber:
        return
    assert kept == "" or phonenumbers.is_possible_number(phonenumbers.parse(kept))
    assert international(kept) == kept


def test_it_is_written_as_people_there_do_and_with_its_prefix_abroad() -> None:
    assert spoken_phone("+33612345678", country="FR") == "06 12 34 56 78"
    assert spoken_phone("+33612345678", country="FI") == "+33 6 12 34 56 78"
    assert spoken_phone("ask next door", country="FI") == "ask next door"
