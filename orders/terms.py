"""Until when an order is taken for a window. Pure: the form's slots, orders, imports and repeats all ask here."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Terms:
    """`notice` before the window; wall-clock cut-offs on the day itself and on the day before; how many drops may begin in one
    hour; whether public holidays are closed days."""

    notice: timedelta = timedelta(0)
    same_day_until: time | None = None
    day_before_until: time | None = None
    drops_an_hour: int | None = None
    closed_on_holidays: bool = False

    def last_moment(self, start: datetime, zone: ZoneInfo) -> datetime:
        """The instant from which nothing is taken any more for a window that begins at `start`."""
        day = timezone.localtime(start, zone).date()
        moments = [start - self.notice]
        if self.same_day_until is not None:
            moments.append(datetime.combine(day, self.same_day_until, tzinfo=zone))
        if self.day_before_until is not None:
            moments.append(datetime.combine(day - timedelta(days=1), self.day_before_until, tzinfo=zone))
        return min(moments)

    def too_late(self, start: datetime, now: datetime, zone: ZoneInfo) -> bool:
        """At the cut-off itself it is too late; a window that has just begun is forgiven the minutes a form takes."""
        last = self.last_moment(start, zone)
        return now >= (last + TOLERANCE if last == start else last)


def hour_of(start: datetime) -> datetime:
    """The clock hour in which it begins."""
    return start.replace(minute=0, second=0, microsecond=0)
