"""What is left for an hour worked: from the month's settlements and the couriers' own taps, seen by the co-op alone."""

import datetime as dt
from uuid import uuid4

import pytest
from django.test import Client

from collectives.models import Collective, Membership, TimeMark
from coopdelivery.kit.money import Money
from orders.invoices.months import Month
from orders.models import Partner, Settlement
from orders.payments.hourly import per_hour
from orders.payments.settlement import settle_order
from tests.orders.money import finished, flat_partner

Verb = TimeMark.Verb


def worked(member: Membership, start: dt.datetime, hours: float, rest: float = 0) -> None:
    """A turn of so many hours, the last `rest` of them a break."""
    end = start + dt.timedelta(hours=hours)
    marks = [(Verb.ON, start), (Verb.OFF, end)]
    if rest:
        marks.insert(1, (Verb.REST, end - dt.timedelta(hours=rest)))
    for verb, at in marks:
        TimeMark.objects.create(
            collective_id=member.collective_id, membership=member, verb=verb, at=at, by=member.person, client_id=uuid4()
        )


@pytest.fixture
def florist(open_montreuil: Collective) -> Partner:
    return flat_partner(open_montreuil)


@pytest.fixture
def settled(florist: Partner) -> Settlement:
    found = settle_order(finished(florist).order)
    assert found is not None
    return found


@pytest.fixture
def month(settled: Settlement) -> Month:
    return Month(settled.settled_on.replace(day=1))


@pytest.fixture
def morning(open_montreuil: Collective, month: Month) -> dt.datetime:
    """The first of the month, at six."""
    return dt.datetime.combine(month.first, dt.time(6), tzinfo=open_montreuil.zone)


def test_the_share_is_divided_by_the_hours_without_breaks(
    open_montreuil: Collective, settled: Settlement, month: Month, morning: dt.datetime, carl: Membership
) -> None:
    worked(carl, morning, 11, rest=1)
    found = per_hour(open_montreuil, month)
    assert found is not None
    assert (found.each, found.hours) == (Money(settled.collective_cents // 10, "EUR"), 10)


def test_little_on_the_record_says_nothing(
    open_montreuil: Collective, settled: Settlement, month: Month, morning: dt.datetime, carl: Membership
) -> None:
    worked(carl, morning, 7.5)
    assert per_hour(open_montreuil, month) is None


def test_what_began_in_another_month_counts_there(
    open_montreuil: Collective, settled: Settlement, month: Month, morning: dt.datetime, carl: Membership
) -> None:
    worked(carl, morning - dt.timedelta(hours=9), 10)
    assert per_hour(open_montreuil, month) is None


def test_hours_without_orders_say_nothing(open_montreuil: Collective, morning: dt.datetime, month: Month, carl: Membership) -> None:
    worked(carl, morning, 10)
    assert per_hour(open_montreuil, month.before) is None


def test_the_office_sees_it_beside_the_price_and_the_partner_nowhere(
    client: Client, settled: Settlement, month: Month, morning: dt.datetime, carl: Membership, ada: Membership, dana: Membership
) -> None:
    worked(carl, morning, 10)
    url = f"/c/montreuil/books/orders/{settled.order.ref}/"
    client.force_login(ada.person)
    assert "for each of 10 courier-hours. Only the co-op sees this." in client.get(url).content.decode()
    client.force_login(dana.person)
    assert client.get(url).status_code == 403
