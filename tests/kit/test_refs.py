from datetime import timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from coopdelivery.kit.refs import ALPHABET, BadLink, LinkExpired, sign, spoken, unsign


def test_a_signed_value_comes_back() -> None:
    assert unsign(sign("HE-4021", purpose="tracking"), purpose="tracking") == "HE-4021"


def test_a_link_opens_only_the_door_it_was_made_for() -> None:
    with pytest.raises(BadLink):
        unsign(sign("7", purpose="tracking"), purpose="invitation")


def test_a_link_ends_when_it_was_said_to() -> None:
    with time_machine.travel("2026-11-21T10:00:00Z", tick=False) as clock:
        token = sign("7", purpose="invitation", valid_for=timedelta(days=14))
        clock.shift(timedelta(days=14))
        assert unsign(token, purpose="invitation") == "7"
        clock.shift(timedelta(seconds=1))
        with pytest.raises(LinkExpired):
            unsign(token, purpose="invitation")


@given(st.text(max_size=80))
def test_nothing_that_people_type_opens_a_door(text: str) -> None:
    with pytest.raises(BadLink):
        unsign(text, purpose="tracking")


def test_a_changed_expiry_is_noticed() -> None:
    token = sign("7", purpose="invitation", valid_for=timedelta(days=1))
    with pytest.raises(BadLink):
        unsign(token.replace("~", "~f", 1), purpose="invitation")


def test_spoken_codes_have_no_two_letters_that_look_or_sound_alike() -> None:
    code = spoken(400)
    assert set(code) <= set(ALPHABET)
    for pair in ("0O", "1I", "1L", "IL", "5S", "8B", "UV"):
        assert len(set(pair) & set(ALPHABET)) <= 1
