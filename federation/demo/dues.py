"""The assembly decided a share; the last months were called, and most of it was paid."""

from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.conf import settings

from collectives.models import Collective, Standing
from coopdelivery.decisions import services as decisions
from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.people.models import Person
from federation.demo import clock
from federation.demo.home import Home
from federation.dues import services
from federation.models import DuesCall

MONTHS = 3
# standing, currency, ten-thousandths of value added, at least a year in minor units
DECIDED = (("member", "EUR", 200, 60_000), ("member", "CHF", 200, 60_000), ("trial", "MXN", 100, 0))


def tell_dues(homes: list[Home], now: datetime, by: Person) -> None:
    """Terms by a resolution of a few months ago, calls since then; the newest call is still open."""
    first = now.date().replace(day=1)
    begun = datetime.combine(first - relativedelta(months=MONTHS), now.timetz()) + timedelta(days=2)
    with clock.at(begun), journal.source("web"):
        for standing, currency, rate, floor in DECIDED:
            _decide(begun.date(), by, standing=standing, currency=currency, rate=rate, floor_cents=floor, cap_cents=None)
    for back in range(MONTHS - 1, -1, -1):
        month = first - relativedelta(months=back)
        with clock.at(min(datetime.combine(month, now.timetz()) + timedelta(days=1), now)), journal.source("rule"):
            services.call_month(first=month, by=None)
    with clock.at(now - timedelta(days=3)), journal.source("web"):
        for home in homes:
            _pay(home, first, by)


def _decide(on: date, by: Person, **terms: object) -> None:
    voices = Collective.objects.filter(standing=Standing.MEMBER).values_list("pk", flat=True)
    decisions.record_assembly(
        collective_id=None,
        title=f"Dues: {int(str(terms['rate'])) / 100:g} % of value added, {terms['standing']}, {terms['currency']}",
        text="Those who pay govern. The floor keeps the office open.",
        roll=voices,
        on=on,
        zone=ZoneInfo(settings.TIME_ZONE),
        settles={"dues": {**terms, "effective_on": on.isoformat()}},
        by=by,
    )


def _pay(home: Home, first: date, by: Person) -> None:
    """Everything but the call of this month, in one transfer."""
    calls = DuesCall.objects.filter(collective=home.collective).exclude(year=first.year, month=first.month)
    cents = sum(call.cents for call in calls)
    if cents:
        amount, key = Money(cents, home.collective.currency), uuid5(NAMESPACE_URL, f"demo-dues-{home.collective.slug}")
        on = home.collective.today()
        services.note_payment(collective=home.collective, amount=amount, on=on, note="Transfer", key=key, by=by)
