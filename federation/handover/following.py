"""What happened at the receiver's stops, brought to the giver's: the shop and the recipient see one delivery. Any number of times is once.

Each stop is read as it is now, never as an event told it: an event that comes late, or twice, changes nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from collectives.tenancy import acting_for
from coopdelivery.people.models import Person
from dispatch.models import Incident, IncidentReason, Leg, Proof, Task, TaskKind, TaskStatus
from dispatch.services import handing
from dispatch.services.handing import Told
from dispatch.services.proofs import Given, Ready
from federation.handover.answering import give_back_work
from federation.handover.telling import UNDER_WAY, record_both
from federation.models import HandedTask, Handover
from orders.models import Delivery, DeliveryStatus, Stop, StopKind, StopStatus
from orders.refusals import Refused as OrdersRefused
from orders.services import cancel_delivery, cancel_drop

State = Handover.State
SHOWN = (Proof.Kind.PHOTO, Proof.Kind.NAME, Proof.Kind.SIGNATURE, Proof.Kind.NOTE, Proof.Kind.CODE, Proof.Kind.SCAN)
FOLLOWED = (State.ACCEPTED, State.CUSTODY, State.DELIVERED, State.FAILED)
FROM_STATUS = {
    DeliveryStatus.PLACED: State.ACCEPTED,
    DeliveryStatus.PICKED_UP: State.CUSTODY,
    DeliveryStatus.DELIVERED: State.DELIVERED,
    DeliveryStatus.FAILED: State.FAILED,
    DeliveryStatus.CANCELLED: State.RETURNED,
}
EVENTS = {
    State.ACCEPTED: "handover.reopened",
    State.CUSTODY: "handover.collected",
    State.DELIVERED: "handover.delivered",
    State.FAILED: "handover.failed",
    State.RETURNED: "handover.returned",
    State.CANCELLED: "handover.cancelled",
}


@transaction.atomic
def follow_up(handover: Handover) -> Handover:
    """Bring the giver's work, and the hand-over itself, to what the receiver's delivery is now."""
    row = Handover.objects.select_for_update(of=("self",), no_key=True).select_related("giver", "receiver", "delivery").get(pk=handover.pk)
    if row.taken_id is None or row.state not in FOLLOWED:
        return row
    with acting_for(row.receiver_id):
        taken = Delivery.objects.get(pk=row.taken_id)
        told = {stop.pk: (stop, _told(row, stop)) for stop in Stop.objects.filter(delivery=taken)}
    with acting_for(row.giver_id):
        for handed in _in_order(HandedTask.objects.filter(handover=row, stop__isnull=False).select_related("task")):
            stop, said = told[handed.stop_id or 0]
            if stop.status == StopStatus.CANCELLED:
                handing.take_back(tasks=[handed.task_id], by=None)
            else:
                handing.follow(task=handed.task, told=said)
        own = Delivery.objects.get(pk=row.delivery_id)
    _move(row, _state_of(taken, own), _fetched_at(stop for stop, _said in told.values()))
    return row


def drop(handover: Handover, *, by: Person | None) -> None:
    """The giver's order was cancelled: the offer is gone; who took it cancels too, unless the parcels are on its bike already."""
    moved = Handover.objects.filter(pk=handover.pk, state=State.OFFERED).update(state=State.WITHDRAWN, ended_at=timezone.now())
    if moved:
        give_back_work(handover, by)
        record_both("handover.withdrawn", handover, by=by)
    elif handover.taken_id is not None and handover.state in UNDER_WAY:
        _cancel(handover)
        follow_up(handover)


def drop_one(handed: HandedTask, *, by: Person) -> None:
    """One drop less at the giver's: one less at the receiver's, while it was not fetched."""
    stop = handed.stop
    if stop is None or handed.handover.state != State.ACCEPTED:
        return
    try:
        with acting_for(handed.handover.receiver_id), transaction.atomic():
            cancel_drop(stop=stop, by=by, reason=_cancelled_by(handed.handover))
    except OrdersRefused:
        return  # the last of its drops, or fetched by now: the receiver was told that something changed
    record_both("handover.changed", handed.handover, by=by)


