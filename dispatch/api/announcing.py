"""What happens to deliveries, told to the partners' programs in the words of the dialect. After commit, at least once."""

from django.db.models import QuerySet

from collectives.tenancy import acting_for
from collectives.webhooks.services import announce
from coopdelivery.journal.models import Event
from coopdelivery.journal.services import subscribe
from dispatch.models import Task, TaskKind
from orders.models import Delivery

STATES = {"delivery.delivered": "delivery.completed", "delivery.failed": "delivery.failed", "delivery.cancelled": "delivery.cancelled"}
STARTS = {TaskKind.PICKUP: "delivery.started", TaskKind.DROPOFF: "delivery.in_transit"}


@subscribe(*STATES)
def tell_of_delivery(event: Event) -> None:
    if event.collective_id is None:
        return
    with acting_for(event.collective_id):
        tell(Delivery.objects.filter(ref=event.subject), STATES[event.name], event)


@subscribe("task.started", "task.done")
def tell_of_task(event: Event) -> None:
    """A pickup begun or done, a drop begun; a drop done is the delivery's own news, and a hub is nobody's outside."""
    if event.collective_id is None:
        return
    kind = TaskKind(event.data["kind"])
    if event.data.get("leg") or (event.name == "task.done" and kind == TaskKind.DROPOFF):
        return
    with acting_for(event.collective_id):
        name = "delivery.picked" if event.name == "task.done" else STARTS[kind]
        tell(Delivery.objects.filter(tasks__ref=event.subject), name, event)


@subscribe("task.planned", "round.given")
def tell_of_plan(event: Event) -> None:
    """Once for each delivery: the first time that one of its tasks is in a courier's hands."""
    if event.collective_id is None or not event.data.get("couriers"):
        return
    with acting_for(event.collective_id):
        given = Task.objects.exclude(round=None).exclude(round__courier=None)
        tasks = given.filter(ref__in=event.data.get("tasks") or []) | given.filter(round__ref__in=event.data.get("rounds") or [])
        tell(Delivery.objects.filter(pk__in=tasks.values("delivery_id")), "delivery.assigned", event, once=True)


def tell(found: QuerySet[Delivery], name: str, event: Event, *, once: bool = False) -> None:
    for delivery in found.select_related("partner").distinct():
        partner = delivery.partner.ref if delivery.partner else None
        announce(partner_ref=partner, event=name, subject=f"/api/deliveries/{delivery.pk}", event_id=event.pk, once=once)
