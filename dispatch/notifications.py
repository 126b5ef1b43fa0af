"""What dispatch tells people: couriers what they got or lost, dispatchers what waits for them. Place and hour come first."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collectives.models import Membership, Role
from collectives.selectors import current_shift
from collectives.tenancy import acting_for
from collectives.worked import NOT_AT_WORK, OFF, at_work
from coopdelivery.journal.models import Event
from coopdelivery.journal.services import subscribe
from coopdelivery.notices import services as notices
from coopdelivery.people.models import Person
from dispatch.models import Incident, PlanChange, Round, RoundRequest, Task
from orders.models import Delivery

ABOUT_STOPS = frozenset({"round.given", "stops.given", "stops.moved", "stops.rescheduled"})
WHEN = frozenset({"window_start", "window_end"})
TOGETHER = timedelta(seconds=1)
NOW = {"webpush": "now", "email": "none"}
notices.define("round.given", label=_("A round is given to me"), audience="courier", default=NOW)
notices.define("round.withdrawn", label=_("A round is taken from me"), audience="courier", default=NOW)
notices.define("stops.given", label=_("Stops are given to me while I ride"), audience="courier", default=NOW)
notices.define("stops.withdrawn", label=_("Stops are taken from me, or cancelled, while I ride"), audience="courier", default=NOW)
notices.define("stops.moved", label=_("The address of a stop of mine is another"), audience="courier", default=NOW)
notices.define("stops.rescheduled", label=_("The time of a stop of mine is another"), audience="courier", default=NOW)
notices.define("delivery.to_give", label=_("A delivery waits to be given"), audience="dispatcher", default=NOW)
notices.define("request.asked", label=_("A courier asks something about their work"), audience="dispatcher", default=NOW)
notices.define("request.answered", label=_("What I asked about my work is answered"), audience="courier", default=NOW)
notices.define("incident.reported", label=_("A courier reports an incident"), audience="dispatcher", default=NOW)


@subscribe("round.given")
def tell_of_round(event: Event) -> None:
    """The one who got the round, and the one who lost it."""
    with acting_for(event.collective_id):
        row = Round.objects.filter(ref=event.subject).first()
        if row is None:
            return
        tasks = list(Task.objects.live().filter(round=row).select_related("stop__place", "place", "delivery__partner").order_by("position"))
        for kind, key in (("round.given", event.data.get("courier")), ("round.withdrawn", event.data.get("previous"))):
            member = _member(key)
            if member is not None and member.person_id != event.by_id:
                _tell(kind, member.person, event, {"round": row, **_stops(tasks)})


@subscribe("task.planned")
def tell_of_stops(event: Event) -> None:
    """Loose stops that came to, or went from, a courier who is on the road now. Reordering is silent, and so is the plan of tomorrow."""
    with acting_for(event.collective_id):
        change = PlanChange.objects.filter(ref=event.subject).first()
        if change is None:
            return
        gained, lost = _changed_hands(change)
        for kind, hands in (("stops.given", gained), ("stops.withdrawn", lost)):
            for courier_id, refs in hands.items():
                _tell_riding(kind, courier_id, refs, event)


@subscribe("delivery.cancelled")
def tell_of_cancelled(event: Event) -> None:
    with acting_for(event.collective_id):
        struck = Task.objects.filter(delivery__ref=event.subject, status="cancelled").exclude(round__courier=None)
        by_courier: dict[int, list[str]] = defaultdict(list)
        for courier_id, ref in struck.values_list("round__courier_id", "ref"):
            if courier_id is not None:
                by_courier[courier_id].append(str(ref))
        for courier_id, refs in by_courier.items():
            _tell_riding("stops.withdrawn", courier_id, refs, event)


@subscribe("delivery.changed")
def tell_of_changed(event: Event) -> None:
    """Another address, or another time, of a stop that somebody rides: each in its own words."""
    with acting_for(event.collective_id):
        for ref, names in event.data.get("stops", {}).items():
            kind = "stops.moved" if "place_id" in names else "stops.rescheduled" if WHEN.intersection(names) else ""
            rows = Task.objects.live().filter(stop__ref=ref).exclude(round__courier=None).values_list("round__courier_id", "ref")
            for courier_id, task in rows if kind else ():
                if courier_id is not None:
                    _tell_riding(kind, courier_id, [str(task)], event, key=f"-{task}")


@subscribe("message.received")
def note_arrival(event: Event) -> None:
    """The push about these stops is on the phone. That is not yet somebody who has seen them."""
    number = str(event.data.get("about", "")).removeprefix("event-").split("-")[0]
    told = Event.objects.filter(pk=number).first() if number.isdigit() and event.data.get("kind") in ABOUT_STOPS else None
    if told is None or told.collective_id is None or event.by_id is None:
        return
    with acting_for(told.collective_id):
        mine = Task.objects.filter(round__courier__person_id=event.by_id, arrived_at=None, sent_at__lte=told.at + TOGETHER)
        mine.filter(_about(told)).update(arrived_at=event.at)


def _about(told: Event) -> Q:
    """The tasks that an event was about."""
    if told.name == "round.given":
        return Q(round__ref=told.subject)
    if told.name == "delivery.changed":
        return Q(delivery__ref=told.subject)
    return Q(ref__in=told.data.get("tasks", []))


@subscribe("delivery.placed")
def tell_dispatch_of_delivery(event: Event) -> None:
    if event.source in {"import", "rule"}:
        return  # a file is told of once, when it is done; repeats are no news
    with acting_for(event.collective_id):
        delivery = Delivery.objects.select_related("partner").get(ref=event.subject)
        tasks = list(
            Task.objects.filter(delivery=delivery).select_related("stop__place", "place", "delivery__partner").order_by("stop__position")
        )
        for person in _dispatchers(but=event.by_id):
            _tell("delivery.to_give", person, event, {"delivery": delivery, **_stops(tasks)}, page="dispatch:board")


@subscribe("incident.reported")
def tell_dispatch_of_incident(event: Event) -> None:
    with acting_for(event.collective_id):
        incident = Incident.objects.select_related("task__stop__place", "task__place", "task__delivery__partner", "reported_by").get(
            ref=event.subject
        )
        for person in _dispatchers(but=event.by_id):
            _tell("incident.reported", person, event, {"incident": incident, "task": incident.task}, page="dispatch:incidents")


@subscribe("request.asked")
def tell_dispatch_of_request(event: Event) -> None:
    with acting_for(event.collective_id):
        request = RoundRequest.objects.select_related("membership__person", "round").filter(ref=event.subject).first()
        if request is None:
            return
        for person in _dispatchers(but=request.membership.person_id):
            _tell("request.asked", person, event, {"request": request}, page="dispatch:requests")


@subscribe("request.answered")
def tell_of_answer(event: Event) -> None:
    with acting_for(event.collective_id):
        request = RoundRequest.objects.select_related("membership__person", "decided_by").filter(ref=event.subject).first()
        if request is not None:
            _tell("request.answered", request.membership.person, event, {"request": request}, page="pocket:requests")


def _changed_hands(change: PlanChange) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """Courier → refs of the tasks gained, and lost."""
    before, after = change.before.get("tasks", {}), change.after.get("tasks", {})
    rounds = {spot["round"] for spot in [*before.values(), *after.values()] if spot["round"]}
    courier_of = {str(ref): courier for ref, courier in Round.objects.filter(ref__in=rounds).values_list("ref", "courier_id")}
    gained: dict[int, list[str]] = defaultdict(list)
    lost: dict[int, list[str]] = defaultdict(list)
    for ref, spot in after.items():
        old, new = courier_of.get(before.get(ref, {}).get("round", "")), courier_of.get(spot["round"])
        if new != old and new is not None:
            gained[new].append(ref)
        if new != old and old is not None:
            lost[old].append(ref)
    return gained, lost


def _tell_riding(kind: str, courier_id: int, refs: Iterable[str], event: Event, *, key: str = "") -> None:
    member = _member(courier_id)
    if member is None or member.person_id == event.by_id or not _riding(member, event.at):
        return
    tasks = (
        Task.objects.filter(ref__in=list(refs))
        .select_related("stop__place", "place", "delivery__partner")
        .order_by("position", "stop__window_end")
    )
    _tell(kind, member.person, event, _stops(list(tasks)), key=key)


def _riding(member: Membership, at: datetime) -> bool:
    """On a planned shift, or at work by their own taps."""
    return current_shift(member, at) is not None or at_work([member], at).get(member.pk, NOT_AT_WORK).state != OFF


def _member(key: int | None) -> Membership | None:
    return Membership.objects.select_related("person").filter(pk=key, is_active=True).first() if key else None


def _dispatchers(*, but: int | None) -> list[Person]:
    rows = Membership.objects.filter(is_active=True, held__role=Role.DISPATCHER).select_related("person")
    return [row.person for row in rows.order_by("joined_at", "pk") if row.person_id != but]


def _stops(tasks: list[Task]) -> dict[str, Any]:
    return {"tasks": tasks, "first": tasks[0] if tasks else None, "count": len(tasks)}


def _tell(kind: str, person: Person, event: Event, context: dict[str, Any], *, page: str = "pocket:day", key: str = "") -> None:
    slug = Membership.objects.filter(person=person).values_list("collective__slug", flat=True).first()
    path = reverse(page, kwargs={} if page.startswith("pocket:") else {"collective": slug})
    context = {**context, "url": settings.BASE_URL + path}
    notices.notify(kind, to=person, collective_id=event.collective_id, context=context, subject_key=f"event-{event.pk}{key}")
