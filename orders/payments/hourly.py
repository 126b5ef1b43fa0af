"""What is left for the co-op of a month's orders for each hour its people worked, where their own taps tell the hours."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone

from collectives.models import Collective, Membership, Role
from collectives.worked import marks_of, turns_of
from coopdelivery.kit.money import Money
from coopdelivery.kit.windows import day_bounds
from orders.invoices.months import Month
from orders.models import Settlement

AN_HOUR = timedelta(hours=1)
LEAST = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Hourly:
    """`each` is the co-op's share of what was settled in the month for each courier-hour; `hours` are whole, rounded down."""

    each: Money
    hours: int
    month: Month


def per_hour(collective: Collective, month: Month) -> Hourly | None:
    """None while less than a day's work is on the record, or nothing is settled: a figure of little says nothing. Three queries."""
    rows = Settlement.objects.filter(settled_on__range=(month.first, month.last), currency=collective.currency)
    cents = rows.aggregate(sum=Sum("collective_cents"))["sum"]
    worked = _worked(collective, month)
    if not cents or worked < LEAST:
        return None
    each = Money(cents * 3600 // int(worked.total_seconds()), collective.currency)
    return Hourly(each, worked // AN_HOUR, month)


def _worked(collective: Collective, month: Month) -> timedelta:
    """Of everybody who rides. A turn counts in the month in which it began; one that still lasts counts until now."""
    zone, now = collective.zone, timezone.now()
    since, until = day_bounds(month.first, zone)[0], day_bounds(month.last, zone)[1]
    riders = list(Membership.objects.filter(held__role=Role.COURIER).values_list("pk", flat=True))
    turns = (turn for marks in marks_of(riders, since, until + timedelta(hours=16)).values() for turn in turns_of(marks))
    return sum((turn.worked(now) for turn in turns if since <= turn.starts_at < until), timedelta())
