"""Opening hours of the week, and days on which the collective is closed."""

from collections.abc import Iterable
from datetime import date, time
from itertools import pairwise

from django.db import IntegrityError, transaction

from collectives.models import ClosedDay, Collective, OpeningHours
from collectives.refusals import AlreadyClosed, BadHours, HoursOverlap, NotActive
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person

Range = tuple[int, time, time]  # weekday (0 = Monday), opens, closes: wall clock in the collective's zone
WEEK_MINUTES = 7 * 24 * 60


def set_opening_hours(*, collective: Collective, ranges: Iterable[Range], by: Person | None) -> None:
    """The whole week anew. A closing time at or before the opening is the next day's. Raises BadHours, HoursOverlap."""
    week = sorted(ranges)
    check_week(week)
    with acting_for(collective), transaction.atomic():
        Collective.objects.select_for_update().get(pk=collective.pk)
        before = _as_text(OpeningHours.objects.values_list("weekday", "opens", "closes"))
        after = _as_text(week)
        if before == after:
            return
        OpeningHours.objects.all().delete()
        OpeningHours.objects.bulk_create(
            OpeningHours(collective=collective, weekday=weekday, opens=opens, closes=closes) for weekday, opens, closes in week
        )
        journal.record("hours.changed", subject=collective.ref, collective_id=collective.pk, by=by, before=before, after=after)


def check_week(week: list[Range]) -> None:
    """Raises HoursOverlap for two ranges that share a minute, also across midnight and from Sunday into Monday."""
    if any(not 0 <= weekday <= 6 for weekday, _opens, _closes in week):
        raise BadHours
    spans = sorted((_minutes(weekday, opens), _end(weekday, opens, closes), opens, closes) for weekday, opens, closes in week)
    if len(spans) < 2:
        return
    first = spans[0]
    around = [*spans, (first[0] + WEEK_MINUTES, first[1] + WEEK_MINUTES, *first[2:])]
    for one, other in pairwise(around):
        if other[0] < one[1]:
            raise HoursOverlap(first=_range_words(one[2], one[3]), second=_range_words(other[2], other[3]))


def _minutes(weekday: int, at: time) -> int:
    return (weekday * 24 + at.hour) * 60 + at.minute


def _end(weekday: int, opens: time, closes: time) -> int:
    return _minutes(weekday if closes > opens else weekday + 1, closes)


def _range_words(opens: time, closes: time) -> str:
    return f"{opens:%H:%M}–{closes:%H:%M}"


def _as_text(week: Iterable[Range]) -> list[list[str]]:
    return [[str(weekday), f"{opens:%H:%M}", f"{closes:%H:%M}"] for weekday, opens, closes in week]


def close_day(*, collective: Collective, day: date, by: Person | None, reason: str = "") -> ClosedDay:
    """No deliveries on that day. Raises AlreadyClosed."""
    with acting_for(collective):
        try:
            with transaction.atomic():
                closed = ClosedDay.objects.create(collective=collective, day=day, reason=reason.strip()[:80])
                journal.record(
                    "day.closed", subject=collective.ref, collective_id=collective.pk, by=by, day=day.isoformat(), reason=closed.reason
                )
        except IntegrityError as error:
            raise AlreadyClosed from error
    return closed


def open_day(*, collective: Collective, day: date, by: Person) -> None:
    """Take the closure of a day back. Raises NotActive when it was not closed."""
    with acting_for(collective), transaction.atomic():
        gone, _rows = ClosedDay.objects.filter(day=day).delete()
        if not gone:
            raise NotActive
        journal.record("day.opened", subject=collective.ref, collective_id=collective.pk, by=by, day=day.isoformat())
