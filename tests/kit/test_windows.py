import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from coopdelivery.kit.windows import BadWindow, Window, day_bounds, day_in, on_day

BRUSSELS = ZoneInfo("Europe/Brussels")


def test_a_range_over_midnight_ends_the_next_day() -> None:
    window = on_day(dt.date(2026, 11, 21), dt.time(22), dt.time(1), BRUSSELS)
    assert window.end.date() == dt.date(2026, 11, 22)
    assert window.minutes == 180


@pytest.mark.parametrize(("day", "hours"), [(dt.date(2026, 3, 29), 23), (dt.date(2026, 10, 25), 25), (dt.date(2026, 11, 21), 24)])
def test_a_local_day_has_the_hours_it_has(day: dt.date, hours: int) -> None:
    first, last = day_bounds(day, BRUSSELS)
    assert (last.astimezone(dt.UTC) - first.astimezone(dt.UTC)) == dt.timedelta(hours=hours)


def test_wall_clock_is_kept_over_the_change_of_clocks() -> None:
    before, after = (on_day(day, dt.time(9), dt.time(11), BRUSSELS) for day in (dt.date(2026, 3, 28), dt.date(2026, 3, 29)))
    assert (before.start.astimezone(dt.UTC).hour, after.start.astimezone(dt.UTC).hour) == (8, 7)


def test_a_window_that_ends_before_it_starts_is_refused() -> None:
    noon = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
    with pytest.raises(BadWindow):
        Window(noon, noon)


def test_a_window_without_a_zone_is_refused() -> None:
    naive = dt.datetime(2026, 1, 1, 12)  # noqa: DTZ001  the naive time is the point
    with pytest.raises(BadWindow):
        Window(naive, naive + dt.timedelta(hours=1))


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-45", "0001-01-01", "9999-12-31", "10000-01-01", "\x00"])
def test_a_text_that_names_no_day_near_us_is_no_day(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        day_in(text)


def test_a_day_is_read_as_it_is_written() -> None:
    assert day_in("2026-11-24") == dt.date(2026, 11, 24)
