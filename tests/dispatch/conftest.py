"""A Tuesday in Montreuil: a florist who orders, Carl and Lea on the road, Dana at dispatch. It is eight in the morning."""

import datetime as dt
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest
import time_machine

from collectives.models import Collective, Membership, Role
from collectives.services import plan_shift, set_opening_hours
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.places.services import find_or_create_place
from dispatch.models import Task
from orders.models import Delivery, Partner, PriceList, PriceRule
from orders.requests import DeliveryRequest, ParcelRequest, StopRequest
from orders.services import place_delivery
from tests.conftest import make_member

PARIS = ZoneInfo("Europe/Paris")
TUESDAY = dt.date(2026, 11, 24)
STREETS = [(48.860 + n * 0.002, 2.440 + (n % 3) * 0.003) for n in range(60)]


def at(hour: int, minute: int = 0, day: dt.date = TUESDAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=PARIS)


@pytest.fixture(autouse=True)
def eight_in_the_morning() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at(8), tick=False) as traveller:
        yield traveller


@pytest.fixture
def tuesday(montreuil: Collective) -> Iterator[Collective]:
    """The test acts for Montreuil, and people come in by the web."""
    with acting_for(montreuil), journal.source("web"):
        yield montreuil


@pytest.fixture
def florist(tuesday: Collective) -> Partner:
    return make_florist(tuesday)


def make_florist(collective: Collective) -> Partner:
    week = [(day, dt.time(7), dt.time(22)) for day in range(7)]
    set_opening_hours(collective=collective, ranges=week, by=None)
    prices = PriceList.objects.create(collective=collective, name="Everyday")
    PriceRule.objects.create(
        collective=collective, price_list=prices, position=1, kind="base", label="Delivery", params={"amount_cents": 700}
    )
    place = find_or_create_place(collective_id=collective.pk, text="1 rue de Paris, Montreuil", name="Fleurs", point=STREETS[0])
    return Partner.objects.create(collective=collective, name="Fleurs", place=place, price_list=prices)


Order = Callable[..., Delivery]


@pytest.fixture
def order(florist: Partner, dana: Membership) -> Order:
    """A delivery with so many drops, in the window given in hours: `order(drops=2, window=(10, 12))`."""
    return ordering_from(florist, dana)


def ordering_from(florist: Partner, by: Membership) -> Order:
    count = 0

    def place(*, drops: int = 1, window: tuple[int, int] = (10, 12), weight_g: int | None = 2000, note: str = "") -> Delivery:
        nonlocal count
        count += 1
        start, end = at(window[0]), at(window[1])
        stops = [
            StopRequest(
                window_start=start,
                window_end=end,
                address=f"{count * 100 + n} rue de la République, Montreuil",
                point=STREETS[(count * 7 + n) % 60],
                contact_name="Rosa",
                phone="+33145678901",
                note=note,
                parcels=[ParcelRequest(name="Bouquet", weight_g=weight_g)],
            )
            for n in range(drops)
        ]
        pickup = StopRequest(window_start=start - dt.timedelta(hours=1), window_end=end, place_ref=florist.place.ref)
        request = DeliveryRequest(dropoffs=stops, pickup=pickup)
        return place_delivery(request=request, partner=florist, by=by.person, idempotency_key=f"order-{count}")

    return place


@pytest.fixture
def lea(montreuil: Collective) -> Membership:
    return make_member(montreuil, "Lea", Role.COURIER)


@pytest.fixture
def on_shift(carl: Membership, lea: Membership, dana: Membership, tuesday: Collective) -> list[Membership]:
    for member in (carl, lea):
        plan_shift(membership=member, starts_at=at(8), ends_at=at(15), by=dana.person, break_at=at(12), break_minutes=30)
    return [carl, lea]


def tasks_of(delivery: Delivery) -> list[Task]:
    return list(Task.objects.filter(delivery=delivery).order_by("stop__position", "attempt"))


def refs(tasks: list[Task]) -> list[str]:
    return [str(task.ref) for task in tasks]
