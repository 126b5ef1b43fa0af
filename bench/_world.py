"""A busy co-op for the benchmarks, made through the services that pages use."""

import datetime as dt
from uuid import uuid4

from django.utils import timezone

from collectives.models import Collective, Membership, Role, Standing
from collectives.services import add_member, change_standing, create_collective, plan_shift, set_opening_hours
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from coopdelivery.places.models import Place
from coopdelivery.places.services import find_or_create_place
from dispatch.models import Task
from dispatch.services import plan
from orders.models import Delivery, Partner
from orders.requests import DeliveryRequest, ParcelRequest, StopRequest
from orders.services import RuleDraft, add_partner, add_price_list, place_delivery, save_parcel_type

CENTRE = (48.86, 2.44)
RULES = (
    RuleDraft("base", "Pickup and first drop", {"amount_cents": 650}),
    RuleDraft("extra_drop", "Further drops", {"amount_cents": 320}),
    RuleDraft("distance", "Distance", {"per_km_cents": 60, "included_m": 1000}),
    RuleDraft("weight", "Weight", {"steps": [{"up_to_g": 10_000, "amount_cents": 0}, {"up_to_g": None, "amount_cents": 400}]}),
)


class World:
    """One collective that may trade, open day and night, with a florist and forty doors."""

    def __init__(self) -> None:
        latitude, longitude = CENTRE
        self.collective: Collective = create_collective(
            name="Bench", slug="bench", city="Bench", country="FR", by=None, latitude=latitude, longitude=longitude
        )
        ends = dt.date(2099, 1, 1)
        change_standing(collective=self.collective, standing=Standing.MEMBER, licence_until=ends, by=None, reason="benchmark")
        self.dispatcher = self.member("Dispatcher", Role.DISPATCHER)
        midnight = dt.time(0)
        set_opening_hours(collective=self.collective, ranges=[(weekday, midnight, midnight) for weekday in range(7)], by=None)
        with acting_for(self.collective):
            self.thing = save_parcel_type(
                collective=self.collective, name="Bouquet", short_code="BQ", weight_g=2500, volume_l=20, by=self.dispatcher.person
            )
            prices = add_price_list(collective=self.collective, name="Standard", vat_rate=2000, rules=RULES, by=self.dispatcher.person)
            self.partner: Partner = add_partner(
                collective=self.collective, name="Florist", place=self.place(0), price_list=prices, by=self.dispatcher.person
            )
            self.doors = [self.place(number) for number in range(1, 41)]

    def member(self, name: str, *roles: Role) -> Membership:
        person = Person.objects.create_user(name=name, email=f"{name.lower().replace(' ', '.')}@bench.example")
        return add_member(collective=self.collective, person=person, roles=roles, by=person)

    def place(self, number: int) -> Place:
        """On a grid of 150 m around the middle."""
        point = (CENTRE[0] + (number % 10 - 5) * 0.00135, CENTRE[1] + (number // 10 - 5) * 0.00205)
        return find_or_create_place(
            collective_id=self.collective.pk,
            street_address=f"{number} rue du Banc",
            postcode="93100",
            city="Bench",
            country="FR",
            point=point,
        )

    def request(self, number: int) -> DeliveryRequest:
        """A bouquet to one door in the next two hours."""
        now, door = timezone.now(), self.doors[number % len(self.doors)]
        drop = StopRequest(
            now + dt.timedelta(minutes=1),
            now + dt.timedelta(hours=2),
            place_ref=door.ref,
            contact_name=f"Recipient {number}",
            phone="06 39 98 12 40",
            note="Second floor." if number % 3 == 0 else "",
            parcels=[ParcelRequest(type_id=self.thing.pk)],
        )
        return DeliveryRequest(dropoffs=[drop])

    def order(self, number: int) -> Delivery:
        """Call inside `acting_for(self.collective)`."""
        return place_delivery(request=self.request(number), partner=self.partner, by=self.dispatcher.person, idempotency_key=str(uuid4()))

    def fill(self, *, tasks: int, couriers: int) -> None:
        """So many tasks today, nine of ten in the rounds of so many couriers, the rest to give."""
        with acting_for(self.collective), timezone.override(self.collective.zone), journal.source("web"), journal.past():
            team = [self._courier(number) for number in range(couriers)]
            deliveries = [self.order(number) for number in range(tasks // 2)]
            shares = [deliveries[: len(deliveries) * 9 // 10][number::couriers] for number in range(couriers)]
            for courier, share in zip(team, shares, strict=True):
                refs = list(Task.objects.filter(delivery__in=share).order_by("delivery", "stop__position").values_list("ref", flat=True))
                if refs:
                    to_round = plan.loose_round_of(courier, self.collective.today())
                    plan.plan_tasks(tasks=refs, to_round=to_round, by=self.dispatcher.person)

    def _courier(self, number: int) -> Membership:
        courier, now = self.member(f"Courier {number}", Role.COURIER), timezone.now()
        hours = dt.timedelta(hours=3)
        plan_shift(membership=courier, starts_at=now - hours, ends_at=now + hours, by=self.dispatcher.person)
        return courier