def keep_ended(handover: Handover) -> None:
    """The receiver's delivery was opened again after the giver had it back: it is not done twice."""
    if handover.state in {State.RETURNED, State.CANCELLED}:
        _cancel(handover)


def _cancel(handover: Handover) -> None:
    if handover.taken is None:
        return
    try:
        with acting_for(handover.receiver_id), transaction.atomic():
            waive = handover.state == State.RETURNED
            cancel_delivery(delivery=handover.taken, by=None, reason=_cancelled_by(handover), waive=waive)
    except OrdersRefused:
        return  # fetched by now: what happens at the door still comes back, and both co-ops see that


def _cancelled_by(handover: Handover) -> str:
    return f"{handover.giver.name}: {handover.delivery.number}"


def _in_order(rows: Iterable[HandedTask]) -> list[HandedTask]:
    """Pickups first: a drop is not on the bike before."""
    return sorted(rows, key=lambda row: (row.task.kind != TaskKind.PICKUP, row.pk))


def _told(handover: Handover, stop: Stop) -> Told | None:
    """What the receiver says of one of its stops; None while it is open."""
    if stop.status not in {StopStatus.DONE, StopStatus.FAILED}:
        return None
    task = Task.objects.filter(stop=stop, leg=Leg.STOP).select_related("finished_by").order_by("-attempt").first()
    by = task.finished_by if task is not None and task.finished_by is not None else handover.answered_by
    if task is None or by is None:
        return None
    incident = Incident.objects.filter(task=task).order_by("-reported_at").first()
    reason = incident.reason if incident is not None else IncidentReason.OTHER
    with override("en"):  # kept in the language of the sources; each reader sees it in their own
        why = str(IncidentReason(reason).label)
    return Told(
        status=TaskStatus.DONE if stop.status == StopStatus.DONE else TaskStatus.FAILED,
        at=stop.finished_at or timezone.now(),
        by=by,
        key=uuid5(handover.ref, str(task.ref)),
        received_by=stop.received_by,
        reason=reason,
        why=why,
        proofs=[_copied(handover, proof) for proof in Proof.objects.filter(task__stop=stop, kind__in=SHOWN)],
    )


def _copied(handover: Handover, proof: Proof) -> Ready:
    given = Given(proof.kind, proof.text, taken_at=proof.taken_at, client_id=uuid5(handover.ref, str(proof.ref)))
    if not proof.image:
        return Ready(given, None)
    with proof.image.open("rb") as file:
        return Ready(given, file.read())


def _state_of(taken: Delivery, own: Delivery) -> State:
    state = FROM_STATUS.get(DeliveryStatus(taken.status), State.ACCEPTED)
    return State.CANCELLED if state == State.RETURNED and own.status == DeliveryStatus.CANCELLED else state


def _fetched_at(stops: Iterable[Stop]) -> datetime | None:
    """When the receiver had all of it; None while it has not."""
    pickups = [stop for stop in stops if stop.kind == StopKind.PICKUP]
    if not pickups or any(stop.status != StopStatus.DONE for stop in pickups):
        return None
    return max((stop.finished_at for stop in pickups if stop.finished_at), default=timezone.now())


def _move(handover: Handover, state: State, fetched_at: datetime | None) -> None:
    """One conditional UPDATE, told in both journals; nothing when it is there already, or the giver has handed it on since.

    What was fetched and delivered before anybody looked is told as both.
    """
    if state == handover.state:
        return
    others = Handover.objects.filter(delivery_id=handover.delivery_id, state__in=UNDER_WAY).exclude(pk=handover.pk)
    if state in UNDER_WAY and others.exists():
        return
    values: dict[str, object] = {"state": state, "ended_at": None if state in UNDER_WAY else timezone.now()}
    newly_fetched = fetched_at is not None and handover.custody_at is None
    if newly_fetched:
        values["custody_at"] = fetched_at
    if not Handover.objects.filter(pk=handover.pk, state=handover.state).update(**values):
        return
    if newly_fetched and state != State.CUSTODY:
        record_both(EVENTS[State.CUSTODY], handover, by=None)
    if state in {State.RETURNED, State.CANCELLED}:
        give_back_work(handover, None)
    handover.state = state
    record_both(EVENTS[state], handover, by=None)
