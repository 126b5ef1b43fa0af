"""A day of a demo co-op, told act by act in the order of time: shops order, a dispatcher plans, couriers ride.

Every act goes through the service that a page would call, in the name of one of the demo's people and at the moment it happened.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from collectives.services.worked import mark_time
from coopdelivery.people.models import Person
from dispatch.models import Incident, Round, Task
from dispatch.services import incidents, plan, progress, rounds
from dispatch.services.decisions import decide_incident
from dispatch.services.proofs import Given
from federation.demo.home import Home
from federation.demo.lanes import Lane, Ridden, Run, Trip, Visit
from federation.demo.papers import doorstep
from federation.demo.shopping import order

PLANNED_AFTER = timedelta(minutes=7)
DECIDED_AFTER = timedelta(minutes=12)
SETS_OFF = timedelta(minutes=30)  # an idle courier looks ahead and says so
PHOTO_SHARE = 0.12
NAME_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Shown:
    """What a courier brings back from a door: the shop's rules first, and now and then something more."""

    photo: bool = False
    name: bool = False

    def photos(self, home: Home, at: datetime) -> list[Given]:
        return [Given("photo", image=doorstep(home.random), taken_at=at)] if self.photo else []


def proof_asked(home: Home, shop: str) -> Shown:
    asked, chance = home.shop(shop), home.random.random
    photo = asked.proof_photo == "required" or (asked.proof_photo == "optional" and chance() < PHOTO_SHARE)
    name = asked.proof_name == "required" or (asked.proof_name == "optional" and chance() < NAME_SHARE)
    return Shown(photo, name)


@dataclass(order=True)
class Act:
    at: datetime
    number: int
    source: str = field(compare=False)
    do: Callable[[], None] = field(compare=False)


