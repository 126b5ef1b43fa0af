"""R39: a delivery is offered to another co-op, answered, fetched, delivered and told back, once."""

import datetime as dt
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
import time_machine

from collectives.models import ClosedDay, Collective, Membership, Standing
from collectives.services import change_standing
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Errand, Event
from coopdelivery.kit.money import Money
from coopdelivery.notices.models import Message
from dispatch.models import Incident, Leg, Proof, Task
from dispatch.services.decisions import decide_incident
from dispatch.services.incidents import report_incident
from dispatch.services.plan import loose_round_of, plan_tasks
from dispatch.services.progress import finish_task
from dispatch.services.proofs import Given
from federation.handover import answering
from federation.handover.following import follow_up
from federation.handover.offering import ONWARD, co_ops_to_ask, points_of
from federation.handover.refusals import (
    AlreadyOffered,
    Answered,
    BadDeadline,
    BadPoint,
    BadPrice,
    CannotHandOver,
    CannotTake,
    CashToCollect,
    Fetched,
    InCustody,
    KeyUsed,
    NoPriceList,
    NoReason,
    NotLicensed,
    NotTakingOrders,
    OtherCurrency,
    OwnCoop,
    TooLateToAnswer,
)
from federation.models import Handover, HandoverPartner
from federation.tasks import expire_handovers
from orders.models import Delivery, DeliveryStatus, Order, Partner, Stop
from orders.services import cancel_delivery, restore_delivery
from tests.conftest import make_collective
from tests.dispatch.conftest import TUESDAY, at
from tests.federation.handover_world import at_desk, fresh, hub_of, noa_of, offered, open_shop, ride, shop_of, taken, tasks, what_follows

State = Handover.State
Order_ = Callable[..., Delivery]


@pytest.fixture(autouse=True)
def in_the_morning() -> Iterator[time_machine.Traveller]:
    """Eight on the Tuesday of tests/dispatch, in place of the morning of tests/federation."""
    with time_machine.travel(at(8), tick=False) as traveller:
        yield traveller


@pytest.fixture
def noa(nantes: Collective) -> Membership:
    open_shop(nantes)
    return noa_of(nantes)


@pytest.fixture
def shop(montreuil: Collective, dana: Membership) -> Order_:
    return shop_of(montreuil, dana)


@pytest.fixture
def delivery(shop: Order_) -> Delivery:
    return shop(drops=2)


@pytest.fixture
def handover(delivery: Delivery, nantes: Collective, dana: Membership, noa: Membership) -> Handover:
    return offered(delivery, nantes, dana)


def status(delivery: Delivery) -> str:
    with acting_for(delivery.collective_id):
        return Delivery.objects.get(pk=delivery.pk).status


def doers(delivery: Delivery) -> list[int | None]:
    return [task.handed_to_id for task in tasks(delivery)]


def free(delivery: Delivery) -> int:
    with acting_for(delivery.collective_id):
        return Task.objects.unplanned().filter(delivery=delivery).count()


def test_r39_an_offer_takes_the_work_off_the_board_and_leaves_the_promise(
    handover: Handover, delivery: Delivery, nantes: Collective
) -> None:
    assert (handover.state, handover.price, doers(delivery)) == (State.OFFERED, Money(1_150, "EUR"), [nantes.pk] * 3)
    assert (status(delivery), free(delivery)) == (DeliveryStatus.PLACED, 0)
    with acting_for(nantes):
        assert not Delivery.objects.exists()


def test_r39_accepted_it_is_an_order_of_the_receiver_at_the_agreed_price(handover: Handover, delivery: Delivery, noa: Membership) -> None:
    done = taken(handover, noa)
    assert done.state == State.ACCEPTED
    assert done.taken is not None
    with acting_for(done.receiver):
        order = Order.objects.select_related("partner").get()
        assert (order.gross, order.partner.name if order.partner else "") == (Money(1_150, "EUR"), "Montreuil (hand-over)")
        there = list(Stop.objects.filter(delivery=done.taken).select_related("place"))
    with acting_for(done.giver):
        here = list(Stop.objects.filter(delivery=delivery).select_related("place"))
    assert [(s.place.one_line, s.window, s.contact_name, s.phone, s.note) for s in there] == [
        (s.place.one_line, s.window, s.contact_name, s.phone, s.note) for s in here
    ]
    assert [task.handed_to_id for task in tasks(done.taken)] == [None] * 3


