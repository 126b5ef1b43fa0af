"""Helsinki and its neighbour in Espoo hand deliveries to each other: one was delivered yesterday, one waits for Helsinki's answer."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, time, timedelta
from uuid import uuid4

from django.utils import timezone

from collectives.models import Collective, Membership, Role
from collectives.services import add_member, edit_collective, set_opening_hours
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.places.models import Place
from coopdelivery.places.services import find_or_create_place
from dispatch.models import Task
from dispatch.services import plan, progress
from federation.demo import clock
from federation.demo.building import make_people
from federation.demo.home import Home
from federation.handover.answering import accept
from federation.handover.books import mirror
from federation.handover.following import follow_up
from federation.handover.offering import SENDER, offer
from federation.models import Handover
from orders.models import AddressBookEntry, Delivery, Partner, PriceList
from orders.payments import runs
from orders.requests import DeliveryRequest, ParcelRequest, StopRequest
from orders.services import RuleDraft, add_partner, add_price_list, place_delivery

NEIGHBOUR = "Rantaratas"
TEAM = (("Meri Aalto", "meri", (Role.DISPATCHER, Role.ADMIN)), ("Janne Korhonen", "janne", (Role.COURIER,)))
ROASTERY, HOUSE = ("Ahventie 2", "02170", "Espoo", (60.1603, 24.7385)), ("Lönnrotinkatu 18", "00120", "Helsinki", (60.1652, 24.9372))
SOLD, AGREED = Money(1_150, "EUR"), Money(980, "EUR")
ANSWER_WITHIN, PROMISED_IN, PROMISE_LASTS = timedelta(minutes=90), timedelta(hours=3), timedelta(hours=3)


def tell_handovers(home: Home, now: datetime) -> None:
    """`home` is Helsinki."""
    espoo = Collective.objects.get(name=NEIGHBOUR)
    meri, janne = _settle_in(espoo, now)
    _delivered(home, espoo, now, meri, janne)
    _offered(home, espoo, now, meri)


@contextmanager
def _at(collective: Collective, moment: datetime, source: str = "web") -> Iterator[None]:
    with ExitStack() as doors:
        doors.enter_context(clock.at(moment))
        doors.enter_context(acting_for(collective))
        doors.enter_context(timezone.override(collective.zone))
        doors.enter_context(journal.source(source))
        yield


def _settle_in(espoo: Collective, now: datetime) -> tuple[Membership, Membership]:
    """People, hours and prices: what a co-op needs to answer."""
    with _at(espoo, now - timedelta(days=12)):
        people = make_people(((name, key, f"{key}@{espoo.slug}.example") for name, key, _roles in TEAM), language="en")
        first = people[TEAM[0][1]]
        seats = [add_member(collective=espoo, person=people[key], roles=roles, by=first) for _name, key, roles in TEAM]
        card = {"email": f"office@{espoo.slug}.example", "phone": "+358400000500", "street_address": "Ahventie 4"}
        edit_collective(collective=espoo, changes=card, by=first)
        week = [(weekday, time(0), time(0)) for weekday in range(7)]
        set_opening_hours(collective=espoo, ranges=week, by=first)
        add_price_list(
            collective=espoo, name="Espoo", vat_rate=2550, rules=[RuleDraft("base", "Delivery", {"amount_cents": 850})], by=first
        )
    return seats[0], seats[1]


def _delivered(home: Home, espoo: Collective, now: datetime, meri: Membership, janne: Membership) -> None:
    """Yesterday at noon: too much at once in Helsinki, so Espoo rode it; in both books since."""
    noon = home.local(home.day_of(now) - timedelta(days=1), 12)
    hanna = home.first(Role.DISPATCHER)
    with home.at(noon):
        given = _order(home, noon)
        made = _offer(given, espoo, noon, by=hanna, price=AGREED, note="Two of us are ill today.")
    with _at(espoo, noon + timedelta(minutes=11)):
        taken = accept(handover=made, by=meri.person).taken
    if taken is None:
        return
    with _at(espoo, noon + timedelta(minutes=20)):
        refs = [task.ref for task in _tasks(taken)]
        plan.plan_tasks(tasks=refs, to_round=plan.loose_round_of(janne, home.day_of(noon)), by=meri.person)
    for number in range(len(refs)):
        ridden = noon + timedelta(minutes=70 + 25 * number)
        with _at(espoo, ridden, "courier"):
            task = _tasks(taken)[number]
            name = task.stop.contact_name if task.kind == "dropoff" else ""
            progress.finish_task(task=task, by=janne.person, at=ridden, received_by=name)
        with clock.at(ridden), journal.source("rule"):
            follow_up(made)
    with _at(espoo, noon + timedelta(hours=14), "rule"):
        runs.settle(runs.start_run(collective=espoo, by=None))
        mirror(Handover.objects.select_related("giver", "receiver", "delivery", "taken").get(pk=made.pk))


def _offered(home: Home, espoo: Collective, now: datetime, meri: Membership) -> None:
    """A few minutes ago: a bag of coffee for a house in Helsinki's own streets."""
    asked = now - timedelta(minutes=6)
    with _at(espoo, asked):
        roastery = _roastery(espoo, meri)
        start = (asked + PROMISED_IN).replace(minute=0, second=0, microsecond=0)
        drop = StopRequest(
            window_start=start,
            window_end=start + PROMISE_LASTS,
            place_ref=_place(espoo, *HOUSE).ref,
            contact_name="Liisa Hakala",
            phone="+358400000512",
            note="Second floor, the bell does not ring: knock.",
            parcels=[ParcelRequest(name="Bag of coffee", quantity=3, weight_g=1_000)],
        )
        request = DeliveryRequest(dropoffs=[drop])
        delivery = place_delivery(request=request, partner=roastery, by=meri.person, idempotency_key="demo-coffee")
        _offer(delivery, home.collective, asked, by=meri.person, price=SOLD, note="The roastery packs it in one box.")


