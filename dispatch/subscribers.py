"""What dispatch does when orders speaks. Both in the same transaction: a delivery and its tasks exist together or not at all."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, QuerySet

from collectives.models import Collective
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from coopdelivery.kit.windows import local_day
from coopdelivery.kit.writing import write_rows
from coopdelivery.people.models import Person
from dispatch.models import Round, Task, TaskStatus
from dispatch.services.arrivals import refresh_arrivals
from orders.models import Delivery, Stop, StopStatus

WHERE_OR_WHEN = frozenset({"place_id", "window_start", "window_end"})
STANDING = frozenset({"pickup_minutes", "drop_minutes"})


@journal.subscribe_to_many("delivery.placed")
def open_tasks(events: Sequence[Event]) -> None:
    """One task for each stop, on the day its promise begins; a second time changes nothing."""
    stops: list[Stop] = [stop for event in events for stop in event.at_hand]
    if not stops:
        return
    zone = stops[0].delivery.collective.zone
    for stop, task in zip(stops, write_rows([_task_of(stop, zone) for stop in stops], unless_known=True), strict=True):
        stop.at_hand = [task] if task.pk else []


def _task_of(stop: Stop, zone: ZoneInfo) -> Task:
    day = local_day(stop.window_start, zone)
    return Task(collective_id=stop.collective_id, delivery_id=stop.delivery_id, stop=stop, kind=stop.kind, on=day)


@journal.subscribe("delivery.changed", within_transaction=True)
def follow_the_change(event: Event) -> None:
    """Work nobody has planned goes to the new day; rounds that hold some of it are read anew. Nothing changes its place in a round."""
    delivery = Delivery.objects.select_related("collective").get(ref=event.subject)
    zone = delivery.collective.zone
    for task in Task.objects.unplanned().filter(delivery=delivery).select_related("stop"):
        Task.objects.filter(pk=task.pk, round=None).update(on=local_day(task.stop.window_start, zone))
    moved = [ref for ref, names in event.data.get("stops", {}).items() if not WHERE_OR_WHEN.isdisjoint(names)]
    given = Task.objects.live().filter(stop__ref__in=moved).exclude(round=None)
    given.update(seen_at=None, arrived_at=None, sent_at=event.at)
    rounds = Round.objects.filter(tasks__in=Task.objects.live().filter(delivery=delivery)).distinct()
    _tell_rounds(list(rounds.order_by("pk")), event, changed=delivery.number)


@journal.subscribe("delivery.cancelled", within_transaction=True)
def withdraw_tasks(event: Event) -> None:
    """What is not done is cancelled where it stands: the courier sees it struck through, in its place, until it is acknowledged."""
    delivery = Delivery.objects.get(ref=event.subject)
    left = Task.objects.live().filter(delivery=delivery)
    touched = list(Round.objects.select_for_update(of=("self",)).filter(pk__in=left.exclude(round=None).values("round")).order_by("pk"))
    locked = [task.pk for task in left.select_for_update(of=("self",)).order_by("pk")]
    Task.objects.filter(pk__in=locked).update(status=TaskStatus.CANCELLED, planned_at=None)
    _tell_rounds(touched, event, withdrawn=delivery.number)


@journal.subscribe("delivery.restored", within_transaction=True)
def take_up_tasks(event: Event) -> None:
    """What was struck through is to do again, where it stood."""
    _take_up(Task.objects.filter(delivery__ref=event.subject), event)


@journal.subscribe("stop.restored", within_transaction=True)
def take_up_drop(event: Event) -> None:
    _take_up(Task.objects.filter(stop__ref=event.subject), event)


@journal.subscribe("stop.cancelled", within_transaction=True)
def withdraw_drop(event: Event) -> None:
    """The drop is struck through where it stands, and its way through a hub with it."""
    _set(Task.objects.live().filter(stop__ref=event.subject), TaskStatus.CANCELLED, event, withdrawn=str(event.data["number"]))


@journal.subscribe("collective.changed")
def reckon_again(event: Event) -> None:
    """Who stands longer at a stop is later at the next: the plan's times of today and of the days ahead follow."""
    if event.collective_id is None or STANDING.isdisjoint(event.data["after"]):
        return
    with acting_for(event.collective_id), transaction.atomic():
        today = Collective.objects.get(pk=event.collective_id).today()
        refresh_arrivals(Round.objects.filter(on__gte=today).order_by("pk"))


def _take_up(tasks: QuerySet[Task], event: Event) -> None:
    struck = tasks.filter(status=TaskStatus.CANCELLED, stop__status=StopStatus.OPEN)
    _set(struck, TaskStatus.TODO, event, restored=str(event.data["number"]))


def _set(tasks: QuerySet[Task], status: TaskStatus, event: Event, **said: str) -> None:
    """Rounds first, then tasks: the order in which everybody locks."""
    rounds = Round.objects.select_for_update(of=("self",)).filter(pk__in=tasks.exclude(round=None).values("round"))
    touched = list(rounds.order_by("pk"))
    found = Task.objects.filter(pk__in=list(tasks.values_list("pk", flat=True))).select_for_update(of=("self",))
    locked = [task.pk for task in found.order_by("pk")]
    Task.objects.filter(pk__in=locked).update(status=status, planned_at=None, started_at=None, seen_at=None)
    _tell_rounds(touched, event, **said)


def _tell_rounds(touched: list[Round], event: Event, **said: str) -> None:
    """Who looks at these rounds reads them again."""
    Round.objects.filter(pk__in=[row.pk for row in touched]).update(version=F("version") + 1)
    by = Person.objects.filter(pk=event.by_id).first() if event.by_id else None
    for row in touched:
        journal.record(
            "round.changed",
            subject=row.ref,
            collective_id=row.collective_id,
            by=by,
            rounds=[str(row.ref)],
            courier=row.courier_id,
            **said,
        )
