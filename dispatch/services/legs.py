"""The tasks at a hub that a gesture made or took out, when the gesture is taken back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from dispatch.models import Incident, PlanChange, Task, TaskStatus
from dispatch.services.refusals import CannotUndo


def check_legs(change: PlanChange, tasks: Sequence[Task]) -> None:
    """Raises CannotUndo when somebody began at the hub, or sent the delivery through one again since."""
    made = [task for task in tasks if str(task.ref) in _made_by(change)]
    begun = next((task for task in made if task.status != TaskStatus.TODO), None)
    if begun is not None:
        raise CannotUndo(_("%(stop)s is %(state)s since.") % {"stop": begun.where, "state": begun.get_status_display()})
    if made and Incident.objects.filter(task__in=[task.pk for task in made]).exists():
        raise CannotUndo(_("Somebody reported an incident at the hub: decide about it first."))
    taken = Q()
    for card in _taken_out_by(change).values():
        taken |= Q(stop_id=card["stop_id"], leg=card["leg"], attempt=card["attempt"])
    if taken and Task.objects.filter(taken).exists():
        raise CannotUndo(_("This delivery was sent through a hub again since."))


def restore_legs(change: PlanChange, tasks: Sequence[Task]) -> list[Task]:
    """Take out what the gesture made, make again what it took out; the tasks whose places are to be restored. Call `check_legs` first."""
    made = _made_by(change)
    Task.objects.filter(pk__in=[task.pk for task in tasks if str(task.ref) in made]).delete()
    again = [
        Task(
            collective_id=change.collective_id,
            ref=UUID(ref),
            on=change.before["tasks"][ref]["on"],
            opens_at=_instant(card["opens_at"]),
            closes_at=_instant(card["closes_at"]),
            **{name: value for name, value in card.items() if name not in {"opens_at", "closes_at"}},
        )
        for ref, card in _taken_out_by(change).items()
    ]
    return [task for task in tasks if str(task.ref) not in made] + Task.objects.bulk_create(again)


def _made_by(change: PlanChange) -> set[str]:
    return {ref for ref, card in change.before.get("legs", {}).items() if card is None}


def _taken_out_by(change: PlanChange) -> dict[str, dict[str, object]]:
    return {ref: card for ref, card in change.before.get("legs", {}).items() if card is not None}


def _instant(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None
