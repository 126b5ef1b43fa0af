"""PHP's relative times, from a Tuesday at noon."""

import datetime as dt

import pytest

from collectives.api.phptime import relative

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("now", "2026-11-24T12:00"),
        ("tomorrow", "2026-11-25T00:00"),
        ("tomorrow 13:30", "2026-11-25T13:30"),
        ("today 13:00", "2026-11-24T13:00"),
        ("+2 hours", "2026-11-24T14:00"),
        ("tomorrow +90 minutes", "2026-11-25T01:30"),
        ("monday 9am", "2026-11-30T09:00"),
        ("next tuesday", "2026-12-01T00:00"),
        ("noon", "2026-11-24T12:00"),
        ("12:15 am", "2026-11-24T00:15"),
        ("Tomorrow 5:05pm", "2026-11-25T17:05"),
        ("13:30 tomorrow", "2026-11-25T00:00"),
    ],
)
def test_a_relative_time_is_what_php_means(text: str, meant: str) -> None:
    found = relative(text, NOON)
    assert found is not None
    assert found.strftime("%Y-%m-%dT%H:%M") == meant


@pytest.mark.parametrize("text", ["", "soon", "25:00", "12:61", "+2 fortnights", "tomorrow maybe", "+99999 hours", "x" * 100])
def test_anything_else_is_none(text: str) -> None:
    assert relative(text, NOON) is None