def _offer(delivery: Delivery, to: Collective, at: datetime, **facts: object) -> Handover:
    return offer(delivery=delivery, to=to, point=SENDER, answer_by=at + ANSWER_WITHIN, key=uuid4(), **facts)  # type: ignore[arg-type]


def _order(home: Home, at: datetime) -> Delivery:
    """A shop of the statement kind, to somebody it knows."""
    key = next(shop.key for shop in home.coop.shops if shop.terms == "statement")
    partner = Partner.objects.select_related("collective", "place", "price_list").get(pk=home.partners[key].pk)
    entry = AddressBookEntry.objects.filter(partner=partner).order_by("pk")[0]
    carried = [ParcelRequest(type_id=home.things[thing].pk, quantity=1) for thing, _most in home.shop(key).carries]
    drop = StopRequest(at + timedelta(hours=1), at + timedelta(hours=3), book_ref=entry.ref, parcels=carried)
    request = DeliveryRequest(dropoffs=[drop])
    return place_delivery(request=request, partner=partner, by=home.orders_for(key), idempotency_key="demo-handed-over")


def _roastery(espoo: Collective, by: Membership) -> Partner:
    return add_partner(
        collective=espoo,
        name="Lahden Paahtimo",
        place=_place(espoo, *ROASTERY),
        price_list=PriceList.objects.get(),
        by=by.person,
        email=f"coffee@{espoo.slug}.example",
        phone="+358400000511",
    )


def _place(collective: Collective, street: str, postcode: str, city: str, point: tuple[float, float]) -> Place:
    return find_or_create_place(collective_id=collective.pk, street_address=street, postcode=postcode, city=city, country="FI", point=point)


def _tasks(delivery: Delivery) -> list[Task]:
    rows = Task.objects.filter(delivery=delivery).select_related("stop", "place", "delivery", "round")
    return list(rows.order_by("stop__position", "pk"))
