"""Cancelling from the board, and taking it back: what was struck through is to do again, in the same round at the same place."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from coopdelivery.people.models import Person
from dispatch.models import PlanChange, Round, Task
from dispatch.services.gesture import Ref, note_change, snapshot, tasks_of
from dispatch.services.refusals import CannotMove, CannotUndo
from dispatch.services.who import planner
from orders.models import Delivery, Stop
from orders.refusals import Refused as OrdersRefused
from orders.services.cancel import cancel_delivery
from orders.services.restore import cancel_drop, restore_delivery, restore_drop


class Left(NamedTuple):
    """What was not cancelled, and why."""

    number: str
    why: str


@transaction.atomic
def cancel_work(
    *, tasks: Sequence[Ref], by: Person, reason: str, drops_only: bool = False, agreed: Mapping[str, int] | None = None
) -> tuple[PlanChange, list[Left]]:
    """Cancel the deliveries of these tasks, or only the drops named. Billed or not as the members' rule says.

    `agreed` is what each delivery's cancelling would cost, in cents, as the person saw it. Each for itself: what cannot be cancelled
    any more is in the second part. Raises NotAPlanner, CannotMove when none could be.
    """
    _member, source = planner(by)
    why = reason.strip()
    if not why:
        raise CannotMove(_("Write why: the shop reads it."), field="reason")
    asked = tasks_of(tasks)
    deliveries = _locked({task.delivery_id for task in asked})
    keys = [task.delivery_id for task in asked] if not drops_only else []
    stops = list(dict.fromkeys(task.stop_id for task in asked)) if drops_only else []
    gone, left = _each(dict.fromkeys(keys), stops, deliveries, by, why, agreed or {})
    if not gone["deliveries"] and not gone["stops"]:
        raise CannotMove(left[0].why, field="tasks")
    touched = _tasks_of(gone)
    rounds = {row.pk: row for row in Round.objects.filter(pk__in={task.round_id for task in touched if task.round_id})}
    spots = snapshot(touched, rounds)
    change = note_change(
        verb="cancel",
        by=by,
        source=source,
        on=asked[0].on,
        collective_id=asked[0].collective_id,
        rounds=list(rounds.values()),
        before={"tasks": spots, "rounds": {}},
        after={"tasks": spots, "rounds": {}, "cancelled": gone},
    )
    return change, left


def restore_cancelled(change: PlanChange, *, by: Person) -> None:
    """What this gesture cancelled is to do again. Raises CannotUndo with the reason."""
    gone = change.after.get("cancelled")
    if not gone:
        return
    found = {str(row.ref): row for row in _locked(_keys(gone)).values()}
    stops = {str(stop.ref): stop for stop in Stop.objects.filter(ref__in=gone["stops"])}
    try:
        for ref in gone["deliveries"]:
            restore_delivery(delivery=found[ref], by=by)
        for ref in gone["stops"]:
            restore_drop(stop=stops[ref], by=by)
    except OrdersRefused as error:
        raise CannotUndo(str(error)) from error


def restore_work(*, task: Task, by: Person) -> None:
    """Take the cancelling of a stop's delivery back, whoever cancelled it and where. Raises NotAPlanner, CannotMove."""
    planner(by)
    try:
        with transaction.atomic():
            restore_delivery(delivery=Delivery.objects.get(pk=task.delivery_id), by=by)
    except OrdersRefused as error:
        raise CannotMove(str(error)) from error


def _each(
    keys: Iterable[int], stops: Iterable[int], deliveries: dict[int, Delivery], by: Person, reason: str, agreed: Mapping[str, int]
) -> tuple[dict[str, list[str]], list[Left]]:
    gone: dict[str, list[str]] = {"deliveries": [], "stops": []}
    left: list[Left] = []
    for key in keys:
        try:
            ref = str(deliveries[key].ref)
            cancel_delivery(delivery=deliveries[key], by=by, reason=reason, agreed_cents=agreed.get(ref))
            gone["deliveries"].append(ref)
        except OrdersRefused as error:
            left.append(Left(deliveries[key].number, f"{deliveries[key].number}: {error}"))
    for stop in Stop.objects.filter(pk__in=list(stops)).select_related("delivery").order_by("pk"):
        try:
            cancel_drop(stop=stop, by=by, reason=reason)
            gone["stops"].append(str(stop.ref))
        except OrdersRefused as error:
            left.append(Left(stop.delivery.number, f"{stop.delivery.number}: {error}"))
    return gone, left


def _tasks_of(gone: dict[str, list[str]]) -> list[Task]:
    in_deliveries = Task.objects.filter(delivery__ref__in=gone["deliveries"])
    in_stops = Task.objects.filter(stop__ref__in=gone["stops"])
    return list((in_deliveries | in_stops).filter(status="cancelled").distinct().order_by("pk"))


def _keys(gone: dict[str, list[str]]) -> set[int]:
    whole = Delivery.objects.filter(ref__in=gone["deliveries"]).values_list("pk", flat=True)
    return {*whole, *Stop.objects.filter(ref__in=gone["stops"]).values_list("delivery_id", flat=True)}


def _locked(keys: set[int]) -> dict[int, Delivery]:
    """In the order of their keys, before any round: two gestures never wait for each other."""
    rows = Delivery.objects.select_for_update(of=("self",), no_key=True).select_related("order", "partner").filter(pk__in=keys)
    return {row.pk: row for row in rows.order_by("pk")}
