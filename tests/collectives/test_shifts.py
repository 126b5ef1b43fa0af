"""Who works when."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collectives import selectors, services
from collectives.models import Collective, Membership, Shift
from collectives.refusals import BreakOutside, NotActive, NotInTeam, ShiftOverlaps, ShiftTooLong, ShiftTooShort
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS)


def plan(membership: Membership, start: datetime, end: datetime, **extra: Any) -> Shift:
    return services.plan_shift(membership=membership, starts_at=start, ends_at=end, by=membership.person, **extra)


def count(collective: Collective) -> int:
    with acting_for(collective):
        return Shift.objects.count()


def test_a_shift_is_planned_by_a_person(carl: Membership, dana: Membership) -> None:
    shift = services.plan_shift(
        membership=carl, starts_at=at(23, 8), ends_at=at(23, 15), break_at=at(23, 12), break_minutes=30, by=dana.person
    )
    with acting_for(carl.collective):
        assert list(selectors.on_shift(date(2026, 11, 23))) == [shift]
        assert list(selectors.on_shift(date(2026, 11, 24))) == []
    event = Event.objects.get(name="shift.planned")
    assert (event.by_id, event.data["after"]["starts_at"]) == (dana.person_id, "2026-11-23T08:00:00+01:00")


def test_one_person_is_not_in_two_places(carl: Membership) -> None:
    plan(carl, at(23, 8), at(23, 12))
    with pytest.raises(ShiftOverlaps, match="Carl already has a shift from"):
        plan(carl, at(23, 11), at(23, 14))
    assert count(carl.collective) == 1


def test_a_shift_may_begin_when_the_other_ends(carl: Membership) -> None:
    plan(carl, at(23, 8), at(23, 12))
    plan(carl, at(23, 12), at(23, 14))
    assert count(carl.collective) == 2


def test_two_people_work_at_the_same_time(carl: Membership, dana: Membership) -> None:
    plan(carl, at(23, 8), at(23, 12))
    plan(dana, at(23, 8), at(23, 12), kind="dispatch")
    with acting_for(carl.collective):
        assert [shift.membership.person.name for shift in selectors.on_shift(date(2026, 11, 23), kind="road")] == ["Carl"]


@pytest.mark.parametrize(("end", "refusal"), [(at(23, 8), ShiftTooShort), (at(23, 7), ShiftTooShort), (at(24, 0, 1), ShiftTooLong)])
def test_a_shift_has_a_sensible_length(carl: Membership, end: datetime, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        plan(carl, at(23, 8), end)
    assert count(carl.collective) == 0


@pytest.mark.parametrize(("start", "minutes"), [(at(23, 7), 30), (at(23, 11, 45), 30), (at(23, 14), 10)])
def test_a_break_lies_inside_the_shift(carl: Membership, start: datetime, minutes: int) -> None:
    with pytest.raises(BreakOutside):
        plan(carl, at(23, 8), at(23, 12), break_at=start, break_minutes=minutes)
    assert count(carl.collective) == 0


def test_who_has_left_gets_no_shift(ada: Membership, carl: Membership) -> None:
    services.deactivate_member(membership=carl, by=ada.person)
    with pytest.raises(NotInTeam, match="Carl does not work"):
        plan(carl, at(23, 8), at(23, 12))


def test_a_shift_moves_and_both_versions_are_told(carl: Membership, dana: Membership) -> None:
    shift = plan(carl, at(23, 8), at(23, 12))
    services.change_shift(shift=shift, membership=dana, starts_at=at(23, 9), ends_at=at(23, 12), by=dana.person)
    with acting_for(carl.collective):
        assert Shift.objects.get().membership == dana
    data = Event.objects.get(name="shift.changed").data
    assert (data["before"]["membership"], data["membership"]) == (str(carl.ref), str(dana.ref))


def test_a_shift_may_stay_where_it_is_when_it_changes(carl: Membership) -> None:
    shift = plan(carl, at(23, 8), at(23, 12))
    services.change_shift(shift=shift, membership=carl, starts_at=at(23, 9), ends_at=at(23, 13), by=carl.person)
    assert count(carl.collective) == 1


def test_a_shift_that_somebody_removed_is_neither_changed_nor_removed_again(carl: Membership) -> None:
    shift = plan(carl, at(23, 8), at(23, 12))
    services.remove_shift(shift=shift, by=carl.person)
    with pytest.raises(NotActive):
        services.change_shift(shift=shift, membership=carl, starts_at=at(23, 9), ends_at=at(23, 13), by=carl.person)
    shift.pk = 999_999
    with pytest.raises(NotActive):
        services.remove_shift(shift=shift, by=carl.person)
    assert Event.objects.filter(name="shift.removed").count() == 1


def test_a_night_shift_is_seen_on_both_days(carl: Membership) -> None:
    plan(carl, at(23, 20), at(24, 2))
    with acting_for(carl.collective):
        assert [selectors.on_shift(date(2026, 11, day)).count() for day in (22, 23, 24, 25)] == [0, 1, 1, 0]
        assert len(selectors.shifts_of_week(date(2026, 11, 23), collective=carl.collective)) == 1


def test_a_week_is_copied_by_the_clock_on_the_wall(carl: Membership) -> None:
    """The clocks of Paris go back on 25 October 2026."""
    monday, later = date(2026, 10, 19), date(2026, 10, 26)
    plan(carl, at(19, 8, month=10), at(19, 12, month=10), break_at=at(19, 10, month=10), break_minutes=15)
    done = services.copy_week(collective=carl.collective, monday=monday, to_monday=later, by=carl.person)
    assert (done.copied, done.left_out) == (1, 0)
    with acting_for(carl.collective):
        copy = Shift.objects.latest("starts_at")
    assert (copy.starts_at, copy.break_at) == (at(26, 8, month=10), at(26, 10, month=10))


def test_who_is_busy_that_day_is_left_out_of_a_copied_week(carl: Membership, dana: Membership) -> None:
    for membership in (carl, dana):
        plan(membership, at(16, 8), at(16, 12))
    plan(carl, at(23, 10), at(23, 13))
    done = services.copy_week(collective=carl.collective, monday=date(2026, 11, 16), to_monday=date(2026, 11, 23), by=carl.person)
    assert (done.copied, done.left_out) == (1, 1)
    again = services.copy_week(collective=carl.collective, monday=date(2026, 11, 16), to_monday=date(2026, 11, 23), by=carl.person)
    assert (again.copied, again.left_out) == (0, 2)


def test_the_shift_of_now_is_found(carl: Membership) -> None:
    shift = plan(carl, at(23, 8), at(23, 12))
    with acting_for(carl.collective):
        assert selectors.current_shift(carl, at(23, 9)) == shift
        assert selectors.current_shift(carl, at(23, 12)) is None
        assert selectors.current_shift(carl, at(23, 7) + timedelta(minutes=59)) is None
