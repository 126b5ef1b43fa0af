"""A dispatcher offers a delivery, or its way on from a hub, to the co-op they chose. Nothing is ranked, and nothing is chosen for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.models import Collective, Hub, Standing
from coopdelivery.kit import words
from coopdelivery.kit.money import Money
from coopdelivery.people.models import Person
from dispatch.models import Leg, Task, TaskKind, TaskStatus
from dispatch.services import handing
from dispatch.services.refusals import Refused as DispatchRefused
from dispatch.services.relay import relay
from federation.handover.refusals import (
    AlreadyOffered,
    BadDeadline,
    BadPoint,
    BadPrice,
    CannotHandOver,
    CashToCollect,
    Fetched,
    KeyUsed,
    NotAtHub,
    NothingToHandOver,
    NotTakingOrders,
    OtherCurrency,
    OwnCoop,
)
from federation.handover.telling import UNDER_WAY, record_both
from federation.models import HandedTask, Handover
from orders.models import Delivery, DeliveryStatus

SENDER, ONWARD = "sender", "onward"
MOST_CENTS = 1_000_000
LIVE = (TaskStatus.TODO, TaskStatus.DOING)


@dataclass(frozen=True, slots=True)
class Point:
    """Where the other co-op may take over."""

    value: str
    label: str


def co_ops_to_ask(giver: Collective) -> list[Collective]:
    """Who may take a delivery of this co-op today, by name: licensed, and with books in the same currency."""
    licensed = Collective.objects.filter(standing__in=[Standing.TRIAL, Standing.MEMBER], currency=giver.currency)
    return [row for row in licensed.exclude(pk=giver.pk).order_by("name", "pk") if row.may_trade()]


def points_of(delivery: Delivery) -> list[Point]:
    """Of the acting co-op's delivery: at the sender's, or at one of its hubs; where it goes through one already, there."""
    legs = Task.objects.filter(delivery=delivery, leg=Leg.FROM_HUB).select_related("place", "stop__place")
    first = legs.first()
    if first is not None:
        return [Point(ONWARD, _("At %(hub)s, where it goes through already") % {"hub": first.where})]
    hubs = [Point(str(hub.ref), _("At %(hub)s: you bring it there") % {"hub": hub.name}) for hub in Hub.objects.order_by("name")]
    whole = [Point(SENDER, _("At the sender's: the whole delivery"))] if delivery.status == DeliveryStatus.PLACED else []
    return whole + hubs


def offer(
    *,
    delivery: Delivery,
    to: Collective,
    point: str,
    price: Money,
    answer_by: datetime,
    note: str,
    key: UUID,
    by: Person,
) -> Handover:
    """Ask `to` whether it does this for `price`, with VAT. Until it answers, nobody here plans it. The same `key` again is the same offer.

    A hub that it does not go through yet is put in its way, as a gesture of this dispatcher's. Raises the refusals of this room.
    """
    before = Handover.objects.filter(key=key).first()
    if before is not None:
        return _same(before, delivery, to)
    _check_receiver(delivery.collective, to)
    _check_price(price, delivery.collective.currency)
    try:
        with transaction.atomic():
            chosen = _handed(delivery, point, by)
            _check_deadline(answer_by, chosen)
            handing.hand_over(tasks=[task.ref for task in chosen], to=to, by=by)
            facts = {"answer_by": answer_by, "note": note.strip()[:300], "key": key, "offered_by": by}
            return _written(delivery, to, price, chosen, facts)
    except DispatchRefused as refused:
        raise CannotHandOver(why=refused.sentence) from refused
    except IntegrityError as error:
        again = Handover.objects.filter(key=key).first()  # the same form, sent twice at once
        if again is None:
            raise AlreadyOffered from error
        return _same(again, delivery, to)


def _same(known: Handover, delivery: Delivery, to: Collective) -> Handover:
    if (known.delivery_id, known.receiver_id) != (delivery.pk, to.pk):
        raise KeyUsed
    return known


def _check_receiver(giver: Collective, to: Collective) -> None:
    if to.pk == giver.pk:
        raise OwnCoop
    if not to.may_trade():
        raise NotTakingOrders(co_op=to.name)
    if to.currency != giver.currency:
        raise OtherCurrency(co_op=to.name, theirs=to.currency, ours=giver.currency)


def _check_price(price: Money, currency: str) -> None:
    if price.currency != currency or not 0 < price.cents <= MOST_CENTS:
        raise BadPrice(least=Money(1, currency), most=Money(MOST_CENTS, currency))


def _check_deadline(answer_by: datetime, chosen: Sequence[Task]) -> None:
    latest = min(task.window_end for task in chosen)
    if not timezone.now() < answer_by < latest:
        raise BadDeadline(latest=f"{words.day(latest)} {words.clock(latest)}")


def _handed(delivery: Delivery, point: str, by: Person) -> list[Task]:
    """The tasks that go, the delivery locked. Raises what stands against it."""
    locked = Delivery.objects.select_for_update(of=("self",), no_key=True).get(pk=delivery.pk)
    if Handover.objects.filter(delivery=locked, state__in=UNDER_WAY).exists():
        raise AlreadyOffered
    if locked.stops.filter(collect_cents__gt=0).exists():
        raise CashToCollect
    if locked.status not in {DeliveryStatus.PLACED, DeliveryStatus.PICKED_UP}:
        raise NothingToHandOver
    return _whole(locked) if point == SENDER else _from_hub(locked, point, by)


def _newest(delivery: Delivery) -> list[Task]:
    """The last attempt of each part of the way, in the order of the way."""
    rows = Task.objects.filter(delivery=delivery).select_related("stop__place", "place").order_by("stop__position", "leg", "attempt")
    return list({(task.stop_id, task.leg): task for task in rows}.values())


def _whole(delivery: Delivery) -> list[Task]:
    rows = _newest(delivery)
    pickups = [task for task in rows if task.kind == TaskKind.PICKUP and task.leg == Leg.STOP]
    if delivery.status != DeliveryStatus.PLACED or any(task.leg != Leg.STOP for task in rows) or not pickups:
        raise Fetched
    drops = [task for task in rows if task.kind == TaskKind.DROPOFF and task.status in LIVE]
    if not drops:
        raise NothingToHandOver
    return [*pickups, *drops]


def _from_hub(delivery: Delivery, point: str, by: Person) -> list[Task]:
    if point != ONWARD:
        _send_through(delivery, point, by)
    rows = _newest(delivery)
    drops = {task.stop_id: task for task in rows if task.leg == Leg.STOP and task.kind == TaskKind.DROPOFF and task.status in LIVE}
    onward = {task.stop_id: task for task in rows if task.leg == Leg.FROM_HUB and task.status in LIVE}
    if not drops:
        raise NothingToHandOver
    if drops.keys() != onward.keys():
        raise NotAtHub
    return [*onward.values(), *drops.values()]


def _send_through(delivery: Delivery, point: str, by: Person) -> None:
    """Raises BadPoint, NotAtHub, and what the plan says."""
    hub = next((each for each in Hub.objects.all() if str(each.ref) == point), None)
    if hub is None:
        raise BadPoint
    drops = [task for task in _newest(delivery) if task.leg == Leg.STOP and task.kind == TaskKind.DROPOFF and task.status in LIVE]
    if not drops:
        raise NothingToHandOver
    _change, left = relay(tasks=[task.ref for task in drops], hub=hub, by=by)
    if left:
        raise NotAtHub


def _written(delivery: Delivery, to: Collective, price: Money, chosen: Sequence[Task], facts: dict[str, object]) -> Handover:
    place = next((task.place for task in chosen if task.leg == Leg.FROM_HUB), None)
    made = Handover.objects.create(
        giver_id=delivery.collective_id, receiver=to, delivery=delivery, place=place, currency=price.currency, cents=price.cents, **facts
    )
    HandedTask.objects.bulk_create(HandedTask(handover=made, task=task) for task in chosen)
    record_both("handover.offered", made, by=made.offered_by, price=price.plain(), answer_by=made.answer_by.isoformat())
    return made
