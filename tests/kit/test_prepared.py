"""Questions compiled once answer what the queryset answers, each time with the values given, for the acting collective alone."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from django.db.models import QuerySet

from collectives.models import Collective, Membership, Role, RoleHeld, Shift
from collectives.services import plan_shift
from collectives.tenancy import NoCollective, acting_for, acting_for_everyone
from coopdelivery.kit.prepared import Prepared, PreparedRows
from tests.conftest import make_collective, make_member

UTC = dt.UTC
NOON = dt.datetime(2026, 11, 24, 12, tzinfo=UTC)


def _on_shift(at: dt.datetime, members: list[int]) -> QuerySet[Shift, tuple[object, ...]]:
    found = Shift.objects.filter(starts_at__lte=at, ends_at__gt=at, membership__in=members)
    return found.order_by("pk").values_list("ref", "starts_at", "membership__person__name")


ON_SHIFT = Prepared(_on_shift, dt.datetime, list)


@pytest.fixture
def team(montreuil: Collective) -> list[Membership]:
    with acting_for(montreuil):
        members = [make_member(montreuil, name, Role.COURIER) for name in ("Carl", "Lea")]
        for hours, member in enumerate(members):
            begins = NOON + dt.timedelta(hours=hours)
            plan_shift(membership=member, starts_at=begins, ends_at=begins + dt.timedelta(hours=4), by=member.person)
    return members


def test_the_answer_is_the_querysets_for_any_values_and_number_of_them(montreuil: Collective, team: list[Membership]) -> None:
    keys = [member.pk for member in team]
    for at in (NOON, NOON + dt.timedelta(hours=2), NOON + dt.timedelta(days=1)):
        for chosen in ([], keys[:1], keys):
            with acting_for(montreuil):
                assert ON_SHIFT(at, chosen) == list(_on_shift(at, chosen))
    with acting_for(montreuil):
        assert [name for _ref, _start, name in ON_SHIFT(NOON + dt.timedelta(hours=2), keys)] == ["Carl", "Lea"]


def test_another_collective_sees_nothing_of_it_and_nobody_is_refused(team: list[Membership]) -> None:
    keys = [member.pk for member in team]
    with acting_for(make_collective("Nantes", "nantes")):
        assert ON_SHIFT(NOON + dt.timedelta(hours=2), keys) == []
    with pytest.raises(NoCollective):
        ON_SHIFT(NOON, keys)


def test_a_question_that_loses_a_value_on_the_way_is_refused(montreuil: Collective, team: list[Membership]) -> None:
    lost = Prepared(lambda day: RoleHeld.objects.filter(membership__joined_at__year=day.year).values_list("pk"), dt.date)
    with acting_for(montreuil), pytest.raises(ValueError, match="as they are given"):
        lost(NOON.date())


ON_REF = PreparedRows(Membership, lambda ref: Membership.objects.filter(ref=ref), UUID, beside=["collective", "person"])
NAMED = PreparedRows(Membership, lambda name: Membership.objects.filter(person__name=name), str)
AMONG = PreparedRows(Membership, lambda keys: Membership.objects.filter(pk__in=keys).order_by("pk"), list)


def test_whole_rows_are_the_models_own_with_those_beside_them(
    montreuil: Collective, team: list[Membership], django_assert_num_queries: Any
) -> None:
    carl, lea = team
    with acting_for(montreuil):
        ON_REF(lea.ref)
        with django_assert_num_queries(1):
            (found,) = ON_REF(carl.ref)
            assert (found, found.person.name, found.collective.slug) == (carl, "Carl", "montreuil")
        fresh = Membership.objects.get(pk=carl.pk)
        assert {name: value for name, value in vars(found).items() if name != "_state"} == {
            name: value for name, value in vars(fresh).items() if name != "_state"
        }
        assert not found._state.adding
        assert AMONG([lea.pk, carl.pk]) == [carl, lea]
        assert AMONG([]) == []


def test_whole_rows_of_others_are_not_answered(team: list[Membership]) -> None:
    with acting_for(make_collective("Nantes", "nantes")):
        assert ON_REF(team[0].ref) == []
    with pytest.raises(NoCollective):
        ON_REF(team[0].ref)


def test_everyone_is_asked_as_a_queryset_asks_everyone(montreuil: Collective, team: list[Membership]) -> None:
    nantes = make_collective("Nantes", "nantes")
    with acting_for(nantes):
        nina = make_member(nantes, "Nina", Role.ADMIN)
    keys = [*(member.pk for member in team), nina.pk]
    with acting_for(montreuil):
        assert AMONG(keys) == team
    with acting_for_everyone("this test reads the members of all"):
        assert AMONG(keys) == [*team, nina]
    with acting_for(nantes):
        assert AMONG(keys) == [nina]


def test_a_text_is_a_value_and_never_a_part_of_the_question(montreuil: Collective, team: list[Membership]) -> None:
    with acting_for(montreuil):
        assert NAMED("Lea") == [team[1]]
        for text in ("", "' OR 1=1 --", "%s", "Lea%"):
            assert NAMED(text) == []
