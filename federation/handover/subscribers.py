"""What hand-overs do when the co-ops' own work and books speak."""

from django.db.models import QuerySet

from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from coopdelivery.journal.services import subscribe
from coopdelivery.people.models import Person
from dispatch.models import Task
from federation.handover.books import mirror
from federation.handover.following import drop, drop_one, follow_up, keep_ended
from federation.handover.telling import UNDER_WAY, record_both
from federation.models import HandedTask, Handover


@subscribe("task.done", "task.failed", "task.corrected", "task.retried", "proof.added")
def follow_the_receiver(event: Event) -> None:
    """The receiver's courier was at a stop that it does for another co-op."""
    with acting_for(event.collective_id or 0):
        stop = Task.objects.filter(ref=event.subject).values_list("stop_id", flat=True).first()
    for handover in _all().filter(tasks__stop=stop).distinct() if stop else ():
        follow_up(handover)


@subscribe("delivery.cancelled")
def end_what_is_cancelled(event: Event) -> None:
    """By the giver: nobody does it. By the receiver: it is the giver's again."""
    for handover in _all().filter(taken__ref=event.subject):
        follow_up(handover)
    for handover in _all().filter(delivery__ref=event.subject, state__in=UNDER_WAY, delivery__status="cancelled"):
        drop(handover, by=_who(event))


@subscribe("delivery.restored")
def keep_what_is_over(event: Event) -> None:
    for handover in _all().filter(taken__ref=event.subject):
        keep_ended(handover)


@subscribe("stop.cancelled")
def follow_a_drop_less(event: Event) -> None:
    for handover in _all().filter(tasks__stop__ref=event.subject).distinct():
        follow_up(handover)
    by = _who(event)
    handed = HandedTask.objects.select_related("handover__giver", "handover__receiver", "handover__delivery", "stop")
    for row in handed.filter(task__stop__ref=event.subject, task__kind="dropoff"):
        if by is not None:
            drop_one(row, by=by)


@subscribe("delivery.changed")
def tell_of_the_change(event: Event) -> None:
    """The receiver's own delivery does not change by itself: its dispatchers are told, and see both."""
    for handover in _all().filter(delivery__ref=event.subject, state__in=UNDER_WAY):
        record_both("handover.changed", handover, by=_who(event))


@subscribe("order.settled", "order.credited", within_transaction=True)
def note_the_money(event: Event) -> None:
    """One look by an index for each order; for the few that were handed over, the giver's books follow after commit."""
    for handover in _all().select_related("taken__order").filter(taken__order__ref=event.subject):
        facts: dict[str, object] = {"number": handover.delivery.number, "co_op": handover.receiver.name}
        if event.name == "order.settled" and handover.taken is not None:
            gross = handover.taken.order.gross.cents
            journal.record("handover.settled", subject=handover.ref, collective_id=handover.giver_id, **facts, gross_cents=gross)
        else:
            journal.record("handover.credited", subject=handover.ref, collective_id=handover.giver_id, **facts)


@subscribe("handover.settled", "handover.credited")
def mirror_in_the_books(event: Event) -> None:
    mirror(_all().get(ref=event.subject))


def _all() -> QuerySet[Handover]:
    return Handover.objects.select_related("giver", "receiver", "delivery", "taken").order_by("pk")


def _who(event: Event) -> Person | None:
    return Person.objects.filter(pk=event.by_id).first() if event.by_id else None
