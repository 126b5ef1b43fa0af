"""The dispatcher's day as data: who rides what in which order, what waits, what needs a look. A fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from collectives.models import Collective, Membership, Shift
from collectives.worked import NOT_AT_WORK, AtWork, at_work
from dispatch.board.bikes import Capacity, before_pickup, capacity_of
from dispatch.board.read import Tags, left_over, open_incidents, tags_of, tasks_of, team_of, waiting
from dispatch.models import Incident, Round, TaskStatus
from dispatch.outlook import promises
from dispatch.outlook.arrivals import Day, Service, Ways
from dispatch.outlook.load import Load
from dispatch.outlook.promises import Outlook
from dispatch.selectors import Freights, Row, day_of, freights_of, load_of, service_of, ways_of
from dispatch.services.board_views import Shown

LAST = 9  # the drop itself, after its way through a hub


@dataclass(slots=True)
class Lane:
    """One column: a courier's day, or a round nobody has yet. `rows` are in order over all of `rounds`."""

    key: str
    name: str
    initials: str
    colour: int
    rounds: list[Round]
    rows: list[Row]
    day: Day
    load: Load
    membership: Membership | None = None
    shifts: list[Shift] = field(default_factory=list)
    capacity: Capacity | None = None
    outlooks: list[Outlook] = field(default_factory=list)
    before_pickup: set[int] = field(default_factory=set)
    at_work: AtWork = NOT_AT_WORK
    overdue: int = 0

    @property
    def loose(self) -> Round | None:
        return next((row for row in self.rounds if not row.name), None)

    @property
    def done(self) -> int:
        return sum(row.status in {TaskStatus.DONE, TaskStatus.FAILED} for row in self.rows)

    @property
    def counted(self) -> int:
        return sum(row.status != TaskStatus.CANCELLED for row in self.rows)

    @property
    def late(self) -> int:
        return self.count(promises.LATE)

    @property
    def risk(self) -> int:
        return self.count(promises.RISK)

    @property
    def shown(self) -> list[tuple[Row, datetime | None, Outlook]]:
        """Each row with its arrival and outlook, in order."""
        return list(zip(self.rows, self.day.arrivals, self.outlooks, strict=True))

    @property
    def unseen(self) -> int:
        return sum(row.is_live and row.seen_at is None for row in self.rows) if self.membership else 0

    @property
    def ends_at(self) -> datetime | None:
        return max((shift.ends_at for shift in self.shifts), default=None)

    def count(self, state: str) -> int:
        return sum(outlook.state == state for outlook in self.outlooks)


@dataclass(slots=True)
class Group:
    """The stops of one delivery that nobody has yet."""

    number: str
    partner: str
    rows: list[Row]
    outlook: Outlook
    weight_g: int | None = None

    @property
    def notes(self) -> int:
        return sum(row.has_note for row in self.rows)

    @property
    def drops(self) -> int:
        return sum(not row.is_pickup and not row.at_hub for row in self.rows)

    @property
    def window(self) -> tuple[datetime, datetime]:
        return min(row.window_start for row in self.rows), max(row.window_end for row in self.rows)


@dataclass(slots=True)
class BoardDay:
    on: date
    today: date
    now: datetime
    lanes: list[Lane]
    groups: list[Group]
    left_over: list[Row]
    open_incidents: list[Incident]
    requests: int
    notes: int
    asks: int
    handed: int
    freights: Freights
    service: Service
    tags: Tags
    team: dict[int, Membership]
    views: dict[int, Shown]
    live_after: int

    @property
    def unridden(self) -> list[Lane]:
        return [lane for lane in self.lanes if lane.membership is None]

    @property
    def ridden(self) -> list[Lane]:
        return [lane for lane in self.lanes if lane.membership is not None]

    @property
    def to_give(self) -> int:
        return sum(len(group.rows) for group in self.groups)

    @property
    def overdue(self) -> int:
        return sum(lane.overdue for lane in self.lanes) if self.on == self.today else 0

    @property
    def late(self) -> int:
        return self.count(promises.LATE)

    @property
    def risk(self) -> int:
        return self.count(promises.RISK)

    def count(self, state: str) -> int:
        """Stops in rounds, and deliveries nobody has."""
        return sum(lane.count(state) for lane in self.lanes) + sum(group.outlook.state == state for group in self.groups)


