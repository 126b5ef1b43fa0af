"""What a courier did without network, and the plan no longer allows: told to dispatch, with its time, for a person to decide."""

from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from collectives.models import Membership
from coopdelivery.kit.words import clock
from dispatch.models import Incident, IncidentReason, PlanChange, Round, Task
from dispatch.services.incidents import report_incident


def was_given(task: Task, by: Membership) -> bool:
    """Whether the stop is in this courier's hands, or was before somebody moved it."""
    if task.round is not None and task.round.courier_id == by.pk:
        return True
    refs = _rounds_ever(str(task.ref))
    if task.round is not None:
        refs.add(str(task.round.ref))
    if Round.objects.filter(ref__in=refs, courier=by).exists():
        return True
    return any(_had(ref, by.pk) for ref in refs)


def _rounds_ever(task: str) -> set[str]:
    found: set[str] = set()
    for before, after in PlanChange.objects.filter(after__tasks__has_key=task).values_list("before", "after"):
        spots = (card["tasks"].get(task) for card in (before, after) if "tasks" in card)
        found |= {spot["round"] for spot in spots if spot and spot["round"]}
    return found


def _had(round_ref: str, membership_id: int) -> bool:
    cards = PlanChange.objects.filter(after__rounds__has_key=round_ref).values_list("before", "after")
    return any((side["rounds"].get(round_ref) or {}).get("courier_id") == membership_id for pair in cards for side in pair)


def report_conflict(*, task: Task, by: Membership, at: datetime, client_id: UUID, refused: str) -> Incident:
    """An incident that leaves the stop as it is. The note is in the co-op's language; once per tap."""
    with translation.override(by.collective.language):
        note = _("%(name)s reported this stop at %(time)s, without network. It was not applied: %(why)s") % {
            "name": by.person.name,
            "time": clock(at),
            "why": refused,
        }
    return report_incident(task=task, reason=IncidentReason.OTHER, by=by.person, client_id=client_id, at=at, note=note, goes_on=True)
