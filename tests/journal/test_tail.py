"""The end of the journal, when a lower id commits after a higher one."""

import pytest
import time_machine
from django.utils import timezone

from coopdelivery.journal import tail as tails
from coopdelivery.journal.models import Event
from coopdelivery.journal.tail import Tail, position

pytestmark = pytest.mark.django_db


def write(pk: int, **fields: object) -> None:
    Event.objects.create(pk=pk, name="x", subject=str(pk), source="web", **fields)


def test_what_is_new_is_read_once_in_order() -> None:
    tail = Tail(0)
    write(1)
    write(2)
    assert [event.pk for event in tail.read()] == [1, 2]
    assert tail.read() == []
    write(3)
    assert [event.pk for event in tail.read()] == [3]


def test_an_id_that_becomes_visible_late_is_not_lost() -> None:
    tail = Tail(10)
    write(12)
    assert [event.pk for event in tail.read()] == [12]
    assert tail.safe == 10
    write(11)
    assert [event.pk for event in tail.read()] == [11]
    assert tail.safe == 12


def test_an_id_that_was_rolled_back_is_forgotten_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    tail = Tail(10)
    write(12)
    tail.read()
    monkeypatch.setattr(tails, "LONGEST_TRANSACTION_S", -1.0)
    tail.read()
    assert (tail.gaps, tail.safe) == ({}, 12)


def test_a_huge_hole_costs_no_memory() -> None:
    tail = Tail(0)
    write(10_000_000)
    tail.read()
    tail.read()
    assert len(tail.gaps) == tails.MOST_GAPS


def test_a_page_resumes_from_before_the_last_seconds() -> None:
    now = timezone.now()
    write(1, at=now - tails.SETTLED * 2)
    write(2, at=now)
    assert position() == 1
    with time_machine.travel(now + tails.SETTLED * 2):
        assert position() == 2
