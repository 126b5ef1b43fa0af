"""A co-op with one of everything, so that every page has something to show and every form something to change."""

import datetime as dt
from typing import Any
from uuid import uuid4

from collectives.models import Collective, Membership
from collectives.services import found_policies, invite, plan_shift, save_hub, save_vehicle, save_zone
from coopdelivery.decisions import services as decisions
from coopdelivery.people.models import Person
from dispatch.services.incidents import report_incident
from dispatch.services.plan import loose_round_of, plan_tasks
from dispatch.services.rounds import create_round
from orders.models import Delivery, Partner
from orders.payments import runs
from orders.services import add_partner_user, mark_stop_done, save_parcel_type
from orders.services.address_book import save_entry
from tests.dispatch.conftest import TUESDAY, at, make_florist, ordering_from, refs, tasks_of
from tests.federation import world as register
from tests.federation.buying_world import tyres, want
from tests.federation.contracts_world import call
from tests.federation.pot_world import give_mandate

SQUARE = {"type": "Polygon", "coordinates": [[[2.40, 48.80], [2.50, 48.80], [2.50, 49.05], [2.40, 49.05], [2.40, 48.80]]]}


def furnish(coop: Collective, *, office: Person, dana: Membership, carl: Membership, sam: Membership) -> None:
    """Inside `acting_for(coop)`, on the Tuesday of tests/dispatch at eight."""
    save_zone(collective=coop, name="Centre", area=SQUARE, is_service_area=True, by=office)
    facts: dict[str, Any] = {"kind": "cargo_bike", "max_weight_g": 80_000, "max_volume_l": 300, "electric": True, "in_service": True}
    save_vehicle(collective=coop, by=office, name="Musti", **facts)
    invite(collective=coop, email="new@montreuil.test", name="Newcomer", roles=["courier"], by=office)
    plan_shift(membership=carl, starts_at=at(7), ends_at=at(15), by=dana.person)
    found_policies(collective=coop, by=office)
    roll = [office.pk, dana.person_id, carl.person_id]
    decisions.open_proposal(collective_id=coop.pk, title="A bench", text="In front of the shop.", roll=roll, by=office)
    florist = make_florist(coop)
    add_partner_user(partner=florist, membership=sam, by=office)
    save_parcel_type(collective=coop, name="Bouquet", short_code="BQ", weight_g=900, volume_l=20, by=office)
    save_entry(partner=florist, contact_name="Rosa", place=florist.place, by=sam.person)
    save_hub(collective=coop, name="Depot", place=florist.place, by=office)
    invite(collective=coop, email="shop@montreuil.test", name="Shop", roles=["partner"], by=office, partner_ref=florist.ref)
    work(coop, florist, dana=dana, carl=carl)


def work(coop: Collective, florist: Partner, *, dana: Membership, carl: Membership) -> None:
    """One delivery under way with an incident, one in a round without a rider, one to give, one delivered and settled."""
    place = ordering_from(florist, dana)
    first, planned, _waiting, over = (place(drops=2), place(), place(), place())
    plan_tasks(tasks=refs(tasks_of(first)), to_round=loose_round_of(carl, TUESDAY), by=dana.person)
    last = tasks_of(first)[-1]
    report_incident(task=last, reason="absent", by=carl.person, client_id=uuid4(), at=at(8))
    plan_tasks(tasks=refs(tasks_of(planned)), to_round=create_round(on=TUESDAY, name="Bakeries", by=dana.person), by=dana.person)
    deliver(over, dana.person)
    runs.settle(runs.start_run(collective=coop, by=None))


def deliver(delivery: Delivery, by: Person) -> None:
    for stop in delivery.stops.order_by("position"):
        mark_stop_done(stop=stop, at=at(7, 30) + dt.timedelta(minutes=stop.position), by=by, received_by="Rosa")


def register_something(fay: Person) -> None:
    """A dossier with a piece to review, a working group with a mandate, a group purchase, a call for lots."""
    register.make_evidence(register.apply(fay), fay)
    give_mandate(fay, Collective.objects.get(slug="montreuil"))
    want(tyres(fay), fay, montreuil=5)
    call(fay)
