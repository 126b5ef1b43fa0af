"""Through a hub in one gesture: A → B becomes A → hub and hub → B. The promise, the partner's view and the price stay as they are.

Two tasks are added to each drop, for the same stop: its parcels, weight and notes are read from there, so nothing is copied that could
differ later. One Ctrl+Z, or “directly again”, takes them out as long as nobody began.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from collectives.models import Hub
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from coopdelivery.places.models import Place
from dispatch.models import Incident, Leg, PlanChange, Round, Task, TaskKind, TaskStatus
from dispatch.services import ordering
from dispatch.services.gesture import Ref, Spot, Versions, leg_card, locked_rounds, tasks_of
from dispatch.services.plan import FINISHED, carry_out, movable
from dispatch.services.refusals import CannotMove
from dispatch.services.who import planner
from orders.models import Delivery

LIVE = (TaskStatus.TODO, TaskStatus.DOING)


class Left(NamedTuple):
    """A stop that was not relayed, and why."""

    task: Task
    why: str


class Way(NamedTuple):
    """A drop that goes through the hub, and the newest pickup of its delivery."""

    drop: Task
    pickup: Task


@transaction.atomic
def relay(*, tasks: Sequence[Ref], hub: Hub, by: Person, versions: Versions | None = None) -> tuple[PlanChange, list[Left]]:
    """Send the drops of these tasks through the hub; a pickup stands for all drops of its delivery that are still to do.

    The parcels' first half stays with who fetches them, the second half with who brings them; where that is one person, the second half
    is to give. Returns the gesture and what could not be relayed. Raises NotAPlanner, CannotMove (none could be), StaleRound.
    """
    _member, source = planner(by)
    asked = tasks_of(tasks)
    ways, left = _ways(asked)
    if not ways:
        raise CannotMove(left[0].why if left else _("Choose a delivery that is still to bring."), field="tasks")
    rounds = locked_rounds(_rounds_of(ways), versions, about=ways[0].drop.where)
    drops = movable([way.drop for way in ways], rounds)
    ways = [Way(drop, way.pickup) for drop, way in zip(drops, ways, strict=True)]
    place = _place_of(hub)
    there, onward = _made(ways, Leg.TO_HUB, place), _made(ways, Leg.FROM_HUB, place)
    spots = _spots(ways, there, onward, rounds)
    made = {str(task.ref): leg_card(task) for task in (*there, *onward)}
    change = carry_out(
        [*drops, *there, *onward],
        spots,
        rounds,
        by=by,
        source=source,
        verb="relay",
        on=drops[0].on,
        legs=(dict.fromkeys(made), made),
    )
    for way, first, second in zip(ways, there, onward, strict=True):
        _record("task.relayed", way.drop, by, hub=str(hub.name), made=[str(first.ref), str(second.ref)])
    return change, left


@transaction.atomic
def unrelay(*, tasks: Sequence[Ref], by: Person, versions: Versions | None = None) -> PlanChange:
    """Directly again: the two tasks at the hub vanish, the drop stays where it is. Raises NotAPlanner, CannotMove, StaleRound."""
    _member, source = planner(by)
    stops = {task.stop_id for task in tasks_of(tasks)}
    _lock_deliveries(Task.objects.filter(stop__in=stops).values_list("delivery_id", flat=True))
    legs = list(Task.objects.filter(stop__in=stops, leg__gt=0).select_related("stop__place", "place", "delivery").order_by("pk"))
    if not legs:
        raise CannotMove(_("This delivery does not go through a hub."), field="tasks")
    touched = untouched_or_why(legs)
    if touched:
        raise CannotMove(touched, field="tasks")
    rounds = locked_rounds([task.round_id for task in legs], versions, about=legs[0].where)
    moving = movable(legs, rounds)
    spots = {task.pk: Spot(None, None, task.on) for task in moving}
    cards = {str(task.ref): leg_card(task) for task in moving}
    change = carry_out(moving, spots, rounds, by=by, source=source, verb="unrelay", on=moving[0].on, legs=(cards, dict.fromkeys(cards)))
    for task in moving:
        if task.leg == Leg.TO_HUB:
            _record("task.unrelayed", task, by, hub=task.where)
    Task.objects.filter(pk__in=[task.pk for task in moving]).delete()
    return change


def untouched_or_why(legs: Iterable[Task]) -> str:
    """Why these tasks at a hub cannot vanish any more; empty when they can."""
    for task in legs:
        if task.status != TaskStatus.TODO or task.attempt > 1:
            words = {"stop": task.where, "state": task.get_status_display()}
            return str(_("%(stop)s is %(state)s: the way through the hub has begun.") % words)
        if task.handed_to is not None:
            return str(_("%(stop)s is with %(co_op)s: look at the hand-over.") % {**words, "co_op": task.handed_to.name})
    if Incident.objects.filter(task__in=[task.pk for task in legs]).exists():
        return str(_("Somebody reported an incident at the hub: decide about it first."))
    return ""


def _ways(asked: Sequence[Task]) -> tuple[list[Way], list[Left]]:
    """What the tasks mean, in their order: the drops that can go through a hub, and the others with the reason."""
    keys = {task.delivery_id for task in asked}
    _lock_deliveries(keys)
    chains = Task.objects.filter(delivery__in=keys).select_related("stop__place", "place", "delivery", "round").order_by("attempt", "pk")
    newest: dict[tuple[int, int], Task] = {(task.stop_id, task.leg): task for task in chains}
    ways: dict[int, Way] = {}
    left: dict[int, Left] = {}
    chosen = {task.stop_id for task in asked if task.kind == TaskKind.DROPOFF or task.leg != Leg.STOP}
    for task in asked:
        own = [each for each in newest.values() if each.delivery_id == task.delivery_id and each.leg == Leg.STOP]
        drops = [each for each in own if each.kind == TaskKind.DROPOFF]
        meant = [each for each in drops if each.stop_id in chosen] or [each for each in drops if each.status in LIVE] or drops[:1]
        pickup = next((each for each in own if each.kind == TaskKind.PICKUP), None)
        for drop in meant:
            why = _why_not(drop, pickup, newest)
            if why or pickup is None:
                left[drop.pk] = Left(drop, why)
            else:
                ways[drop.pk] = Way(drop, pickup)
    return list(ways.values()), list(left.values())


def _why_not(drop: Task, pickup: Task | None, newest: Mapping[tuple[int, int], Task]) -> str:
    words = {"stop": drop.where, "state": drop.get_status_display()}
    if (drop.stop_id, int(Leg.TO_HUB)) in newest:
        return _("%(stop)s goes through a hub already.") % words
    if drop.handed_to is not None:
        return _("%(stop)s is with %(co_op)s: look at the hand-over.") % {**words, "co_op": drop.handed_to.name}
    if drop.status != TaskStatus.TODO:
        return _("%(stop)s is %(state)s: it cannot go through a hub any more.") % words
    if pickup is None or pickup.status not in {*LIVE, TaskStatus.DONE}:
        return _("%(stop)s has no pickup that will be done.") % words
    return ""


def _lock_deliveries(keys: Iterable[int]) -> None:
    """Delivery, then rounds, then tasks, everywhere: nobody finishes a stop of theirs while its way is changed."""
    found = Delivery.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(keys)).order_by("pk")
    list(found.values_list("pk", flat=True))


def _home_of(way: Way) -> int | None:
    """The round that rides to the hub: the pickup's, or the drop's when the parcels are with it already; None: to give."""
    drop, pickup = way
    if pickup.round_id == drop.round_id or (pickup.status == TaskStatus.DONE and drop.round_id is not None):
        return drop.round_id
    return pickup.round_id if pickup.on == drop.on else None


def _rounds_of(ways: Sequence[Way]) -> set[int]:
    return {key for way in ways for key in (way.drop.round_id, _home_of(way)) if key is not None}


def _place_of(hub: Hub) -> Place:
    """The hub under its own name: couriers read “Hub Kallio”, not a street."""
    if hub.place.name:
        return hub.place
    known = Place.objects.filter(address_key=hub.place.address_key, name=hub.name).order_by("pk").first()
    if known is not None and known.point == hub.place.point:
        return known
    copied = ("collective_id", "street_address", "postcode", "city", "country", "address_key", "latitude", "longitude", "precision")
    more = ("to_check", "contact_name", "phone", "note")
    return Place.objects.create(name=hub.name, **{field: getattr(hub.place, field) for field in (*copied, *more)})


def _made(ways: Sequence[Way], leg: Leg, place: Place) -> list[Task]:
    kind = TaskKind.DROPOFF if leg == Leg.TO_HUB else TaskKind.PICKUP
    return Task.objects.bulk_create(
        [
            Task(
                collective_id=way.drop.collective_id,
                delivery=way.drop.delivery,
                stop=way.drop.stop,
                kind=kind,
                leg=leg,
                place=place,
                opens_at=min(way.pickup.window_start, way.drop.window_start),
                closes_at=way.drop.window_end,
                on=way.drop.on,
            )
            for way in ways
        ]
    )


def _spots(ways: Sequence[Way], there: Sequence[Task], onward: Sequence[Task], rounds: Mapping[int, Round]) -> dict[int, Spot]:
    """Everybody's new place. Lists are read once; what moves in each is put in at one point."""
    free = {task.pk: Spot(None, None, task.on) for task in (*there, *onward)}
    free |= {way.drop.pk: Spot(way.drop.round_id, way.drop.position, way.drop.on) for way in ways}
    homes = [_home_of(way) for way in ways]
    leaving = {way.drop.pk for way, home in zip(ways, homes, strict=True) if home is not None and home == way.drop.round_id}
    found: dict[int, Spot] = {way.drop.pk: Spot(None, None, way.drop.on) for way in ways if way.drop.pk in leaving}
    for key, row in rounds.items():
        arriving = [task.pk for task, home in zip(there, homes, strict=True) if home == key]
        going_on = {
            way.drop.pk: task.pk for way, task in zip(ways, onward, strict=True) if way.drop.round_id == key and way.drop.pk not in leaving
        }
        pickups = {way.pickup.pk for way, home in zip(ways, homes, strict=True) if home == key}
        placed = _in_list(row, arriving, pickups, going_on, leaving)
        found |= {pk: Spot(key, position, row.on) for pk, position in placed.items()}
    return free | found


