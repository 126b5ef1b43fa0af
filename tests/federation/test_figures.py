import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from collectives.models import Collective, Membership, Role
from collectives.tenancy import acting_for
from coopdelivery.kit.money import Money
from coopdelivery.people.models import Person
from federation.dues.books import CALLED, Both, receivable
from federation.figures import Month, accrued, figures
from orders.models import Delivery, Stop, StopKind
from orders.payments.chart import DUE_TO_FEDERATION
from orders.payments.settlement import settle_order
from orders.services import mark_stop_done
from tests.conftest import make_collective, make_member
from tests.orders import world

NOON = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)


def deliver(delivery: Delivery, by: Membership, at: dt.datetime) -> None:
    with acting_for(delivery.collective_id):
        for stop in Stop.objects.filter(delivery=delivery).order_by("position"):
            name = "Mme Roux" if stop.kind == StopKind.DROPOFF else ""
            mark_stop_done(stop=stop, at=at, received_by=name, by=by.person)
        delivery.refresh_from_db()
        settle_order(delivery.order)


def busy(collective: Collective, *, count: int = 1) -> list[Delivery]:
    world.open_all_week(collective)
    florist = world.make_partner(collective)
    return [world.make_delivery(florist, key=f"{collective.slug}-{n}") for n in range(count)]


@pytest.fixture
def march() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def test_a_month_adds_up_what_each_collective_did(march: Any, montreuil: Collective, nantes: Collective, carl: Membership) -> None:
    first, _second = busy(montreuil, count=2)
    busy(nantes)
    march.shift(dt.timedelta(hours=30))
    deliver(first, carl, NOON + dt.timedelta(hours=29))
    rows, total = figures(Month.of(NOON.date()))
    assert [str(row.collective) for row in rows] == ["Montreuil", "Nantes"]
    assert [(row.placed, row.delivered, row.failed) for row in rows] == [(2, 1, 0), (1, 0, 0)]
    assert rows[0].distance_m == first.distance_m
    net = first.order.net
    assert rows[0].turnover == [net]
    assert rows[0].contribution == [net.share(8000).share(200)]
    assert rows[1].turnover == rows[1].contribution == []
    assert (total.placed, total.delivered, total.turnover) == (3, 1, [net])


def test_currencies_are_never_added_up(march: Any, montreuil: Collective, carl: Membership) -> None:
    swiss = make_collective("Vauclair", "vauclair", currency="CHF", country="CH", time_zone="Europe/Zurich")
    vera = make_member(swiss, "Vera", Role.COURIER)
    deliveries = [*busy(montreuil), *busy(swiss)]
    march.shift(dt.timedelta(hours=30))
    for delivery, rider in zip(deliveries, (carl, vera), strict=True):
        deliver(delivery, rider, NOON + dt.timedelta(hours=29))
    _rows, total = figures(Month.of(NOON.date()))
    assert [amount.currency for amount in total.turnover] == ["CHF", "EUR"]
    assert [amount.currency for amount in total.contribution] == ["CHF", "EUR"]


def test_a_month_begins_at_each_collectives_own_midnight(montreuil: Collective) -> None:
    mexico = make_collective("San Telmo", "san-telmo", currency="MXN", country="MX", time_zone="America/Mexico_City")
    with time_machine.travel(dt.datetime(2027, 4, 1, 3, tzinfo=dt.UTC), tick=False):
        busy(montreuil)
        busy(mexico)
    march = {str(row.collective): row.placed for row in figures(Month(dt.date(2027, 3, 1)))[0]}
    april = {str(row.collective): row.placed for row in figures(Month(dt.date(2027, 4, 1)))[0]}
    assert march == {"Montreuil": 0, "San Telmo": 1}
    assert april == {"Montreuil": 1, "San Telmo": 0}


def test_the_books_of_the_federation_say_what_was_set_aside(march: Any, montreuil: Collective, carl: Membership) -> None:
    (delivery,) = busy(montreuil)
    march.shift(dt.timedelta(hours=30))
    deliver(delivery, carl, NOON + dt.timedelta(hours=29))
    share = delivery.order.net.share(8000).share(200)
    assert accrued(dt.date(2027, 1, 1), dt.date(2027, 12, 31)) == {(montreuil.pk, "EUR"): share.cents}
    assert accrued(dt.date(2027, 4, 1), dt.date(2027, 12, 31)) == {}
    both = Both(montreuil, "EUR")
    both.post("dues:1:called", dt.date(2027, 3, 31), "D-1", share, None, (DUE_TO_FEDERATION, CALLED), (receivable(montreuil), "accrued"))
    assert accrued(dt.date(2027, 1, 1), dt.date(2027, 12, 31)) == {(montreuil.pk, "EUR"): share.cents}  # a call uses it up
    assert Money(share.cents, "EUR") == share


@pytest.mark.parametrize(
    ("day", "before", "after"), [("2027-01-15", "2026-12-01", "2027-02-01"), ("2026-12-31", "2026-11-01", "2027-01-01")]
)
def test_months_follow_each_other_over_new_year(day: str, before: str, after: str) -> None:
    month = Month.of(dt.date.fromisoformat(day))
    assert (month.before.first.isoformat(), month.after.first.isoformat()) == (before, after)
    assert month.last + dt.timedelta(days=1) == month.after.first


def test_the_page_shows_past_months_and_none_to_come(client: Client, fay: Person, montreuil: Collective) -> None:
    client.force_login(fay)
    assert "Montreuil" in client.get("/federation/figures/").text
    assert client.get("/federation/figures/2026/1/").status_code == 200
    for path in ("2026/13/", "2026/0/", "9999/1/", "1/1/", "2190/1/"):
        assert client.get(f"/federation/figures/{path}").status_code == 404


def test_the_figures_take_the_same_few_queries_however_many_collectives(
    client: Client, fay: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n, zone in enumerate(["Europe/Paris", "Europe/Zurich", "America/Mexico_City"] * 3):
        busy(make_collective(f"Co-op {n}", f"coop-{n}", time_zone=zone))
    with django_assert_num_queries(6):
        figures(Month.of(dt.date(2027, 3, 1)))
