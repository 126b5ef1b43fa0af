"""Opening hours, closed days, and what they say about a window."""

import contextlib
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectives import selectors, services
from collectives.models import Collective, Membership, OpeningHours
from collectives.opening import OpeningCalendar
from collectives.refusals import AlreadyClosed, BadHours, HoursOverlap, NotActive
from collectives.services.hours import check_week
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.kit.windows import Window

PARIS = ZoneInfo("Europe/Paris")
MONDAY = date(2026, 11, 23)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=PARIS)


def calendar(closed: frozenset[date] = frozenset(), **hours: list[tuple[time, time]]) -> OpeningCalendar:
    names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    return OpeningCalendar(zone=PARIS, hours={names.index(name): ranges for name, ranges in hours.items()}, closed=closed)


MORNING = (time(8), time(12))
AFTERNOON = (time(14), time(18))
NIGHT = (time(18), time(2))


def test_a_window_inside_a_range_is_open() -> None:
    assert calendar(mon=[MORNING, AFTERNOON]).open_throughout(Window(at(23, 8), at(23, 12)))


@pytest.mark.parametrize(("start", "end"), [(at(23, 7), at(23, 9)), (at(23, 11), at(23, 15)), (at(24, 9), at(24, 10))])
def test_a_window_that_leaves_the_hours_is_not_open(start: datetime, end: datetime) -> None:
    assert not calendar(mon=[MORNING, AFTERNOON]).open_throughout(Window(start, end))


def test_a_range_that_passes_midnight_is_open_on_the_next_day() -> None:
    assert calendar(mon=[NIGHT]).open_throughout(Window(at(24, 0), at(24, 2)))
    assert not calendar(mon=[NIGHT]).open_throughout(Window(at(24, 1), at(24, 3)))


def test_ranges_that_meet_count_as_one() -> None:
    assert calendar(mon=[(time(8), time(0))], tue=[(time(0), time(6))]).open_throughout(Window(at(23, 22), at(24, 2)))


def test_a_closed_day_has_no_range() -> None:
    shut = calendar(closed=frozenset({MONDAY}), mon=[MORNING], tue=[MORNING])
    assert shut.windows(MONDAY) == []
    assert shut.next_after(at(23, 6)) == Window(at(24, 8), at(24, 12))


def test_the_next_opening_may_be_the_one_under_way() -> None:
    assert calendar(mon=[MORNING]).next_after(at(23, 9)) == Window(at(23, 8), at(23, 12))


def test_who_never_opens_has_no_next_opening() -> None:
    assert calendar().next_after(at(23, 9)) is None


def test_a_window_of_years_is_not_counted_day_by_day() -> None:
    always = OpeningCalendar(zone=PARIS, hours={day: [(time(0), time(0))] for day in range(7)}, closed=frozenset())
    assert not always.open_throughout(Window(at(23, 0), datetime(9000, 1, 1, tzinfo=PARIS)))
    assert always.open_throughout(Window(at(23, 0), at(30, 0)))


ranges = st.tuples(st.integers(0, 6), st.times(), st.times())


@given(st.lists(ranges, max_size=8))
def test_a_week_is_accepted_or_refused_in_a_sentence(week: list[tuple[int, time, time]]) -> None:
    with contextlib.suppress(HoursOverlap):
        check_week(sorted(week))
        assert all(one == other or one[:2] != other[:2] for one in week for other in week)


@given(ranges)
def test_a_range_is_refused_beside_itself(one: tuple[int, time, time]) -> None:
    with pytest.raises(HoursOverlap):
        check_week([one, one])


def test_sunday_night_reaches_into_monday() -> None:
    with pytest.raises(HoursOverlap, match=r"18:00–02:00 and 01:00–05:00"):
        check_week([(0, time(1), time(5)), (6, time(18), time(2))])
    check_week([(0, time(2), time(5)), (6, time(18), time(2))])


def test_an_eighth_day_does_not_exist() -> None:
    with pytest.raises(BadHours):
        check_week([(7, time(1), time(5))])


@pytest.mark.django_db
def test_the_week_is_replaced_as_a_whole(montreuil: Collective, ada: Membership) -> None:
    services.set_opening_hours(collective=montreuil, ranges=[(0, *MORNING), (0, *AFTERNOON)], by=ada.person)
    services.set_opening_hours(collective=montreuil, ranges=[(0, *AFTERNOON)], by=ada.person)
    with acting_for(montreuil):
        assert selectors.opening_windows(MONDAY) == [Window(at(23, 14), at(23, 18))]
    event = Event.objects.filter(name="hours.changed").latest("pk")
    assert event.data == {"before": [["0", "08:00", "12:00"], ["0", "14:00", "18:00"]], "after": [["0", "14:00", "18:00"]]}


@pytest.mark.django_db
def test_overlapping_hours_write_nothing(montreuil: Collective, ada: Membership) -> None:
    with pytest.raises(HoursOverlap):
        services.set_opening_hours(collective=montreuil, ranges=[(0, time(8), time(12)), (0, time(11), time(13))], by=ada.person)
    with acting_for(montreuil):
        assert OpeningHours.objects.count() == 0
    assert not Event.objects.filter(name="hours.changed").exists()


@pytest.mark.django_db
def test_the_same_hours_again_are_no_news(montreuil: Collective, ada: Membership) -> None:
    for _time in range(2):
        services.set_opening_hours(collective=montreuil, ranges=[(0, *MORNING)], by=ada.person)
    assert Event.objects.filter(name="hours.changed").count() == 1


@pytest.mark.django_db
def test_a_day_is_closed_once_and_opened_again(montreuil: Collective, ada: Membership) -> None:
    services.set_opening_hours(collective=montreuil, ranges=[(0, *MORNING)], by=ada.person)
    services.close_day(collective=montreuil, day=MONDAY, reason="Assembly", by=ada.person)
    with pytest.raises(AlreadyClosed):
        services.close_day(collective=montreuil, day=MONDAY, by=ada.person)
    with acting_for(montreuil):
        assert selectors.opening_windows(MONDAY) == []
        assert not selectors.is_open_throughout(Window(at(23, 8), at(23, 9)))
    services.open_day(collective=montreuil, day=MONDAY, by=ada.person)
    with pytest.raises(NotActive):
        services.open_day(collective=montreuil, day=MONDAY, by=ada.person)
    with acting_for(montreuil):
        assert selectors.next_opening(at(23, 6)) == Window(at(23, 8), at(23, 12))
    assert list(Event.objects.filter(name__startswith="day.").order_by("pk").values_list("name", flat=True)) == ["day.closed", "day.opened"]
