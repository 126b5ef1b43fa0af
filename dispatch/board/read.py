"""What the board reads, in as few questions as there are kinds of rows: their number never depends on how many there are.

The questions are compiled once (`Prepared`): asked again each time somebody moves a stop, they may cost little more than their rows.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from collectives.models import Membership, Role, RoleHeld, Shift, TimeMark, Vehicle
from collectives.worked import LONGEST
from coopdelivery.journal.models import Event
from coopdelivery.journal.tail import SETTLED
from coopdelivery.kit.prepared import Prepared
from coopdelivery.kit.windows import day_bounds
from coopdelivery.people.models import Person
from dispatch.models import BoardView, Incident, RoadNote, Round, RoundRequest, Tag, Task, TaskStatus
from dispatch.selectors import FAR, LIVE, Row, in_order, rows_asked
from dispatch.services.board_views import Shown, shown_of
from orders.changes.services import open_requests
from orders.models import StopStatus

LEFT_FOR = timedelta(days=7)
MOST_LEFT = 200
ROUND = [field.attname for field in Round._meta.concrete_fields]
BIKE = [field.attname for field in Vehicle._meta.concrete_fields]
MEMBER = ("id", "collective_id", "ref", "person_id", "is_active", "colour", "joined_at")
PERSON = ("id", "ref", "username", "name", "phone")
SHIFT = ("id", "ref", "starts_at", "ends_at", "break_at", "break_minutes")
WORKERS = (Role.COURIER, Role.DISPATCHER, Role.ADMIN)


def _tasks(on: date, rounds: list[int]) -> QuerySet[Any, Any]:
    return rows_asked(Q(round_id__in=rounds) | Q(round=None, handed_to=None, on=on, status__in=LIVE))


def _rounds(on: date) -> QuerySet[Any, Any]:
    bikes = [f"{part}__{name}" for part in ("vehicle", "trailer") for name in BIKE]
    return Round.objects.filter(on=on).order_by("pk").values_list(*ROUND, *bikes)


def _left_over(today: date, since: date) -> QuerySet[Any, Any]:
    told = Incident.objects.filter(task=OuterRef("pk"))
    again = Task.objects.filter(stop=OuterRef("stop"), leg=OuterRef("leg"), attempt__gt=OuterRef("attempt"))
    failed = Q(status=TaskStatus.FAILED) & (Q(stop__status=StopStatus.FAILED) | (Q(leg__gt=0) & ~Exists(again)))
    open_still = Q(status__in=LIVE) | (failed & ~Exists(told))
    ours = Task.objects.filter(on__lt=today, on__gte=since, status__in=[*LIVE, TaskStatus.FAILED], handed_to=None)
    recent = ours.filter(open_still)
    return rows_asked(Q(pk__in=recent.order_by("on", "pk").values("pk")[:MOST_LEFT]))


def _team(start: datetime, end: datetime, couriers: list[int]) -> QuerySet[Any, Any]:
    works = RoleHeld.objects.filter(membership=OuterRef("pk"), role__in=WORKERS)
    road = Q(shifts__kind=Shift.Kind.ROAD, shifts__starts_at__lt=end, shifts__ends_at__gt=start)
    found = Membership.objects.annotate(road=FilteredRelation("shifts", condition=road))
    found = found.filter(Exists(works) | Q(road__isnull=False) | Q(pk__in=couriers))
    names = [*MEMBER, *(f"person__{name}" for name in PERSON), *(f"road__{name}" for name in SHIFT)]
    view = BoardView.objects.filter(membership=OuterRef("pk"))
    shown = [Subquery(view.values(name)) for name in ("chips", "presets")]
    return found.order_by("joined_at", "pk", "road__starts_at").values_list(*names, *shown)


def _waiting(settled_at: datetime, marked_since: datetime) -> QuerySet[Any, Any]:
    asks = _count(open_requests())
    incidents = Incident.objects.filter(state=Incident.State.OPEN)
    after = Event.objects.filter(at__lte=settled_at).order_by("-id").values("id")[:1]
    requests = _count(RoundRequest.objects.filter(state=RoundRequest.State.OPEN))
    notes = _count(RoadNote.objects.filter(read_at=None))
    handed = _count(Task.objects.live().filter(handed_to__isnull=False))
    marks = TimeMark.objects.filter(at__gte=marked_since)
    position = Coalesce(Subquery(after), 0)
    return Membership.objects.order_by("pk").values_list(requests, asks, notes, handed, Exists(incidents), Exists(marks), position)[:1]


def _count(found: QuerySet[Any, Any]) -> Coalesce:
    counted = found.order_by().annotate(all=Value(1)).values("all").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)


def _tags(deliveries: list[int]) -> QuerySet[Any, Any]:
    carried = FilteredRelation("uses", condition=Q(uses__delivery__in=deliveries))
    return Tag.objects.annotate(carried=carried).order_by("name", "pk").values_list("slug", "name", "colour", "carried__delivery_id")


ROUNDS = Prepared(_rounds, date)
TASKS = Prepared(_tasks, date, list)
LEFT_OVER = Prepared(_left_over, date, date)
TEAM = Prepared(_team, datetime, datetime, list)
TAGS = Prepared(_tags, list)
WAITING = Prepared(_waiting, datetime, datetime)


class Waiting(NamedTuple):
    """What waits: requests, questions of partners, words nobody read, stops that other co-ops do, incidents; if couriers clocked; where a
    live page resumes."""

    requests: int = 0
    asks: int = 0
    notes: int = 0
    handed: int = 0
    incidents: bool = False
    marks: bool = False
    live_after: int = 0


class TagShown(NamedTuple):
    slug: str
    name: str
    colour: int


class Tags(NamedTuple):
    """All the co-op has, by name, and those of each delivery that carries any."""

    known: tuple[TagShown, ...] = ()
    carried: Mapping[int, tuple[TagShown, ...]] = MappingProxyType({})

    def of(self, delivery_id: int) -> tuple[TagShown, ...]:
        return self.carried.get(delivery_id, ())


def tags_of(deliveries: Iterable[int]) -> Tags:
    """One question, whether anything carries a tag or not."""
    carried: dict[int, tuple[TagShown, ...]] = {}
    known: dict[str, TagShown] = {}
    for slug, name, colour, delivery_id in TAGS(set(deliveries)):
        tag = known.setdefault(slug, TagShown(slug, name, colour))
        if delivery_id is not None:
            carried[delivery_id] = (*carried.get(delivery_id, ()), tag)
    return Tags(tuple(known.values()), carried)


def waiting() -> Waiting:
    """One question for all of it, asked before the rest: what happens while a page is made is told to it again."""
    found = WAITING(timezone.now() - SETTLED, timezone.now() - LONGEST)
    return Waiting._make(found[0]) if found else Waiting()


def tasks_of(on: date) -> tuple[list[Row], list[Round]]:
    """The day's rows in the order of the plan, and its rounds in the order they are ridden.

    Rows are looked up by round and by day, both indexed, so that years of finished work cost nothing.
    """
    rounds = [_round(values) for values in ROUNDS(on)]
    found = [Row._make(values) for values in TASKS(on, [row.pk for row in rounds])]
    first: dict[int, datetime] = {}
    for row in found:
        if row.round_id is not None:
            first[row.round_id] = min(first.get(row.round_id, FAR), row.window_start)
    return found, in_order(rounds, first)


def _round(values: tuple[Any, ...]) -> Round:
    first, second = len(ROUND), len(ROUND) + len(BIKE)
    found = Round.from_db(connection.alias, ROUND, values[:first])
    found.vehicle = Vehicle.from_db(connection.alias, BIKE, values[first:second]) if values[first] is not None else None
    found.trailer = Vehicle.from_db(connection.alias, BIKE, values[second:]) if values[second] is not None else None
    return found


def left_over(today: date) -> list[Row]:
    """From the days before: not done, never given, or failed without a further attempt. Those with an incident wait for its decision."""
    return [Row._make(values) for values in LEFT_OVER(today, today - LEFT_FOR)]


def open_incidents() -> list[Incident]:
    found = Incident.objects.filter(state=Incident.State.OPEN)
    told = found.select_related("task__stop__place", "task__place", "task__delivery__partner", "task__delivery__order", "reported_by")
    return list(told.order_by("reported_at")[:MOST_LEFT])


class Team(NamedTuple):
    """Who works here, or has one of these rounds, by key and in the order in which they joined; who is on the road that day; and what
    each of them wants to see of the board."""

    members: dict[int, Membership]
    shifts: list[Shift]
    views: dict[int, Shown]


def team_of(on: date, zone: Any, rounds: Iterable[Round]) -> Team:
    """One question for all of it: each row is a person with a shift or without one; one person may have two shifts."""
    start, end = day_bounds(on, zone)
    team: dict[int, Membership] = {}
    shifts: list[Shift] = []
    views: dict[int, Shown] = {}
    people, spell = len(MEMBER), len(MEMBER) + len(PERSON)
    for values in TEAM(start, end, {row.courier_id for row in rounds if row.courier_id}):
        member = team.get(values[0])
        if member is None:
            member = team[values[0]] = Membership.from_db(connection.alias, MEMBER, values[:people])
            member.person = Person.from_db(connection.alias, PERSON, values[people:spell])
            views[member.pk] = shown_of(*values[-2:])
        if values[spell] is not None:
            shift = Shift.from_db(connection.alias, SHIFT, values[spell:-2])
            shift.membership_id, shift.membership = member.pk, member
            shifts.append(shift)
    return Team(team, shifts, views)