class Day:
    """One day up to `now`; what would happen later is left out. `opens` is when its first shift may begin.

    A `brief` day leaves out who looked at what and when somebody set off: enough for the books.
    """

    def __init__(self, home: Home, day: date, *, opens: datetime, now: datetime, brief: bool = False) -> None:
        self.home, self.day, self.opens, self.now, self.brief = home, day, opens, now, brief
        self.acts: list[Act] = []

    def then(self, at: datetime, do: Callable[[], None], *, source: str = "web") -> None:
        """What happens at that moment, if it has come."""
        if at <= self.now:
            self.acts.append(Act(at, len(self.acts), source, do))

    def tell(self) -> None:
        for act in sorted(self.acts):
            with self.home.at(act.at, act.source):
                act.do()
        self.acts.clear()

    def ride(self, lane: Lane, ridden: Ridden, *, dispatcher: Person) -> None:
        """All of a lane: its orders, its plan, its work."""
        asked = self._ask(ridden.trips)
        self._plan(lane, ridden, asked, dispatcher)
        if lane.courier:
            self._work(lane, ridden, dispatcher)

    def wait(self, trip: Trip, *, asked: datetime) -> None:
        """An order that nobody has planned yet."""
        self.then(asked, lambda: self._place(trip))

    # -------------------------------------------------------------- orders

    def _ask(self, trips: Sequence[Trip]) -> list[datetime]:
        """When each was ordered: an hour or so ahead, the early ones on the evening before; never out of order."""
        moments: list[datetime] = []
        evening = self.home.local(self.day - timedelta(days=1), 16)
        for trip in trips:
            ahead = trip.pickup.window[0] - timedelta(minutes=55 + self.home.random.randrange(35))
            asked = ahead if ahead > self.opens else evening + timedelta(minutes=self.home.random.randrange(90))
            moments.append(min(max([asked, *moments[-1:]]), self.now - timedelta(minutes=15)))
            self.then(moments[-1], lambda trip=trip: self._place(trip))  # type: ignore[misc]  # bound now, called later
        return moments

    def _place(self, trip: Trip) -> None:
        delivery = order(self.home, trip, pay=trip.run.fate != "unpaid")
        if trip.run.fate == "unpaid":
            return
        refs = Task.objects.filter(delivery=delivery).order_by("stop__position").values_list("ref", flat=True)
        for visit, ref in zip(trip.visits, refs, strict=True):
            visit.task = ref

    # -------------------------------------------------------------- the plan

    def _plan(self, lane: Lane, ridden: Ridden, asked: Sequence[datetime], by: Person) -> None:
        """What is known in the morning in one gesture, each later order in its own."""
        morning = min(max(lane.starts, self.opens) - timedelta(minutes=20), self.now - timedelta(minutes=5))
        early = {id(visit) for trip, at in zip(ridden.trips, asked, strict=True) if at <= morning for visit in trip.visits}
        first = [visit for visit in ridden.visits if id(visit) in early]
        if first or lane.round:
            self.then(morning, lambda: self._put(lane, first, by))
        for trip, at in zip(ridden.trips, asked, strict=True):
            if id(trip.pickup) not in early:
                self.then(at + PLANNED_AFTER, lambda trip=trip: self._put(lane, trip.visits, by))  # type: ignore[misc]  # bound now
                if not self.brief and lane.courier in self.home.members and trip is not ridden.trips[-1]:
                    seen = at + PLANNED_AFTER + timedelta(minutes=1)
                    self.then(seen, lambda trip=trip: self._look(trip.visits), source="courier")  # type: ignore[misc]  # bound now

    def _put(self, lane: Lane, visits: Sequence[Visit], by: Person) -> None:
        target = self._round(lane, by)
        plan.plan_tasks(tasks=_refs(visits), to_round=target, by=by, verb="plan")

    def _round(self, lane: Lane, by: Person) -> Round:
        courier = self.home.members.get(lane.courier)
        if not lane.round and courier is not None:
            return plan.loose_round_of(courier, self.day)
        known = Round.objects.filter(on=self.day, name=lane.round).first()
        if known is not None:
            return known
        made = rounds.create_round(on=self.day, name=lane.round, by=by, starts_at=lane.starts)
        bikes = self.home.bikes
        if lane.bike:
            rounds.change_round(round=made, by=by, vehicle=bikes[lane.bike], trailer=bikes.get(lane.trailer))
        if courier is not None:
            rounds.give_round(round=made, courier=courier, by=by)
        made.refresh_from_db()
        return made

    # -------------------------------------------------------------- the work

    def _work(self, lane: Lane, ridden: Ridden, dispatcher: Person) -> None:
        by = self.home.people[lane.courier]
        fates = {id(trip.drops[-1]): trip.run.fate for trip in ridden.trips}
        shops = {id(visit): trip.run for trip in ridden.trips for visit in trip.visits}
        if not self.brief:
            self.then(lane.starts, lambda: self._begin(lane, ridden.visits), source="courier")
        free = lane.starts
        for visit in ridden.visits:
            begins, ends = max(free, visit.departs + lane.late - SETS_OFF), visit.leaves + lane.late
            free = ends + timedelta(minutes=1)
            fate = fates.get(id(visit), "")
            if fate == "never":
                continue
            if not self.brief:
                self.then(begins, lambda visit=visit: self._start(visit, by), source="courier")  # type: ignore[misc]  # bound now
            if fate:
                self._trouble(visit, fate, ends, by, dispatcher)
            else:
                done = self._hand_over(visit, shops[id(visit)], ends, by)
                self.then(ends, done, source="courier")

    def _begin(self, lane: Lane, visits: Sequence[Visit]) -> None:
        """The courier is at work, by their own tap."""
        mark_time(membership=self.home.members[lane.courier], verb="clock_on", at=timezone.now(), by=self.home.people[lane.courier])
        self._look(visits)

    def _look(self, visits: Sequence[Visit]) -> None:
        """The courier opens the day on the phone."""
        progress.mark_seen(tasks=[_task(visit.task) for visit in visits if visit.task])

    def _start(self, visit: Visit, by: Person) -> None:
        if visit.task:
            task = _task(visit.task)
            progress.mark_seen(tasks=[task])
            progress.start_task(task=task, by=by, at=timezone.now())

    def _hand_over(self, visit: Visit, run: Run, at: datetime, by: Person) -> Callable[[], None]:
        shown = proof_asked(self.home, run.shop) if visit.kind == "dropoff" else Shown()

        def done() -> None:
            if visit.task:
                task = _task(visit.task)
                name = task.stop.contact_name if shown.name else ""
                progress.finish_task(task=task, by=by, at=at, received_by=name, proofs=shown.photos(self.home, at))

        return done

    def _trouble(self, visit: Visit, fate: str, at: datetime, by: Person, dispatcher: Person) -> None:
        """Nobody there: the courier reports it; a dispatcher may decide on a second attempt."""

        def report() -> None:
            if visit.task:
                incidents.report_incident(
                    task=_task(visit.task), reason="absent", by=by, client_id=uuid4(), at=at, note="Rang twice, no light inside."
                )

        def decide() -> None:
            if visit.task:
                incident = Incident.objects.get(task__ref=visit.task)
                decide_incident(incident=incident, decision="retry", by=dispatcher)

        self.then(at, report, source="courier")
        if fate == "retry":
            self.then(at + DECIDED_AFTER, decide)


def _refs(visits: Sequence[Visit]) -> list[UUID]:
    return [visit.task for visit in visits if visit.task]


def _task(ref: UUID) -> Task:
    return Task.objects.select_related("stop", "delivery", "round").get(ref=ref)
