"""Which day is told: yesterday with what was left over, today as far as it has come, and the weeks before for the books."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from collectives.models import Role, Shift
from collectives.services import plan_shift
from federation.demo.home import Home
from federation.demo.lanes import Lane, Ridden, Run, draw, floor, tighten, waiting
from federation.demo.telling import Day
from federation.demo.towns import HELSINKI

LAST_START, LATEST_START = (23, 30), (23, 55)
BEFORE, AFTER = timedelta(hours=4), timedelta(hours=4)
BREAK_MINUTES = 30
TOLD_DAYS = (0, 2, 4)  # of each week before: enough for the books, and loaded in seconds
CLOSING_AFTER = timedelta(hours=2)


def rides_at_night(home: Home, now: datetime) -> bool:
    return now < home.local(home.day_of(now), 7, 30)


def opening_of(home: Home, now: datetime) -> datetime:
    """When today's first shift began: four hours ago, but not before six in the morning, and at night not before midnight."""
    today = home.day_of(now)
    first = home.local(today, 0, 5) if rides_at_night(home, now) else home.local(today, 6)
    return max(floor(now - BEFORE, 15), first)


def tell_today(home: Home, now: datetime) -> None:
    """The day under way, up to this minute."""
    today, opens = home.day_of(now), opening_of(home, now)
    last = home.local(today, *LAST_START)
    if now > last - timedelta(minutes=15):
        last = home.local(today, *LATEST_START)
    day = Day(home, today, opens=opens, now=now)
    drawn = _helsinki_today(now, opens) if home.coop is HELSINKI else _small_today(home, now, opens)
    lanes = [_before_closing(lane, last) for lane in drawn]
    _plan_shifts(home, lanes, opens - timedelta(days=2))
    planners = [home.people[worker.sign_in] for worker in home.coop.of_role(Role.DISPATCHER)]
    for number, lane in enumerate(lanes):
        if lane.runs:
            ridden = _drawn(home, lane, last, before=opens)
            tighten(lane, ridden, now)
            day.ride(lane, ridden, dispatcher=planners[number % len(planners)])
    for run, asked_ago, starts_in, ends_in in _waiting(home):
        starts, ends = now + timedelta(minutes=starts_in), now + timedelta(minutes=ends_in)
        with home.at(opens - timedelta(hours=1)):
            trip = waiting(home, run, starts=max(starts, opens), ends=ends, last_start=last)
        day.wait(trip, asked=now - timedelta(minutes=asked_ago))
    day.tell()


def _drawn(home: Home, lane: Lane, last: datetime, *, before: datetime) -> Ridden:
    """On paper some time before; the doors it goes to are known to the co-op from then on."""
    with home.at(before - timedelta(hours=1)):
        return draw(home, lane, last_start=last)


def _before_closing(lane: Lane, last: datetime) -> Lane:
    """Late in the evening nobody rides on until the morning."""
    ends = min(lane.ends, last + CLOSING_AFTER)
    return replace(lane, starts=min(lane.starts, last), ends=max(ends, min(lane.starts, last) + CLOSING_AFTER / 2))


def _helsinki_today(now: datetime, opens: datetime) -> Iterator[Lane]:
    """Ten couriers: some near the end of their shift, some in the middle, two who begin later."""

    def shift(before_min: int, after_min: int) -> tuple[datetime, datetime]:
        starts = max(opens, floor(now - timedelta(minutes=before_min), 15))
        return starts, max(floor(now + timedelta(minutes=after_min), 15), starts + timedelta(hours=2))

    long, mid, short = shift(240, 105), shift(210, 150), shift(180, 210)
    yield Lane("aino", (Run("newspaper", 12),), *shift(240, 60), round="Newspapers", bike="Karhu", trailer="Box trailer")
    yield Lane("eero", (Run("farm_shop", 3),) * 3, *mid, round="Farm boxes", bike="Norppa", trailer="Long trailer", gather=True)
    yield Lane("ilmari", (Run("institution", 5), Run("institution", 5)), *long, round="Warm meals", bike="Ilves", late=_late(6))
    yield Lane("leila", (*_each("florist", 2), Run("pharmacy"), Run("restaurant"), Run("florist"), Run("pharmacy")), *mid)
    books = (Run("furniture"), Run("furniture"), Run("bookshop", 3), Run("furniture"))
    yield Lane("mikko", books, *short, round="Big things", bike="Majava", late=_late(4))
    noor = (Run("florist", fate="incident"), Run("restaurant"), Run("florist"), Run("restaurant"), Run("restaurant"), Run("florist"))
    yield Lane("noor", noor, *long)
    otto = (Run("restaurant"), Run("pharmacy"), *_each("restaurant", 2), Run("pharmacy"), Run("restaurant"))
    yield Lane("otto", otto, *short, late=_late(24), tight=3)
    saara = (Run("florist", fate="retry"), Run("bookshop", 3), Run("florist"), Run("pharmacy"))
    yield Lane("saara", saara, *mid, late=_late(8), tight=1)
    later = floor(now + timedelta(minutes=45), 15)
    yield Lane("tuomas", _each("restaurant", 3), later, later + timedelta(hours=4), round="Evening kitchens", bike="Kettu")
    yield Lane("veera", (), later + timedelta(minutes=45), later + timedelta(hours=5))
    schools = floor(now + timedelta(minutes=60), 30)
    yield Lane("", (Run("bookshop", 3),), schools, schools + timedelta(hours=2), round="Books to schools")
    yield Lane("hanna", (), *shift(240, 120))


