"""A courier's day: their rounds, as dispatch ordered them, as stops with their times, notes and freight."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from collectives.models import Membership, Shift, TimeCorrection
from collectives.worked import NOT_AT_WORK, AtWork, at_work
from coopdelivery.kit.windows import day_bounds
from coopdelivery.places import legs
from dispatch.models import CourierAction, Proof, Round, Task, TaskKind, TaskStatus
from dispatch.outlook.arrivals import Call, Pause, Service, Travel, Ways, pairs_of, ride
from dispatch.outlook.promises import of_planned
from dispatch.pocket import actions
from dispatch.pocket.codes import know_codes
from dispatch.pocket.visits import LIVE, Visit, merged_notes, visits_of
from dispatch.selectors import Weights, ordered, service_of, weights_of
from dispatch.services.asked import asked_of
from dispatch.services.positions import sharing_of
from orders.models import Stop, StopKind
from orders.proof_rules import REQUIRED

NIGHT_ENDS = time(5)


@dataclass(frozen=True, slots=True)
class PocketDay:
    """`visits` include the withdrawn ones, in their place. What was kept before `read_at` is in it for certain."""

    on: date
    read_at: datetime
    visits: list[Visit]
    shift: Shift | None
    rounds: list[Round]
    at_work: AtWork = NOT_AT_WORK
    position: str = "off"
    hours_asked: bool = False

    @property
    def stops(self) -> list[Visit]:
        return [visit for visit in self.visits if not visit.is_withdrawn]

    @property
    def next(self) -> Visit | None:
        """The one under way, else the first that is open: the courier may take another first, the order stays."""
        under_way = next((visit for visit in self.visits if visit.state == "going"), None)
        return under_way or next((visit for visit in self.visits if visit.is_open), None)

    @property
    def finished(self) -> list[Visit]:
        return [visit for visit in self.stops if not visit.is_open]

    def of_task(self, ref: object) -> Visit | None:
        return next((visit for visit in self.visits if any(str(task.ref) == str(ref) for task in visit.tasks)), None)


def day_of_courier(membership: Membership) -> PocketDay:
    """In a number of queries that does not grow with the stops. After midnight, last evening's unfinished rounds come first."""
    collective = membership.collective
    on, now = collective.today(), timezone.now()
    shifts = _shifts(membership, on)
    rounds = _rounds(membership, on, shifts, now)
    tasks = _in_order(rounds)
    visits = visits_of(tasks)
    _foresee(visits, rounds, shifts, now, service_of(collective))
    _load(visits, tasks)
    _annotate(visits, membership, min((row.on for row in rounds), default=on))
    _miss_photos(visits)
    know_codes(visits)
    _head_rounds(visits)
    return PocketDay(
        on,
        now,
        visits,
        shifts[0] if shifts else None,
        rounds,
        at_work([membership], now).get(membership.pk, NOT_AT_WORK),
        sharing_of(membership),
        _is_asked(rounds, membership),
    )


def _asked(membership: Membership) -> QuerySet[TimeCorrection]:
    """Corrections of the courier's hours that the office asked for, and that count once the courier confirms them."""
    found = TimeCorrection.objects.filter(membership=membership, state=TimeCorrection.State.OPEN)
    return found.exclude(asked_by=membership.person_id)


def _is_asked(rounds: Sequence[Round], membership: Membership) -> bool:
    """Known from the question about rounds where there are any; a day without stops can afford one of its own."""
    return bool(getattr(rounds[0], "hours_asked", False)) if rounds else _asked(membership).exists()


def _rounds(membership: Membership, on: date, shifts: Sequence[Shift], now: datetime) -> list[Round]:
    """Today's. At night, and until a shift that began yesterday is over, also yesterday's that are not finished since midnight."""
    midnight, _end = day_bounds(on, membership.collective.zone)
    mine = Round.objects.filter(courier=membership).annotate(hours_asked=Exists(_asked(membership)))
    today = mine.filter(on=on)
    if timezone.localtime(now, membership.collective.zone).time() >= NIGHT_ENDS and not any(
        shift.starts_at < midnight and now < shift.ends_at for shift in shifts
    ):
        return ordered(today)
    going = Task.objects.filter(Q(status__in=LIVE) | Q(finished_at__gte=midnight), round=OuterRef("pk"))
    return ordered(mine.filter(Q(on=on) | Q(Exists(going), on=on - timedelta(days=1))))