def test_r39_accepting_twice_is_one_order(handover: Handover, noa: Membership, nantes: Collective) -> None:
    assert taken(handover, noa).taken == taken(handover, noa).taken
    with acting_for(nantes):
        assert (Order.objects.count(), Partner.objects.count()) == (1, 1)
    assert Event.objects.filter(name="handover.accepted").count() == 2  # one in each journal


def test_r39_the_same_form_sent_twice_is_one_offer(delivery: Delivery, shop: Order_, nantes: Collective, dana: Membership) -> None:
    key = uuid4()
    assert offered(delivery, nantes, dana, key=key) == offered(delivery, nantes, dana, key=key)
    with pytest.raises(KeyUsed):
        offered(shop(), nantes, dana, key=key)
    with pytest.raises(AlreadyOffered):
        offered(delivery, nantes, dana)
    assert Handover.objects.count() == 1


def test_r39_the_partner_that_stands_for_a_co_op_is_made_once(shop: Order_, nantes: Collective, dana: Membership, noa: Membership) -> None:
    for _each in range(2):
        taken(offered(shop(), nantes, dana), noa)
    assert HandoverPartner.objects.count() == 1
    with acting_for(nantes):
        assert (Order.objects.count(), Partner.objects.count()) == (2, 1)


def test_r39_what_happens_there_comes_back_and_the_shop_sees_one_delivery(handover: Handover, delivery: Delivery, noa: Membership) -> None:
    done = taken(handover, noa)
    ride(done, noa, most=1)
    assert (fresh(done).state, status(delivery)) == (State.CUSTODY, DeliveryStatus.PICKED_UP)
    ride(done, noa)
    assert (fresh(done).state, status(delivery)) == (State.DELIVERED, DeliveryStatus.DELIVERED)
    with acting_for(delivery.collective):
        assert {stop.received_by for stop in delivery.stops.filter(kind="dropoff")} == {"Rosa"}
    assert [task.status for task in tasks(delivery)] == ["done"] * 3
    assert Event.objects.filter(name="delivery.delivered", collective_id=delivery.collective_id).count() == 1


def test_r39_what_was_fetched_and_delivered_before_anybody_looked_is_told_as_both(handover: Handover, noa: Membership) -> None:
    done = taken(handover, noa)
    assert done.taken is not None
    for task in tasks(done.taken):
        with at_desk(done.receiver):
            finish_task(task=task, by=noa.person, at=at(8))
    what_follows()
    names = Event.objects.filter(subject=str(done.ref), collective_id=done.giver_id).order_by("pk").values_list("name", flat=True)
    assert list(names) == ["handover.offered", "handover.accepted", "handover.collected", "handover.delivered"]
    assert fresh(done).custody_at == at(8)


def test_r39_a_replay_of_every_event_changes_nothing(handover: Handover, delivery: Delivery, noa: Membership) -> None:
    ride(taken(handover, noa), noa)
    before = list(Event.objects.order_by("pk").values_list("pk", flat=True))
    again = Errand.objects.filter(subscriber__startswith="federation.handover.subscribers")
    assert again.update(done_at=None) > 3
    journal.run_waiting()
    assert list(Event.objects.order_by("pk").values_list("pk", flat=True)) == before
    assert [task.status for task in tasks(delivery)] == ["done"] * 3


def test_r39_proofs_come_back_once(handover: Handover, delivery: Delivery, noa: Membership) -> None:
    done = taken(handover, noa)
    ride(done, noa, most=1)
    assert done.taken is not None
    with at_desk(done.receiver):
        proofs = [Given("name", "Rosa"), Given("note", "By the green door")]
        finish_task(task=tasks(done.taken)[1], by=noa.person, at=at(8), received_by="Rosa", proofs=proofs)
    for _twice in range(2):
        journal.run_waiting()
        follow_up(done)
    with acting_for(delivery.collective):
        shown = sorted(Proof.objects.filter(task__delivery=delivery).values_list("kind", "text"))
    assert shown == [("name", "Rosa"), ("note", "By the green door")]