def _in_list(row: Round, arriving: list[int], pickups: set[int], going_on: dict[int, int], leaving: set[int]) -> dict[int, int]:
    """Positions in one round: to the hub where the first drop was, after the last pickup; on from it right before the first drop."""
    rows = list(Task.objects.filter(round=row).order_by("position").values_list("pk", "position", "status"))
    first = next((n for n, each in enumerate(rows) if each[0] in leaving), len(rows))
    after = max((n + 1 for n, each in enumerate(rows) if each[0] in pickups), default=0)
    begun = max((n + 1 for n, each in enumerate(rows) if each[2] in FINISHED), default=0)
    index = max(first, after, begun)
    items = [ordering.Item(pk, position or 0, status in FINISHED) for pk, position, status in rows if pk not in leaving]
    index -= sum(each[0] in leaving for each in rows[:index])
    placed = ordering.place(items, arriving, index) if arriving else {}
    if not going_on:
        return placed
    items = sorted(
        [*(item._replace(position=placed.get(item.pk, item.position)) for item in items)]
        + [ordering.Item(pk, placed[pk], fixed=False) for pk in arriving],
        key=lambda item: item.position,
    )
    at = next(n for n, item in enumerate(items) if item.pk in going_on)
    return placed | ordering.place(items, list(going_on.values()), at)


def hubs_reached(tasks: Iterable[Task]) -> dict[int, list[Task]]:
    """For each stop its tasks at a hub, in the order of the way."""
    stops = {task.stop_id for task in tasks}
    found: dict[int, list[Task]] = {}
    for leg in (
        Task.objects.filter(Q(stop__in=stops), leg__gt=0).select_related("place", "round__courier__person").order_by("leg", "attempt")
    ):
        found.setdefault(leg.stop_id, []).append(leg)
    return found


def _record(name: str, task: Task, by: Person, **data: Any) -> None:
    journal.record(name, subject=task.ref, collective_id=task.collective_id, by=by, number=task.delivery.number, **data)