def _in_order(rounds: Sequence[Round]) -> list[Task]:
    by_key = {row.pk: number for number, row in enumerate(rounds)}
    found = Task.objects.with_promise().select_related("round").prefetch_related("delivery__documents").filter(round__in=rounds)
    return sorted(found, key=lambda task: (by_key[task.round_id or 0], task.position or 0, task.pk))


def _shifts(membership: Membership, on: date) -> list[Shift]:
    start, end = day_bounds(on, membership.collective.zone)
    found = Shift.objects.filter(membership=membership, kind=Shift.Kind.ROAD, starts_at__lt=end, ends_at__gt=start)
    return list(found.order_by("starts_at"))


def _foresee(visits: list[Visit], rounds: Sequence[Round], shifts: Sequence[Shift], now: datetime, service: Service) -> None:
    begun: set[int] = set()
    starts = {row.pk: row.starts_at for row in rounds}
    calls = []
    for visit in visits:
        point = visit.place.point
        not_before = starts.get(visit.round.pk) if visit.round.pk not in begun else None
        begun.add(visit.round.pk)
        over = visit.finished_at if not visit.is_open else None
        stands = max(service.at(pickup=task.kind == TaskKind.PICKUP) for task in visit.tasks)
        calls.append(Call(point, visit.window_start, visit.window_end, over, not visit.is_withdrawn, not_before, stands))
    pause = next((Pause(shift.break_at, shift.break_minutes) for shift in shifts if shift.break_at and shift.break_minutes), None)
    day = ride(calls, start=min((shift.starts_at for shift in shifts), default=None), now=now, pause=pause, ways=_ways(calls))
    for index, visit in enumerate(visits):
        visit.arrives_at = day.arrivals[index]
        visit.pause_before = day.pause_before == index
        if visit.is_open:
            visit.outlook = of_planned(visit.arrives_at, visit.window_end, now)


def _ways(calls: Sequence[Call]) -> Ways:
    found = legs.known(pairs_of(call.point for call in calls if call.counts))
    return {pair: Travel(*way) for pair, way in found.items()}


def _load(visits: list[Visit], tasks: Sequence[Task]) -> None:
    drops, wholes = weights_of(task.delivery_id for task in tasks)
    for visit in visits:
        for task in visit.open_tasks or visit.tasks:
            part = wholes.get(task.delivery_id) if task.kind == TaskKind.PICKUP and not task.leg else drops.get(task.stop_id)
            visit.freight = visit.freight.plus(part or Weights())


def _annotate(visits: list[Visit], membership: Membership, since: date) -> None:
    deliveries = {task.delivery_id for visit in visits for task in visit.tasks}
    pickups = Stop.objects.filter(delivery_id__in=deliveries, kind=StopKind.PICKUP).exclude(note="").values_list("delivery_id", "note")
    notes = dict(pickups)
    start, _end = day_bounds(since, membership.collective.zone)
    rows = CourierAction.objects.filter(by=membership.person_id, verb=actions.SEEN, received_at__gte=start).values_list(
        "digests", flat=True
    )
    known = {digest for digests in rows for digest in digests}
    for visit in visits:
        visit.notes = merged_notes(visit, notes)
        visit.seen = visit.digest in known or not (visit.notes or visit.is_withdrawn)


def _head_rounds(visits: list[Visit]) -> None:
    """Where the list says the name of a round: wherever a new one begins, when there is more than one or it has a name."""
    previous: int | None = None
    for visit in visits:
        visit.opens_round = visit.round.pk != previous and bool(visit.round.name)
        previous = visit.round.pk


def _miss_photos(visits: list[Visit]) -> None:
    """Stops that are over although the photo their partner requires has not come: it may still wait on the phone."""
    wanted = {task.pk: visit for visit in visits for task in visit.tasks if _needs_photo(task)}
    with_photo = Proof.objects.filter(task__in=list(wanted), kind=Proof.Kind.PHOTO).values_list("task_id", flat=True)
    for pk in wanted.keys() - set(with_photo):
        wanted[pk].photo_missing = True


def _needs_photo(task: Task) -> bool:
    over = task.status in {TaskStatus.DONE, TaskStatus.FAILED}
    return over and asked_of([task], failed=task.status == TaskStatus.FAILED).photo == REQUIRED
