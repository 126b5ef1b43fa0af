"""What a dispatcher decides about an incident, and what each choice does to the price. Every choice but “noted” ends the task."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from collectives.policies import policy_value
from coopdelivery.people.models import Person
from dispatch.models import Incident, IncidentReason, Leg, Task, TaskKind, TaskStatus
from dispatch.services.incidents import record_incident, try_again
from dispatch.services.progress import fail_task
from dispatch.services.refusals import AlreadyDecided, CannotProgress
from dispatch.services.who import planner
from orders.models import Delivery, DeliveryStatus
from orders.refusals import Refused as OrdersRefused
from orders.services.cancel import cancel_delivery
from orders.services.write_off import write_off

LIVE = (TaskStatus.TODO, TaskStatus.DOING)
DECISIONS = {
    "retry": Incident.State.RETRY,
    "return": Incident.State.RETURNED,
    "cancel": Incident.State.CANCELLED,
    "close": Incident.State.CLOSED,
    "note": Incident.State.NOTED,
}


@transaction.atomic
def decide_incident(*, incident: Incident, decision: str, by: Person) -> Incident:
    """`retry`: a second attempt on the same order, to give today. `return`: back to who sent it. `cancel`: the order is given up.
    `close`: nothing more to do. `note`: read, and the stop goes on.

    After all but `note` the task is done, failed or cancelled. Raises NotAPlanner, AlreadyDecided, CannotProgress.
    """
    planner(by)
    state = DECISIONS.get(decision)
    if state is None:
        raise CannotProgress(_("Choose what happens with it: a second attempt, back to the sender, or nothing more."), field="decision")
    delivery = Delivery.objects.select_for_update(of=("self",), no_key=True).select_related("order").get(pk=incident.task.delivery_id)
    moved = Incident.objects.filter(pk=incident.pk, state=Incident.State.OPEN).update(state=state, decided_by=by, decided_at=timezone.now())
    if not moved:
        raise AlreadyDecided(_("Somebody decided about this already."))
    incident.task.refresh_from_db()
    if state == Incident.State.RETRY:
        _end(incident, by)
        try_again(task=incident.task, by=by)
    elif state == Incident.State.CANCELLED:
        _give_up(incident, delivery, by)
    elif state != Incident.State.NOTED:
        _end(incident, by)
        _end_what_needs_it(incident, delivery, by)
    incident.refresh_from_db()
    record_incident("incident.decided", incident, by, decision=decision)
    return incident


def _end(incident: Incident, by: Person) -> None:
    """A stop that goes on is over with the decision: it failed, for the reason that was reported."""
    if incident.task.status in LIVE:
        fail_task(task=incident.task, by=by, at=timezone.now(), reason=_reason(incident))


def _end_what_needs_it(incident: Incident, delivery: Delivery, by: Person) -> None:
    """What was not fetched, or stays at the hub, will not be handed over either."""
    task = incident.task
    if task.status != TaskStatus.FAILED:
        return
    if task.leg != Leg.STOP:
        for drop in Task.objects.live().filter(stop_id=task.stop_id).order_by("-leg", "pk").select_related("delivery", "stop", "round"):
            fail_task(task=drop, by=by, at=timezone.now(), reason=_reason(incident))
    elif task.kind == TaskKind.PICKUP and delivery.status == DeliveryStatus.PLACED:
        _cancelled(delivery, by, _reason(incident))


def _give_up(incident: Incident, delivery: Delivery, by: Person) -> None:
    """Before the pickup it is cancelled, as the members' rule says; afterwards it failed, and is written off."""
    delivery.refresh_from_db()
    if delivery.status == DeliveryStatus.PLACED:
        _cancelled(delivery, by, _reason(incident))
        return
    _end(incident, by)
    for task in Task.objects.live().filter(delivery=delivery).select_related("delivery", "stop", "round").order_by("-leg", "pk"):
        fail_task(task=task, by=by, at=timezone.now(), reason=_reason(incident))
    try:
        write_off(delivery=delivery, by=by, reason=_reason(incident))
    except OrdersRefused as error:
        raise CannotProgress(str(error)) from error


def _cancelled(delivery: Delivery, by: Person, reason: str) -> None:
    try:
        cancel_delivery(delivery=delivery, by=by, reason=reason)
    except OrdersRefused as error:
        raise CannotProgress(str(error)) from error


def _reason(incident: Incident) -> str:
    """In the language of the sources: each reader sees it in their own."""
    with override("en"):
        return str(IncidentReason(incident.reason).label)


class Effect(NamedTuple):
    """A choice and what it does to the price, in words."""

    decision: str
    price: str


def choices_of(incidents: Iterable[Incident]) -> list[tuple[Incident, list[Effect]]]:
    """What can be chosen for each, with its price. Wants `task__delivery__order`."""
    rule = str(policy_value("cancel_free_until"))
    return [(incident, _choices(incident, rule)) for incident in incidents]


def _choices(incident: Incident, rule: str) -> list[Effect]:
    delivery, live = incident.task.delivery, incident.task.status in LIVE
    same, gross = _("price as ordered"), str(delivery.order.gross)
    waiting = delivery.status == DeliveryStatus.PLACED
    cancelled = _("%(amount)s billed, as the members decided") % {"amount": gross} if waiting and rule != "pickup" else _("not billed")
    never_fetched = waiting and incident.task.kind == TaskKind.PICKUP
    ended = cancelled if never_fetched else _("%(amount)s billed as attempted") % {"amount": gross}
    found = [Effect("note", same)] if live else []
    found += [Effect("retry", same), Effect("return", ended), Effect("cancel", cancelled), Effect("close", ended)]
    return [
        each for each in found if each.decision != "cancel" or delivery.status not in {DeliveryStatus.DELIVERED, DeliveryStatus.CANCELLED}
    ]