def test_r39_what_failed_there_waits_for_the_givers_decision(
    handover: Handover, delivery: Delivery, noa: Membership, dana: Membership
) -> None:
    done = taken(handover, noa)
    ride(done, noa, most=1)
    assert done.taken is not None
    for task in tasks(done.taken)[1:]:
        with at_desk(done.receiver):
            report_incident(task=task, reason="absent", by=noa.person, client_id=uuid4(), at=at(8))
    journal.run_waiting()
    assert (fresh(done).state, status(delivery)) == (State.FAILED, DeliveryStatus.FAILED)
    with at_desk(delivery.collective):
        waits = list(Incident.objects.filter(task__delivery=delivery, state="open"))
        assert [(each.reason, each.note) for each in waits] == [("absent", "Nantes")] * 2
        decide_incident(incident=waits[0], decision="retry", by=dana.person)
        assert Task.objects.unplanned().filter(delivery=delivery, attempt=2).count() == 1


def test_r39_a_second_attempt_there_opens_the_stop_here_again(handover: Handover, delivery: Delivery, noa: Membership) -> None:
    done = taken(handover, noa)
    ride(done, noa, most=2)
    assert done.taken is not None
    with at_desk(done.receiver):
        told = report_incident(task=tasks(done.taken)[2], reason="absent", by=noa.person, client_id=uuid4(), at=at(8))
        journal.run_waiting()
        assert fresh(done).state == State.DELIVERED  # one of two drops was
        decide_incident(incident=told, decision="retry", by=noa.person)
    journal.run_waiting()
    assert (fresh(done).state, status(delivery)) == (State.CUSTODY, DeliveryStatus.PICKED_UP)
    with at_desk(done.receiver):
        finish_task(task=tasks(done.taken)[-1], by=noa.person, at=at(8), received_by="Sol")
    journal.run_waiting()
    assert [task.status for task in tasks(delivery)] == ["done"] * 3
    with acting_for(delivery.collective):
        assert Incident.objects.get().state == Incident.State.RETRY


def test_r39_from_a_hub_on_only_the_way_from_there_goes(
    shop: Order_, montreuil: Collective, nantes: Collective, dana: Membership, noa: Membership
) -> None:
    hub, delivery = hub_of(montreuil), shop()
    with acting_for(montreuil):
        assert [point.value for point in points_of(delivery)] == ["sender", str(hub.ref)]
    handover = offered(delivery, nantes, dana, point=str(hub.ref))
    with acting_for(montreuil):
        assert [point.value for point in points_of(delivery)] == [ONWARD]
    own = {(task.kind, task.leg): task.handed_to_id for task in tasks(delivery)}
    assert own[("pickup", Leg.STOP)] is None
    assert own[("dropoff", Leg.TO_HUB)] is None
    assert own[("pickup", Leg.FROM_HUB)] == own[("dropoff", Leg.STOP)] == nantes.pk
    done = taken(handover, noa)
    assert done.taken is not None
    with acting_for(nantes):
        first = Stop.objects.filter(delivery=done.taken).select_related("place")[0]
        assert (first.place.name, first.contact_name) == ("Hub Croix", "Montreuil")
    ride(done, noa)
    assert (fresh(done).state, status(delivery)) == (State.DELIVERED, DeliveryStatus.DELIVERED)


def test_r39_what_was_fetched_goes_on_from_a_hub_only(shop: Order_, montreuil: Collective, nantes: Collective, dana: Membership) -> None:
    hub, delivery = hub_of(montreuil), shop()
    with at_desk(montreuil):
        finish_task(task=tasks(delivery)[0], by=dana.person, at=at(8))
    with pytest.raises(Fetched):
        offered(delivery, nantes, dana)
    assert offered(delivery, nantes, dana, point=str(hub.ref)).place is not None


def test_r39_a_planned_delivery_leaves_its_round(
    delivery: Delivery, montreuil: Collective, nantes: Collective, dana: Membership, carl: Membership
) -> None:
    with at_desk(montreuil):
        plan_tasks(tasks=[task.ref for task in tasks(delivery)], to_round=loose_round_of(carl, TUESDAY), by=dana.person)
    offered(delivery, nantes, dana)
    assert [task.round_id for task in tasks(delivery)] == [None] * 3


