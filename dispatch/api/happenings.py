"""What the realtime channel tells: the dialect's events, made from the journal's facts for one person."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Q

from collectives.access import allows
from collectives.api.shapes import Json
from collectives.models import Collective, Membership
from coopdelivery.journal.stream import Fact
from dispatch.api.days import day_of_courier
from dispatch.api.rows import rows, shaped
from dispatch.api.views.planning import linked, tours
from dispatch.models import Round

OF_TASKS = {"task.started": "task:started", "task.done": "task:done", "task.failed": "task:failed", "task.corrected": "task:updated"}
OF_DELIVERIES = {"delivery.placed": "task:created", "delivery.cancelled": "task:cancelled", "delivery.restored": "task:updated"}
PLANS = {"task.planned", "round.given", "round.changed", "round.created"}


def events_for(fact: Fact, member: Membership, collective: Collective) -> list[Json]:
    """`{"name", "data"}` in order; none when the fact is not this person's business. Needs the collective's scope."""
    found: list[Json] = []
    if concerns(fact, member.pk):
        found += [_event("task_list:updated", task_list=day(member, on, collective)) for on in days_of(fact, collective)]
    if allows(member, "board.view"):
        found += _for_dispatch(fact, collective)
    return found


def concerns(fact: Fact, membership_id: int) -> bool:
    """Whether a courier's own day changed: the fact names the courier, alone or among others."""
    return fact.data.get("courier") == membership_id or membership_id in fact.data.get("couriers", ())


def days_of(fact: Fact, collective: Collective) -> list[date]:
    """The days it is about; today when it does not say."""
    return [date.fromisoformat(day) for day in fact.data.get("days") or []] or [collective.today()]


def day(member: Membership, on: date, collective: Collective) -> Json:
    """The courier's list with whole tasks; contacts of today's stops only."""
    card, found = day_of_courier(member, on, collective)
    return {**card, "items": shaped(found, collective.zone, contacts=on == collective.today())}


def _for_dispatch(fact: Fact, collective: Collective) -> list[Json]:
    if fact.name in OF_TASKS:
        return [_event(OF_TASKS[fact.name], task=task) for task in _tasks(Q(ref=fact.subject), collective)]
    if fact.name == "task.relayed":
        return [_event("task:created", task=task) for task in _tasks(Q(ref__in=fact.data.get("made") or []), collective)]
    if fact.name in OF_DELIVERIES:
        return [_event(OF_DELIVERIES[fact.name], task=task) for task in _tasks(Q(delivery__ref=fact.subject), collective)]
    if fact.name == "incident.reported":
        return [_event("task:incident-reported", task=task) for task in _tasks(Q(ref=fact.data.get("task")), collective)]
    return list(_plans(fact, collective)) if fact.name in PLANS else []


def _plans(fact: Fact, collective: Collective) -> Iterator[Json]:
    """Tours and lists that changed; tasks that went back into nobody's hands."""
    refs = fact.data.get("rounds") or ([fact.subject] if fact.name.startswith("round.") else [])
    named = Round.objects.filter(ref__in=refs).exclude(name="").select_related("courier__person")
    kind = "tour:created" if fact.name == "round.created" else "tour:updated"
    for tour in tours(collective.zone, list(named)):
        yield _event(kind, tour=tour)
    couriers = fact.data.get("couriers") or [fact.data.get("courier")]
    for member in Membership.objects.filter(pk__in=[pk for pk in couriers if pk]).select_related("person"):
        for on in days_of(fact, collective):
            yield _event("v2:task_list:updated", task_list=linked(collective, member, on))
    if fact.name == "task.planned":
        for task in _tasks(Q(ref__in=fact.data.get("tasks") or []), collective):
            yield _event("task:assigned" if task["isAssigned"] else "task:unassigned", task=task)


def _tasks(condition: Q, collective: Collective) -> list[Json]:
    return shaped(rows(condition), collective.zone)


def _event(name: str, **data: Json) -> Json:
    return {"name": name, "data": data}
