"""What the collectives did in a month, side by side in the alphabet's order: never a ranking. A constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum

from collectives.models import Collective, Standing
from collectives.tenancy import acting_for_everyone
from coopdelivery.kit.money import Money
from coopdelivery.kit.windows import day_bounds
from coopdelivery.ledger.models import Entry
from federation.dues.books import DUES
from orders.models import Credit, Delivery, DeliveryStatus, Settlement

ACCRUED_FROM = "4671"  # the federation's account of each collective begins so, its id follows (orders.payments.chart)
FINISHED = (DeliveryStatus.DELIVERED, DeliveryStatus.FAILED)
Sums = dict[tuple[int, str], int]


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month; each collective's begins and ends at its own midnight."""

    first: date

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.replace(day=1))

    @property
    def after(self) -> "Month":
        return Month(date(self.first.year + self.first.month // 12, self.first.month % 12 + 1, 1))

    @property
    def before(self) -> "Month":
        return Month(date(self.first.year - (self.first.month == 1), (self.first.month - 2) % 12 + 1, 1))

    @property
    def last(self) -> date:
        return date.fromordinal(self.after.first.toordinal() - 1)


@dataclass(slots=True)
class Row:
    """One collective's month, or the sum of all. Amounts stand in their own currencies; kilometres are those of delivered deliveries."""

    collective: Collective | None = None
    placed: int = 0
    delivered: int = 0
    failed: int = 0
    distance_m: int = 0
    unmeasured: int = 0
    turnover: list[Money] = field(default_factory=list)
    contribution: list[Money] = field(default_factory=list)


def figures(month: Month) -> tuple[list[Row], Row]:
    """A row for each collective that is or was admitted, and their sum."""
    collectives = list(Collective.objects.exclude(standing=Standing.APPLICANT).order_by("name"))
    rows = {row.pk: Row(collective=row) for row in collectives}
    with acting_for_everyone("the federation adds up the month of all its collectives"):
        _count(rows, collectives, month)
        turnover = _turnover(collectives, month)
    contribution = accrued(month.first, month.last)
    for pk, row in rows.items():
        row.turnover, row.contribution = _amounts(turnover, pk), _amounts(contribution, pk)
    return list(rows.values()), _total(rows.values())


def _during(column: str, collectives: Iterable[Collective], month: Month) -> Q:
    """The month by each collective's own clock: one condition for each zone."""
    by_zone: dict[str, list[int]] = defaultdict(list)
    for row in collectives:
        by_zone[row.time_zone].append(row.pk)
    condition = Q(pk=None)
    for zone, members in by_zone.items():
        start, end = day_bounds(month.first, ZoneInfo(zone))[0], day_bounds(month.after.first, ZoneInfo(zone))[0]
        condition |= Q(**{"collective_id__in": members, f"{column}__gte": start, f"{column}__lt": end})
    return condition


def _count(rows: dict[int, Row], collectives: list[Collective], month: Month) -> None:
    placed = Delivery.objects.filter(_during("placed_at", collectives, month)).exclude(status=DeliveryStatus.AWAITING_PAYMENT)
    for pk, count in placed.order_by().values_list("collective_id").annotate(count=Count("pk")):
        rows[pk].placed = count
    finished = Delivery.objects.filter(_during("finished_at", collectives, month), status__in=FINISHED).order_by()
    asked = finished.values("collective_id", "status").annotate(count=Count("pk"), metres=Sum("distance_m"), measured=Count("distance_m"))
    for found in asked:
        row = rows[found["collective_id"]]
        if found["status"] == DeliveryStatus.FAILED:
            row.failed = found["count"]
        else:
            row.delivered, row.distance_m = found["count"], found["metres"] or 0
            row.unmeasured = found["count"] - found["measured"]


def _turnover(collectives: list[Collective], month: Month) -> Sums:
    """Net of VAT, settled in the month, less what was credited in it."""
    sums: Sums = defaultdict(int)
    settled = Settlement.objects.filter(settled_on__range=(month.first, month.last)).order_by().values("collective_id", "currency")
    for found in settled.annotate(gross=Sum("gross_cents"), vat=Sum("vat_cents")):
        sums[found["collective_id"], found["currency"]] += found["gross"] - found["vat"]
    credited = Credit.objects.filter(_during("at", collectives, month)).order_by().values("collective_id", "currency")
    for given in credited.annotate(net=Sum("net_cents")):
        sums[given["collective_id"], given["currency"]] -= given["net"]
    return sums


def accrued(first: date, last: date) -> Sums:
    """What settled orders set aside for the federation in these days, called since or not, by (collective id, currency): one query."""
    entries = Entry.objects.filter(
        posting__book__collective_id=None,
        posting__sealed_at__isnull=False,
        posting__on__range=(first, last),
        account__code__startswith=ACCRUED_FROM,
    ).exclude(posting__key__startswith=DUES)
    found = entries.order_by().values_list("account__code", "posting__book__currency").annotate(cents=Sum("cents"))
    return {(int(code.removeprefix(ACCRUED_FROM)), currency): cents for code, currency, cents in found}


def _amounts(sums: Sums, pk: int) -> list[Money]:
    return [Money(cents, currency) for (owner, currency), cents in sorted(sums.items()) if owner == pk and cents]


def _total(rows: Iterable[Row]) -> Row:
    total, turnover, contribution = Row(), defaultdict[str, int](int), defaultdict[str, int](int)
    for row in rows:
        for name in ("placed", "delivered", "failed", "distance_m", "unmeasured"):
            setattr(total, name, getattr(total, name) + getattr(row, name))
        for sums, amounts in ((turnover, row.turnover), (contribution, row.contribution)):
            for amount in amounts:
                sums[amount.currency] += amount.cents
    total.turnover, total.contribution = _in_currencies(turnover), _in_currencies(contribution)
    return total


def _in_currencies(sums: dict[str, Any]) -> list[Money]:
    return [Money(cents, currency) for currency, cents in sorted(sums.items())]