def test_r39_a_courier_offers_nothing(delivery: Delivery, nantes: Collective, carl: Membership) -> None:
    with pytest.raises(CannotHandOver, match="dispatchers"):
        offered(delivery, nantes, carl)
    assert doers(delivery) == [None] * 3


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        ({"price": Money(0, "EUR")}, BadPrice),
        ({"price": Money(2_000_000, "EUR")}, BadPrice),
        ({"price": Money(900, "CHF")}, BadPrice),
        ({"answer_by": at(7)}, BadDeadline),
        ({"answer_by": at(12)}, BadDeadline),
        ({"point": "nowhere"}, BadPoint),
    ],
)
def test_r39_an_offer_that_cannot_stand_is_refused_and_writes_nothing(
    delivery: Delivery, nantes: Collective, dana: Membership, wish: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        offered(delivery, nantes, dana, **wish)
    assert not Handover.objects.exists()
    assert (doers(delivery), free(delivery)) == ([None] * 3, 3)


def test_r39_only_licensed_co_ops_with_the_same_currency_are_asked(
    delivery: Delivery, montreuil: Collective, nantes: Collective, dana: Membership
) -> None:
    swiss = make_collective("Vevey", "vevey", country="CH", currency="CHF")
    arles = make_collective("Arles", "arles")
    lapsed = make_collective("Lille", "lille", licence_until=dt.date(2026, 1, 1))
    assert co_ops_to_ask(montreuil) == [arles, nantes]  # by name
    for other, refusal in ((swiss, OtherCurrency), (lapsed, NotTakingOrders), (montreuil, OwnCoop)):
        with pytest.raises(refusal):
            offered(delivery, other, dana)
    assert not Handover.objects.exists()


def test_r39_a_co_op_whose_licence_lapsed_meanwhile_cannot_accept(handover: Handover, nantes: Collective, noa: Membership) -> None:
    change_standing(collective=nantes, standing=Standing.LAPSED, licence_until=None, by=None, reason="papers")
    with pytest.raises(NotLicensed):
        taken(Handover.objects.get(pk=handover.pk), noa)
    assert fresh(handover).state == State.OFFERED
    with acting_for(nantes):
        assert not Order.objects.exists()


def test_r39_cash_is_not_collected_by_another_till(delivery: Delivery, nantes: Collective, dana: Membership) -> None:
    with acting_for(delivery.collective):
        Stop.objects.filter(delivery=delivery, kind="dropoff").update(collect_cents=500)
    with pytest.raises(CashToCollect):
        offered(delivery, nantes, dana)


def test_r39_refused_it_is_the_givers_again(handover: Handover, delivery: Delivery, noa: Membership) -> None:
    with at_desk(handover.receiver):
        with pytest.raises(NoReason):
            answering.refuse(handover=handover, reason=" ", by=noa.person)
        done = answering.refuse(handover=handover, reason="No bike left", by=noa.person)
        with pytest.raises(Answered):
            answering.accept(handover=handover, by=noa.person)
    assert (done.state, done.reason, free(delivery)) == (State.REFUSED, "No bike left", 3)


def test_r39_withdrawn_it_cannot_be_accepted_any_more(handover: Handover, delivery: Delivery, noa: Membership, dana: Membership) -> None:
    with at_desk(handover.giver):
        answering.withdraw(handover=handover, by=dana.person)
    with pytest.raises(Answered, match="withdrawn"):
        taken(handover, noa)
    assert (free(delivery), doers(delivery)) == (3, [None] * 3)
    with acting_for(handover.receiver):
        assert (Order.objects.count(), Partner.objects.count()) == (0, 0)


def test_r39_accepted_it_cannot_be_withdrawn_any_more(handover: Handover, delivery: Delivery, noa: Membership, dana: Membership) -> None:
    taken(handover, noa)
    with at_desk(handover.giver), pytest.raises(Answered, match="accepted"):
        answering.withdraw(handover=handover, by=dana.person)
    assert doers(delivery) == [handover.receiver_id] * 3


def test_r39_an_offer_nobody_answers_comes_back(handover: Handover, delivery: Delivery, noa: Membership) -> None:
    assert expire_handovers() == 0
    with time_machine.travel(at(9, 1), tick=False):
        with pytest.raises(TooLateToAnswer):
            taken(handover, noa)
        assert (expire_handovers(), expire_handovers()) == (1, 0)
    assert (fresh(handover).state, free(delivery)) == (State.EXPIRED, 3)


def test_r39_what_the_receivers_own_rules_refuse_is_said_and_nothing_is_written(
    delivery: Delivery, nantes: Collective, dana: Membership
) -> None:
    noa, handover = noa_of(nantes), offered(delivery, nantes, dana)
    with pytest.raises(NoPriceList):
        taken(handover, noa)
    open_shop(nantes)
    with acting_for(nantes):
        ClosedDay.objects.create(collective=nantes, day=nantes.today())
    with pytest.raises(CannotTake, match="closed that day"):
        taken(handover, noa)
    assert (fresh(handover).state, HandoverPartner.objects.count()) == (State.OFFERED, 0)
    with acting_for(nantes):
        assert (Order.objects.count(), Partner.objects.count()) == (0, 0)


def test_r39_given_back_before_it_was_fetched_nothing_is_billed(handover: Handover, delivery: Delivery, noa: Membership) -> None:
    done = taken(handover, noa)
    with at_desk(done.receiver):
        answering.give_back(handover=done, reason="The bike broke", by=noa.person)
    journal.run_waiting()
    assert (fresh(done).state, free(delivery)) == (State.RETURNED, 3)
    assert done.taken is not None
    with acting_for(done.receiver):
        row = Delivery.objects.get(pk=done.taken.pk)
        assert (row.status, row.cancel_billed) == (DeliveryStatus.CANCELLED, False)


def test_r39_what_is_on_the_bike_is_not_given_back(handover: Handover, noa: Membership) -> None:
    done = taken(handover, noa)
    ride(done, noa, most=1)
    with at_desk(done.receiver), pytest.raises((InCustody, Answered)):
        answering.give_back(handover=done, reason="The bike broke", by=noa.person)
    assert fresh(done).state == State.CUSTODY


def test_r39_a_receiver_that_cancels_gives_it_back(handover: Handover, delivery: Delivery, noa: Membership) -> None:
    done = taken(handover, noa)
    assert done.taken is not None
    with at_desk(done.receiver):
        cancel_delivery(delivery=done.taken, by=noa.person, reason="too much today")
    journal.run_waiting()
    assert (fresh(done).state, free(delivery)) == (State.RETURNED, 3)
    with at_desk(done.receiver):
        restore_delivery(delivery=Delivery.objects.get(pk=done.taken.pk), by=noa.person)
    journal.run_waiting()
    assert status(done.taken) == DeliveryStatus.CANCELLED  # it is not done twice


@pytest.mark.parametrize("ended", [State.WITHDRAWN, State.CANCELLED])
def test_r39_the_givers_cancelling_reaches_the_receiver(
    handover: Handover, delivery: Delivery, noa: Membership, dana: Membership, ended: str
) -> None:
    """An offer is gone; what was accepted is cancelled there too."""
    if ended == State.CANCELLED:
        handover = taken(handover, noa)
    with at_desk(handover.giver):
        cancel_delivery(delivery=delivery, by=dana.person, reason="not needed")
    journal.run_waiting()
    assert fresh(handover).state == ended
    if handover.taken is not None:
        assert status(handover.taken) == DeliveryStatus.CANCELLED
    assert doers(delivery) == [None] * 3


def test_r39_the_recipient_hears_from_the_co_op_that_sold_it_alone(handover: Handover, delivery: Delivery, noa: Membership) -> None:
    done = taken(handover, noa)
    ride(done, noa, most=1)
    assert done.taken is not None
    for own in (delivery, done.taken):
        with acting_for(own.collective_id):
            Stop.objects.filter(delivery=own, kind="dropoff").update(email="rosa@example.test")
    with at_desk(done.receiver):
        for task in tasks(done.taken)[1:]:
            report_incident(task=task, reason="absent", by=noa.person, client_id=uuid4(), at=at(8))
    what_follows()
    told = Message.objects.filter(kind="recipient.missed", channel="email").values_list("collective_id", flat=True)
    assert list(told) == [delivery.collective_id] * 2


def test_r39_both_sides_are_told(handover: Handover, delivery: Delivery, noa: Membership, dana: Membership) -> None:
    what_follows()
    ride(taken(handover, noa), noa)
    told = set(Message.objects.filter(kind__startswith="handover.", channel="email").values_list("kind", "person__name"))
    assert told == {("handover.offered", "Noa"), ("handover.answered", "Dana"), ("handover.moved", "Dana")}
    words = " ".join(Message.objects.filter(kind__startswith="handover.").values_list("text", flat=True))
    assert "République" not in words
    assert "Rosa" not in words
