"""Keeps `Task.planned_at` true to the plan: written with every gesture. It is the plan; the promise is the stop's own."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Case, DateTimeField, Q, Value, When
from django.utils import timezone

from collectives.models import Shift
from dispatch.models import Round, Task
from dispatch.outlook.arrivals import Day
from dispatch.selectors import Row, day_of, ordered, rows, service_of, ways_of

Key = tuple[int, date] | int


def refresh_arrivals(rounds: Iterable[Round]) -> None:
    """Recompute the planned times of the whole days these rounds belong to, in a number of statements that does not grow."""
    planned: dict[int, datetime] = {}
    for found, day in days_of(rounds, timezone.now()):
        planned |= {row.pk: arrival for row, arrival in zip(found, day.arrivals, strict=True) if arrival}
    _write(planned)


def days_of(rounds: Iterable[Round], now: datetime) -> list[tuple[list[Row], Day]]:
    """The whole days these rounds belong to, one per courier (or per round nobody has): the rows in order, and their arrivals."""
    touched = list(rounds)
    if not touched:
        return []
    days = [Q(courier_id=row.courier_id, on=row.on) if row.courier_id else Q(pk=row.pk) for row in touched]
    condition = days[0]
    for day in days[1:]:
        condition |= day
    return _ridden(ordered(Round.objects.filter(condition).select_related("collective")), now)


def _ridden(rounds: Sequence[Round], now: datetime) -> list[tuple[list[Row], Day]]:
    if not rounds:
        return []
    collective = rounds[0].collective
    zone, service = collective.zone, service_of(collective)
    by_day: dict[Key, list[Round]] = defaultdict(list)
    for row in rounds:
        by_day[(row.courier_id, row.on) if row.courier_id else row.pk].append(row)
    by_round: dict[int | None, list[Row]] = defaultdict(list)
    for found in rows(Q(round__in=[row.pk for row in rounds])):
        by_round[found.round_id].append(found)
    shifts = _shifts(rounds, zone)
    lists = {key: [found for row in group for found in by_round[row.pk]] for key, group in by_day.items()}
    ways = ways_of(lists.values())
    days = []
    for key, group in by_day.items():
        in_order = lists[key]
        of_day = shifts.get(key, []) if isinstance(key, tuple) else []
        clock = now if group[0].on == timezone.localdate(now, zone) else None
        days.append((in_order, day_of(in_order, {row.pk: row for row in group}, of_day, clock, ways, service)))
    return days


def _shifts(rounds: Sequence[Round], zone: ZoneInfo) -> dict[Key, list[Shift]]:
    wanted = {row.courier_id for row in rounds if row.courier_id}
    if not wanted:
        return {}
    first, last = min(row.on for row in rounds), max(row.on for row in rounds)
    start, end = datetime.combine(first, time.min, tzinfo=zone), datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone)
    found: dict[Key, list[Shift]] = defaultdict(list)
    for shift in Shift.objects.filter(membership_id__in=wanted, kind=Shift.Kind.ROAD, starts_at__gte=start, starts_at__lt=end):
        found[(shift.membership_id, timezone.localdate(shift.starts_at, zone))].append(shift)
    return found


def _write(planned: dict[int, datetime]) -> None:
    """Waits for nobody: a stop that another gesture holds gets its time from that gesture, which reckons the same day after this one."""
    if planned:
        free = Task.objects.filter(pk__in=list(planned)).select_for_update(skip_locked=True, of=("self",)).order_by()
        whens = [When(pk=pk, then=Value(at, output_field=DateTimeField())) for pk, at in planned.items()]
        Task.objects.filter(pk__in=free.values("pk")).update(planned_at=Case(*whens, output_field=DateTimeField()))
