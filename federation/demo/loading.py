"""The whole demo, from the founding to this minute, in one transaction: either all of it is there or nothing."""

from datetime import date, datetime, timedelta

from django.db import transaction

from collectives.models import Role
from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.people.models import Person
from federation.demo.assemblies import tell_assemblies
from federation.demo.contracts import tell_contracts
from federation.demo.days import first_day, tell_today, tell_weeks, tell_yesterday
from federation.demo.founding import OFFICERS, found_federation, furnish_homes, open_questions
from federation.demo.handovers import tell_handovers
from federation.demo.home import Home
from federation.demo.neighbours import join_neighbours
from federation.demo.purchases import tell_purchases
from orders.invoices.services import close_statement
from orders.models import Order, Statement
from orders.payments import runs
from orders.payments.credits import credit_order

FRIDAY = 4


def load(now: datetime) -> list[Home]:
    """Write the demo. What it tells lies in the past, so nobody is told of it: no errand, no message."""
    with transaction.atomic(), journal.past():
        homes = found_federation(now)
        join_neighbours(homes, now, Person.objects.get(username=OFFICERS[1][1]))
        tell_purchases(homes, now, Person.objects.get(username=OFFICERS[0][1]))
        tell_contracts(homes, now, Person.objects.get(username=OFFICERS[1][1]))
        tell_assemblies(homes, now, *(Person.objects.get(username=key) for _name, key in OFFICERS))
        furnish_homes(homes, now, first_day=first_day(now))
        for home in homes:
            _tell(home, now)
        tell_handovers(homes[0], now)
        open_questions(homes, now)
    return homes


def _tell(home: Home, now: datetime) -> None:
    for day in tell_weeks(home, now):
        if day.weekday() == FRIDAY:
            settle_night(home, day)
    _close_last_month(home, now)
    tell_yesterday(home, now)
    settle_night(home, home.day_of(now) - timedelta(days=1))
    tell_today(home, now)


def settle_night(home: Home, day: date) -> None:
    """The nightly run after that day."""
    night = home.local(day, 2, 15) + timedelta(days=1)
    with home.at(night, "rule"):
        runs.settle(runs.start_run(collective=home.collective, by=None))


def _close_last_month(home: Home, now: datetime) -> None:
    """On the second of the month the office closes the month before, and gives one shop something back."""
    today = home.day_of(now)
    if today.day < 3:
        return
    by, first = home.first(Role.ADMIN), today.replace(day=1)
    settle_night(home, first)
    with home.at(home.local(today.replace(day=2), 10)):
        month = (first - timedelta(days=1)).replace(day=1)
        for statement in Statement.objects.filter(month=month, closed_at=None).order_by("pk"):
            close_statement(statement=statement, by=by)
        _give_back(by)


def _give_back(by: Person) -> None:
    order = Order.objects.filter(paid_by=Order.PaidBy.STATEMENT, settlement__isnull=False).order_by("pk").first()
    if order is not None:
        net = Money(order.net_cents // 4, order.currency)
        credit_order(order=order, net=net, reason="An hour late: a quarter back.", by=by, idempotency_key="demo-credit")
