import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopdelivery.decisions.tally import tally


def votes(votes_for: int, votes_against: int, abstentions: int = 0) -> list[str]:
    return ["for"] * votes_for + ["against"] * votes_against + ["abstain"] * abstentions


@pytest.mark.parametrize(
    ("votes_for", "votes_against", "abstentions", "passes"),
    [(4, 3, 0, True), (3, 3, 0, False), (1, 0, 3, True), (0, 0, 9, False), (2, 0, 0, False), (3, 0, 0, False), (4, 0, 0, True)],
)
def test_more_for_than_against_with_a_third_of_ten_present_passes(
    votes_for: int, votes_against: int, abstentions: int, *, passes: bool
) -> None:
    count = tally(votes(votes_for, votes_against, abstentions), roll=10, quorum_percent=33)
    assert count.quorum == 4
    assert count.passes is passes


def test_a_quorum_of_nothing_still_needs_one_voice() -> None:
    assert tally([], roll=10, quorum_percent=0).passes is False
    assert tally(["for"], roll=10, quorum_percent=0).passes is True


def test_every_voice_counts_once() -> None:
    count = tally(votes(2, 1, 1), roll=6, quorum_percent=50)
    assert (count.votes_for, count.votes_against, count.abstentions, count.cast, count.missing) == (2, 1, 1, 4, 2)


@given(st.lists(st.sampled_from(["for", "against", "abstain"])), st.integers(0, 30), st.integers(0, 100))
def test_what_passes_has_quorum_and_a_majority(choices: list[str], absent: int, quorum: int) -> None:
    count = tally(choices, roll=len(choices) + absent, quorum_percent=quorum)
    assert count.missing == absent
    if count.passes:
        assert count.cast * 100 >= count.roll * quorum
        assert choices.count("for") > choices.count("against")
