"""What every planning gesture does: lock in one order, check what the person saw, write the places at once, note who did it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import BigIntegerField, Case, DateField, F, Q, Value, When
from django.utils.translation import gettext as _

from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from dispatch.models import PlanChange, Round, Task
from dispatch.services.arrivals import refresh_arrivals
from dispatch.services.refusals import CannotMove, StaleRound

Ref = UUID | str
Versions = Mapping[str, int]


class Spot(NamedTuple):
    """A place in the plan; in nobody's hands when `round_id` is None."""

    round_id: int | None
    position: int | None
    on: date


def tasks_of(refs: Sequence[Ref]) -> list[Task]:
    """The tasks in the order asked for. Raises CannotMove when one is not of this collective."""
    found = {str(task.ref): task for task in _with_place(refs)}
    missing = [ref for ref in refs if str(ref) not in found]
    if missing or not refs:
        raise CannotMove(_("This stop is not in this co-op's plan. Load the page again."), field="tasks")
    return [found[ref] for ref in dict.fromkeys(str(ref) for ref in refs)]


def locked_tasks(refs: Iterable[Ref], rounds: Mapping[int, Round]) -> dict[str, Task]:
    """Those of the tasks that are still in these locked rounds or in nobody's hands, locked in the order of their keys.

    Never waits for a task in somebody else's round: that is how two gestures would wait for each other for ever.
    """
    free = Q(round=None) | Q(round__in=list(rounds))
    return {str(task.ref): task for task in _with_place(refs).filter(free).select_for_update(of=("self",)).order_by("pk")}


def _with_place(refs: Iterable[Ref]) -> Any:
    return Task.objects.select_related("stop__place", "place", "round").filter(ref__in=list(refs))


def locked_rounds(pks: Iterable[int | None], versions: Versions | None, *, about: str = "") -> dict[int, Round]:
    """The rounds by key, locked in the order of their keys, one version further. Raises StaleRound.

    `versions` is what the person's screen showed; every touched round must be in it. None: there was no screen. `about` is the
    stop a refusal names.
    """
    wanted = {pk for pk in pks if pk is not None}
    rounds = {row.pk: row for row in Round.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")}
    if versions is not None:
        stale = [row for row in rounds.values() if versions.get(str(row.ref)) != row.version]
        if stale:
            raise StaleRound(_stale_sentence(stale[0], about), rounds=stale)
    bump(rounds.values())
    return rounds


def _stale_sentence(row: Round, about: str) -> str:
    """Who changed whose list, and what stays where it was."""
    whose = row.courier.person.first_name if row.courier and not row.name else row.name
    recent = PlanChange.objects.filter(on=row.on).select_related("by").order_by("-pk")[:20]
    last = next((change for change in recent if str(row.ref) in change.rounds_touched), None)
    who = last.by.first_name if last else ""
    if who and about:
        words = _("%(name)s changed the list of %(whose)s just now, so %(stop)s stays where it is. Look, and try again.")
        return words % {"name": who, "whose": whose, "stop": about}
    return _("The list of %(whose)s changed just now. It is shown as it is; nothing was moved.") % {"whose": whose}


def bump(rounds: Iterable[Round]) -> None:
    """One version further, only if nobody else went there first. Raises StaleRound."""
    seen = list(rounds)
    if not seen:
        return
    as_seen = Q()
    for row in seen:
        as_seen |= Q(pk=row.pk, version=row.version)
    if Round.objects.filter(as_seen).update(version=F("version") + 1) != len(seen):
        raise StaleRound(_("Somebody changed this list a moment ago. It is shown as it is now; nothing was moved."), rounds=seen)
    for row in seen:
        row.version += 1


def snapshot(tasks: Iterable[Task], rounds: Mapping[int, Round]) -> dict[str, dict[str, Any]]:
    return {str(task.ref): as_json(Spot(task.round_id, task.position, task.on), rounds) for task in tasks}


def as_json(spot: Spot, rounds: Mapping[int, Round]) -> dict[str, Any]:
    ref = str(rounds[spot.round_id].ref) if spot.round_id is not None else None
    return {"round": ref, "position": spot.position, "on": spot.on.isoformat()}


CARD = ("delivery_id", "stop_id", "kind", "leg", "place_id", "attempt")


def leg_card(task: Task) -> dict[str, Any]:
    """What makes a task at a hub again when its removal is undone."""
    hours = {"opens_at": task.opens_at, "closes_at": task.closes_at}
    return {name: getattr(task, name) for name in CARD} | {name: at.isoformat() if at else None for name, at in hours.items()}


def write_spots(spots: Mapping[int, Spot]) -> None:
    """Put the tasks where they go in three statements: all out of the way, then each to its place, or to its day."""
    if not spots:
        return
    Task.objects.filter(pk__in=list(spots)).update(round=None, position=None, planned_at=None)
    placed = {pk: spot for pk, spot in spots.items() if spot.round_id is not None}
    free = {pk: spot for pk, spot in spots.items() if spot.round_id is None}
    if placed:
        Task.objects.filter(pk__in=list(placed)).update(
            round_id=_chosen({pk: spot.round_id for pk, spot in placed.items()}, BigIntegerField()),
            position=_chosen({pk: spot.position for pk, spot in placed.items()}, BigIntegerField()),
            on=_chosen({pk: spot.on for pk, spot in placed.items()}, DateField()),
        )
    if free:
        Task.objects.filter(pk__in=list(free)).update(on=_chosen({pk: spot.on for pk, spot in free.items()}, DateField()))


def _chosen(values: Mapping[int, Any], field: Any) -> Case:
    return Case(*(When(pk=pk, then=Value(value, output_field=field)) for pk, value in values.items()), output_field=field)


def note_change(
    *,
    verb: str,
    by: Person,
    source: str,
    on: date,
    collective_id: int,
    rounds: Sequence[Round],
    before: dict[str, Any],
    after: dict[str, Any],
    undoes: PlanChange | None = None,
) -> PlanChange:
    """One PlanChange and one `task.planned` for the whole gesture, and the plan's times brought up to date."""
    refresh_arrivals(rounds)
    change = PlanChange.objects.create(
        collective_id=collective_id, verb=verb, by=by, source=source, on=on, before=before, after=after, undoes=undoes
    )
    places = [*before.get("tasks", {}).values(), *after.get("tasks", {}).values()]
    journal.record(
        "task.planned",
        subject=change.ref,
        collective_id=collective_id,
        by=by,
        verb=verb,
        rounds=[str(row.ref) for row in rounds],
        couriers=sorted({row.courier_id for row in rounds if row.courier_id}),
        tasks=list(after.get("tasks", {})),
        tray=any(place["round"] is None for place in places),
        days=sorted({place["on"] for place in places} | {on.isoformat()}),
        undoes=str(undoes.ref) if undoes else None,
    )
    return change
