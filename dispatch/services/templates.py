"""Rounds that come again. A person lays a template, or a copy of a round, on a day: what that day has at those places goes in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.models import Vehicle
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from dispatch.models import Leg, PlanChange, Round, RoundTemplate, Task, TaskKind, TaskStatus
from dispatch.services.rearrange import make_round
from dispatch.services.refusals import CannotMove
from dispatch.services.who import planner

Call = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Pattern:
    """What stays of a round without its day: `calls` are (kind, place ref) in order."""

    name: str
    colour: int
    starts: time | None
    vehicle: Vehicle | None
    trailer: Vehicle | None
    calls: Sequence[Call]


def pattern_of_round(row: Round) -> Pattern:
    found = Task.objects.promised().filter(round=row).exclude(status=TaskStatus.CANCELLED).order_by("position")
    calls = dict.fromkeys((kind, str(place)) for kind, place in found.values_list("kind", "stop__place__ref"))
    starts = timezone.localtime(row.starts_at, row.collective.zone).time() if row.starts_at else None
    return Pattern(row.name, row.colour, starts, row.vehicle, row.trailer, list(calls))


def pattern_of(template: RoundTemplate) -> Pattern:
    calls = [(kind, place) for kind, place in template.calls]
    return Pattern(template.name, template.colour, template.starts, template.vehicle, template.trailer, calls)


@transaction.atomic
def keep_template(*, round: Round, name: str, by: Person) -> RoundTemplate:
    """Keep the round as a template; one of the same name is replaced. Raises NotAPlanner, CannotMove (no name, nothing in it)."""
    planner(by)
    wanted = " ".join(name.replace("\0", " ").split())[:60]
    if not wanted:
        raise CannotMove(_("Give the template a name."), field="name")
    pattern = pattern_of_round(round)
    if not pattern.calls:
        raise CannotMove(_("“%(name)s” holds no stops: a template is the order of its stops.") % {"name": round.name}, field="round")
    values = {
        "colour": pattern.colour,
        "starts": pattern.starts,
        "vehicle": pattern.vehicle,
        "trailer": pattern.trailer,
        "calls": [list(call) for call in pattern.calls],
    }
    template = RoundTemplate.objects.filter(name__iexact=wanted).first() or RoundTemplate(collective_id=round.collective_id, name=wanted)
    for field, value in values.items():
        setattr(template, field, value)
    template.save()
    journal.record(
        "template.kept", subject=template.ref, collective_id=round.collective_id, by=by, called=template.name, count=len(pattern.calls)
    )
    return template


@transaction.atomic
def remove_template(*, template: RoundTemplate, by: Person) -> None:
    """Forget the template; rounds laid from it stay. Raises NotAPlanner."""
    planner(by)
    journal.record("template.removed", subject=template.ref, collective_id=template.collective_id, by=by, called=template.name)
    template.delete()


def lay(*, pattern: Pattern, on: date, by: Person, name: str = "", verb: str = "template") -> tuple[Round, PlanChange]:
    """A round of that day with the stops nobody has yet, in the pattern's order. Raises NotAPlanner, CannotMove."""
    return make_round(
        on=on,
        name=name or pattern.name,
        tasks=[task.ref for task in matching(pattern.calls, on)],
        by=by,
        colour=pattern.colour,
        starts=pattern.starts,
        vehicle=_in_service(pattern.vehicle),
        trailer=_in_service(pattern.trailer),
        verb=verb,
    )


def matching(calls: Sequence[Call], on: date) -> list[Task]:
    """The free stops of the day at these places, in their order; a place without an order is passed over, several orders share one.

    Drops decide: a pickup goes with its delivery's drop, right before the first one when its own place is in no list. In a pattern
    of pickups alone the pickups decide.
    """
    place_of = {call: float(n) for n, call in enumerate(calls)}
    free = Task.objects.unplanned().filter(on=on, status=TaskStatus.TODO, leg=Leg.STOP).select_related("stop__place", "place")
    spots = {task: place_of.get((task.kind, str(task.stop.place.ref))) for task in free}
    decides = TaskKind.DROPOFF if any(kind == TaskKind.DROPOFF for kind, _place in calls) else TaskKind.PICKUP
    first: dict[int, float] = {}
    for task, spot in spots.items():
        if task.kind == decides and spot is not None:
            first[task.delivery_id] = min(spot, first.get(task.delivery_id, spot))
    found = []
    for task, spot in spots.items():
        if task.delivery_id not in first or (spot is None and task.kind != TaskKind.PICKUP):
            continue
        found.append((first[task.delivery_id] - 0.5 if spot is None else spot, task.stop.window_end, task.pk, task))
    return [hit[3] for hit in sorted(found, key=lambda hit: hit[:3])]


def _in_service(vehicle: Vehicle | None) -> Vehicle | None:
    return vehicle if vehicle is not None and vehicle.in_service else None
