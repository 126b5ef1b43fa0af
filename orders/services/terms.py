"""A collective's word on cut-offs and room, kept and counted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta

from django.db import transaction

from collectives.models import Collective
from collectives.opening import OpeningCalendar
from collectives.selectors import opening_calendar
from coopdelivery.journal import services as journal
from coopdelivery.kit.prepared import Prepared
from coopdelivery.people.models import Person
from orders.models import OrderTerms, Stop, StopKind, StopStatus
from orders.public_holidays import holidays_of
from orders.refusals import SlotFull
from orders.terms import Terms, hour_of

SAID = Prepared(
    lambda: OrderTerms.objects.values_list("notice_minutes", "same_day_until", "day_before_until", "drops_an_hour", "closed_on_holidays")
)


def terms_in_force() -> Terms:
    """The acting collective's; the defaults when it has said nothing."""
    for notice_minutes, *others in SAID():
        return Terms(timedelta(minutes=notice_minutes), *others)
    return Terms()


def order_calendar(collective: Collective, terms: Terms | None = None) -> OpeningCalendar:
    """When orders can be promised: opening hours without closed days, and without public holidays where the co-op says so."""
    calendar = opening_calendar(collective)
    if not (terms or terms_in_force()).closed_on_holidays:
        return calendar
    year = collective.today().year
    return replace(calendar, closed=calendar.closed | holidays_of(collective.country, (year, year + 1)))


@transaction.atomic
def set_order_terms(
    *,
    collective: Collective,
    notice_minutes: int,
    same_day_until: time | None,
    day_before_until: time | None,
    drops_an_hour: int | None,
    by: Person | None,
    closed_on_holidays: bool = False,
) -> OrderTerms:
    """Orders already placed stay as they are."""
    values = {
        "notice_minutes": notice_minutes,
        "same_day_until": same_day_until,
        "day_before_until": day_before_until,
        "drops_an_hour": drops_an_hour,
        "closed_on_holidays": closed_on_holidays,
    }
    row, _created = OrderTerms.objects.update_or_create(collective=collective, defaults=values)
    told = {key: str(value) if isinstance(value, time) else value for key, value in values.items()}
    journal.record("order_terms.changed", subject=collective.ref, collective_id=collective.pk, by=by, **told)
    return row


def drops_by_hour(first: datetime, last: datetime, *, but: int | None = None) -> Mapping[datetime, int]:
    """How many drops begin in each clock hour, from the hour of `first` through that of `last`; those of delivery `but` left out."""
    rows = Stop.objects.filter(kind=StopKind.DROPOFF, window_start__gte=hour_of(first), window_start__lt=hour_of(last) + timedelta(hours=1))
    live = rows.exclude(status=StopStatus.CANCELLED).exclude(delivery_id=but or 0)
    return Counter(hour_of(start) for start in live.values_list("window_start", flat=True))


def check_room(wanted: Iterable[tuple[str, datetime]], terms: Terms, *, but: int | None = None) -> None:
    """Whether these drops (field, start) still fit in their hours. Raises SlotFull. Asked again inside the order's own transaction."""
    starts = sorted(wanted, key=lambda each: each[1])
    if terms.drops_an_hour is None or not starts:
        return
    taken = Counter(drops_by_hour(starts[0][1], starts[-1][1], but=but))
    for field, start in starts:
        taken[hour_of(start)] += 1
        if taken[hour_of(start)] > terms.drops_an_hour:
            raise SlotFull(field)