def board_of(collective: Collective, on: date, now: datetime) -> BoardDay:
    """Everything the board shows of a day. `now` is the clock that says what is late."""
    today = collective.today()
    waits = waiting()
    found, rounds = tasks_of(on)
    freights = freights_of(found)
    team, shifts, views = team_of(on, collective.zone, rounds)
    service = service_of(collective)
    lanes = _lanes(rounds, found, freights, shifts, team, service, now if on == today else None, now)
    if on == today and waits.marks:
        _say_who_works(lanes, now)
    return BoardDay(
        on=on,
        today=today,
        now=now,
        lanes=lanes,
        groups=groups_of([row for row in found if row.round_id is None], now, freights),
        left_over=left_over(today) if on == today else [],
        open_incidents=open_incidents() if waits.incidents else [],
        asks=waits.asks,
        handed=waits.handed,
        freights=freights,
        service=service,
        tags=tags_of(row.delivery_id for row in found),
        team=team,
        views=views,
        requests=waits.requests,
        notes=waits.notes,
        live_after=waits.live_after,
    )


def _say_who_works(lanes: Iterable[Lane], now: datetime) -> None:
    """What each courier's own record says of this moment: at work, on a break, or not; never for how long they worked."""
    ridden = {lane.membership.pk: lane for lane in lanes if lane.membership}
    for key, state in at_work(list(ridden), now).items():
        ridden[key].at_work = state


def groups_of(found: Iterable[Row], now: datetime, freights: Freights) -> list[Group]:
    """By delivery, the one whose promise closes first on top."""
    by_delivery: dict[int, list[Row]] = defaultdict(list)
    for row in found:
        by_delivery[row.delivery_id].append(row)
    groups = []
    for members in by_delivery.values():
        members.sort(key=lambda row: (row.at_hub or not row.is_pickup, row.window_end, row.stop_id, row.leg or LAST, row.pk))
        worst = promises.of_ungiven(min(row.window_end for row in members), now)
        weights = [freights.of(row) for row in members if not row.is_pickup and not row.at_hub]
        grams = sum(each.weight_g for each in weights) if any(each.weight_g for each in weights) else None
        groups.append(Group(members[0].number, members[0].partner or members[0].contact, members, worst, grams))
    return sorted(groups, key=lambda group: (min(row.window_end for row in group.rows), group.number))


def _lanes(
    rounds: Sequence[Round],
    found: Sequence[Row],
    freights: Freights,
    shifts: Sequence[Shift],
    team: Mapping[int, Membership],
    service: Service,
    clock: datetime | None,
    now: datetime,
) -> list[Lane]:
    by_round: dict[int | None, list[Row]] = defaultdict(list)
    for row in found:
        by_round[row.round_id].append(row)
    shifts_of: dict[int, list[Shift]] = defaultdict(list)
    for shift in shifts:
        shifts_of[shift.membership_id].append(shift)
    rounds_of: dict[int | None, list[Round]] = defaultdict(list)
    for owned in rounds:
        rounds_of[owned.courier_id].append(owned)
    rides = shifts_of.keys() | rounds_of.keys()
    plans: list[tuple[list[Round], list[Row], list[Shift], Membership | None]] = []
    for member in (member for key, member in team.items() if key in rides):
        own = rounds_of[member.pk]
        if shifts_of[member.pk] or any(by_round[row.pk] or row.name for row in own):
            in_plan = [row for owned in own for row in by_round[owned.pk]]
            plans.append((own, in_plan, shifts_of[member.pk], member))
    plans += [([row], by_round[row.pk], [], None) for row in rounds_of[None]]
    ways = ways_of(in_plan for _own, in_plan, _shifts, _member in plans)
    return [_lane(*plan, freights, service, clock, now, ways) for plan in plans]


def _lane(
    own: list[Round],
    in_plan: list[Row],
    shifts: list[Shift],
    member: Membership | None,
    freights: Freights,
    service: Service,
    clock: datetime | None,
    now: datetime,
    ways: Ways,
) -> Lane:
    day = day_of(in_plan, {row.pk: row for row in own}, shifts, clock, ways, service)
    lane = Lane(
        key=f"c-{member.ref}" if member else f"r-{own[0].ref}",
        name=member.person.first_name if member else own[0].name,
        initials=member.person.initials if member else letter(own[0]),
        colour=member.colour if member else own[0].colour,
        rounds=own,
        rows=in_plan,
        day=day,
        load=load_of(in_plan, freights),
        membership=member,
        shifts=shifts,
        capacity=capacity_of(own),
        before_pickup=before_pickup(in_plan),
        overdue=sum(row.is_overdue(now) for row in in_plan) if member else 0,
    )
    lane.outlooks = [
        promises.of_planned(arrival, row.window_end, now) if row.is_live else promises.KEPT
        for row, arrival in zip(in_plan, day.arrivals, strict=True)
    ]
    return lane


def letter(row: Round) -> str:
    """The bead of a round: its number of colour as a letter."""
    return chr(ord("A") + (row.colour - 1) % 26)