def _small_today(home: Home, now: datetime, opens: datetime) -> Iterator[Lane]:
    """Two or three couriers of a smaller town."""
    starts, ends = opens, max(floor(now + timedelta(minutes=150), 15), opens + timedelta(hours=2))
    riders = [worker.sign_in for worker in home.coop.of_role(Role.COURIER) if Role.DISPATCHER not in worker.roles]
    runs = ((Run("newspaper", 4), Run("pharmacy")), (Run("florist"), Run("restaurant"), Run("florist")), (Run("farm_shop", 4),))
    for sign_in, own in zip(riders, runs, strict=False):
        yield Lane(sign_in, own, starts, ends)


def _waiting(home: Home) -> Iterator[tuple[Run, int, int, int]]:
    """What lies in the tray: the run, ordered so many minutes ago, promised from and until so many minutes from now."""
    yield Run("restaurant"), 9, 6, 28
    yield Run("pharmacy"), 12, 10, 75
    yield Run("florist"), 21, 30, 150
    if home.coop is not HELSINKI:
        return
    yield Run("florist"), 26, 45, 165
    yield Run("restaurant"), 4, 20, 80
    yield Run("florist"), 41, 60, 180
    yield Run("pharmacy"), 33, 25, 145
    yield Run("restaurant"), 2, 40, 100
    yield Run("furniture", fate="unpaid"), 8, 90, 210


def _each(shop: str, count: int) -> tuple[Run, ...]:
    return tuple(Run(shop) for _ in range(count))


def _late(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def _plan_shifts(home: Home, lanes: list[Lane], planned: datetime) -> None:
    """Who is on the road, and who sits at dispatch; planned some days before."""
    by = home.first(Role.ADMIN)
    with home.at(planned):
        for lane in lanes:
            if lane.courier:
                at_dispatch = not lane.runs and Role.DISPATCHER in home.members[lane.courier].roles
                kind = Shift.Kind.DISPATCH if at_dispatch else Shift.Kind.ROAD
                pause = floor(lane.starts + (lane.ends - lane.starts) * 0.6, 15)
                plan_shift(
                    membership=home.members[lane.courier],
                    starts_at=lane.starts,
                    ends_at=lane.ends,
                    break_at=pause if pause + timedelta(minutes=BREAK_MINUTES) < lane.ends else None,
                    break_minutes=BREAK_MINUTES,
                    kind=kind,
                    by=by,
                )


def tell_yesterday(home: Home, now: datetime) -> None:
    """Over, but for what failed and for what nobody got to."""
    on = home.day_of(now) - timedelta(days=1)
    starts, ends = home.local(on, 8), home.local(on, 15)
    day = Day(home, on, opens=starts, now=home.local(on, 22))
    lanes = [
        Lane("aino", (Run("newspaper", 9),), starts, ends, round="Newspapers", bike="Karhu", trailer="Box trailer"),
        Lane("leila", (Run("florist"), Run("florist", fate="incident"), Run("pharmacy")), starts, ends),
        Lane("otto", (Run("restaurant"), Run("bookshop", 2), Run("florist", fate="never")), starts, ends),
        Lane("saara", (Run("farm_shop", 3), Run("farm_shop", 3, fate="never")), starts, ends, round="Farm boxes", gather=True),
    ]
    if home.coop is not HELSINKI:
        rider = home.coop.of_role(Role.COURIER)[-1].sign_in
        lanes = [Lane(rider, (Run("florist"), Run("newspaper", 3), Run("restaurant", fate="incident")), starts, ends)]
    _plan_shifts(home, lanes, starts - timedelta(days=2))
    planner = home.first(Role.DISPATCHER)
    for lane in lanes:
        day.ride(lane, _drawn(home, lane, ends, before=starts), dispatcher=planner)
    day.tell()


def first_day(now: datetime) -> datetime:
    """The books begin with last month."""
    return now.replace(day=1, hour=6, minute=0, second=0, microsecond=0) - relativedelta(months=1)


def tell_weeks(home: Home, now: datetime) -> Iterator[date]:
    """The days from the first of last month to the day before yesterday; each is yielded once it is told."""
    today, on = home.day_of(now), first_day(now).date()
    riders = [worker.sign_in for worker in home.coop.of_role(Role.COURIER)]
    shops = [shop.key for shop in home.coop.shops]
    number = 0
    while on < today - timedelta(days=1):
        if on.weekday() in (TOLD_DAYS if home.coop is HELSINKI else TOLD_DAYS[1:2]):
            _ordinary_day(home, on, riders[number % len(riders)], shops, number)
            number += 1
        yield on
        on += timedelta(days=1)


def _ordinary_day(home: Home, on: date, rider: str, shops: list[str], number: int) -> None:
    starts, ends = home.local(on, 9), home.local(on, 13)
    day = Day(home, on, opens=starts, now=home.local(on, 20), brief=True)
    count = 2 if home.coop is HELSINKI else 1
    keys = [shops[(number * count + step) % len(shops)] for step in range(count)]
    runs = tuple(Run(key, 3 if home.shop(key).regular else 1) for key in keys)
    lane = Lane(rider, runs, starts, ends)
    day.ride(lane, _drawn(home, lane, ends, before=starts), dispatcher=home.first(Role.DISPATCHER))
    day.tell()
