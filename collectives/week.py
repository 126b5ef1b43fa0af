"""The week as it is drawn: one row for each person, one cell for each day, a bar for each shift. Geometry only, no database."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from collectives.models import Membership, Shift
from coopdelivery.kit.windows import days

EARLIEST, LATEST = 7, 21  # the hours drawn when nobody works outside them


@dataclass(frozen=True, slots=True)
class Bar:
    """A shift in its cell: `x`, `width` and `text_x` are percentages as SVG wants them, `late` puts the words at the end."""

    shift: Shift
    x: str
    width: str
    text_x: str
    late: bool


@dataclass(slots=True)
class Cell:
    day: date
    bars: list[Bar] = field(default_factory=list)


@dataclass(slots=True)
class Row:
    membership: Membership
    cells: list[Cell]
    minutes: int = 0

    @property
    def worked(self) -> str:
        return hours_words(self.minutes)

    @property
    def over_words(self) -> str:
        return f"+{hours_words(self.over)}"

    @property
    def over(self) -> int:
        """Minutes beyond the contract; 0 when there is none."""
        hours = self.membership.weekly_hours
        return max(0, self.minutes - hours * 60) if hours is not None else 0


@dataclass(frozen=True, slots=True)
class Foot:
    """How many ride on a day, and whether the collective is closed."""

    day: date
    riders: int
    closed: bool


@dataclass(frozen=True)
class Week:
    monday: date
    first_hour: int
    last_hour: int
    rows: list[Row]
    foot: list[Foot]

    @property
    def days(self) -> list[date]:
        return list(days(self.monday, 7))

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week


def draw_week(monday: date, shifts: Sequence[Shift], members: Iterable[Membership], closed: frozenset[date], zone: ZoneInfo) -> Week:
    """Rows in the order of `members`, whoever works or not; people who left are added when they have a shift."""
    first, last = _hours(shifts, zone)
    mine: dict[int, list[Shift]] = defaultdict(list)
    for shift in shifts:
        mine[shift.membership_id].append(shift)
    people = {member.pk: member for member in members}
    people |= {shift.membership_id: shift.membership for shift in shifts if shift.membership_id not in people}
    rows = [_row(member, mine[pk], monday, (first, last), zone) for pk, member in people.items()]
    return Week(monday, first, last, rows, _foot(monday, shifts, closed, zone))


def hours_words(minutes: int) -> str:
    """`30h`, `46h30`."""
    return f"{minutes // 60}h{minutes % 60:02d}" if minutes % 60 else f"{minutes // 60}h"


def worked_minutes(shift: Shift) -> int:
    """Without the break."""
    return int((shift.ends_at - shift.starts_at).total_seconds() // 60) - shift.break_minutes


def _hours(shifts: Iterable[Shift], zone: ZoneInfo) -> tuple[int, int]:
    starts = [timezone.localtime(shift.starts_at, zone) for shift in shifts]
    ends = [_end_hour(shift, zone) for shift in shifts]
    return min([EARLIEST, *(start.hour for start in starts)]), max([LATEST, *ends])


def _end_hour(shift: Shift, zone: ZoneInfo) -> int:
    """The full hour by which the shift is over, 24 when it runs into the next day."""
    start, end = timezone.localtime(shift.starts_at, zone), timezone.localtime(shift.ends_at, zone)
    if end.date() > start.date():
        return 24
    return end.hour + (end.minute > 0)


def _row(member: Membership, shifts: list[Shift], monday: date, hours: tuple[int, int], zone: ZoneInfo) -> Row:
    row = Row(member, [Cell(day) for day in days(monday, 7)])
    for shift in shifts:
        start = timezone.localtime(shift.starts_at, zone)
        row.cells[(start.date() - monday).days].bars.append(_bar(shift, start, hours, zone))
        row.minutes += worked_minutes(shift)
    return row


def _bar(shift: Shift, start: datetime, hours: tuple[int, int], zone: ZoneInfo) -> Bar:
    end = timezone.localtime(shift.ends_at, zone)
    until = 24 * 60 if end.date() > start.date() else end.hour * 60 + end.minute
    span = (hours[1] - hours[0]) * 60
    x = 100 * (start.hour * 60 + start.minute - hours[0] * 60) / span
    width = max(3.0, 100 * (until - start.hour * 60 - start.minute) / span)
    late = x > 45
    return Bar(shift, _percent(x), _percent(width), _percent(x + width if late else x), late)


def _percent(value: float) -> str:
    return f"{value:.1f}%"


def _foot(monday: date, shifts: Iterable[Shift], closed: frozenset[date], zone: ZoneInfo) -> list[Foot]:
    riding: dict[date, set[int]] = defaultdict(set)
    for shift in shifts:
        if shift.kind == Shift.Kind.ROAD:
            riding[timezone.localtime(shift.starts_at, zone).date()].add(shift.membership_id)
    return [Foot(day, len(riding[day]), day in closed) for day in days(monday, 7)]
