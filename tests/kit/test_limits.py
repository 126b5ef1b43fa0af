import pytest
from django.core.cache import caches

from coopdelivery.kit.limits import count, spend


def test_the_last_one_allowed_is_allowed_and_the_next_is_not() -> None:
    assert [spend("asking", "127.0.0.1", at_most=2, within_s=3600) for _ in range(3)] == [True, True, False]
    assert spend("asking", "127.0.0.2", at_most=2, within_s=3600)


def test_a_new_span_begins_at_one() -> None:
    assert [count("calls", within_s=60, now=moment) for moment in (0, 59, 60)] == [1, 2, 1]


def test_a_cache_that_forgets_refuses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caches["default"], "add", lambda *args, **kwargs: False)
    assert count("calls", within_s=60, now=0) == 1
