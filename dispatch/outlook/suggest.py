"""Other orders for the stops of one list, with what each would come to. Pure; nothing is chosen here, and nobody is given anything."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dispatch.outlook.load import Freight, carry

SERVICE_S = 180
MOST_TRIED = 60
Order = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """A stop; `opens` and `closes` are seconds from the start and may be negative. Visit n is row and column n + 1 of the matrices.

    `delivery` ties drops to their pickup; `weight_g` and `volume_l` are loaded at a pickup and unloaded at a drop. `service_s` is how
    long people stand there.
    """

    delivery: Hashable
    pickup: bool
    opens: int
    closes: int
    weight_g: int = 0
    volume_l: int = 0
    service_s: int = SERVICE_S


Room = tuple[int, int]  # grams and litres that the bike with its trailer carries


class Solve(Protocol):
    """Finds an order of the visits whose load never passes `room`; None when it finds none."""

    def __call__(
        self, visits: Sequence[Visit], durations: Sequence[Sequence[int]], *, keep_promises: bool, room: Room | None = None
    ) -> Order | None: ...


@dataclass(frozen=True, slots=True)
class Figures:
    """What an order comes to: metres, seconds in all, seconds of arrival at each stop in that order, minutes late for each (0: kept)."""

    distance_m: int
    duration_s: int
    arrivals_s: tuple[int, ...]
    late: tuple[int, ...]

    @property
    def late_count(self) -> int:
        return sum(minutes > 0 for minutes in self.late)

    @property
    def late_minutes(self) -> int:
        return sum(self.late)


@dataclass(frozen=True, slots=True)
class Proposal:
    """`kind` says what it was looked for: now, promises, shortest, one or deadlines."""

    kind: str
    order: Order
    figures: Figures


def figures(
    order: Sequence[int], visits: Sequence[Visit], durations: Sequence[Sequence[int]], distances: Sequence[Sequence[int]]
) -> Figures:
    """Ride through the visits in this order, waiting where it is too early."""
    here, clock, metres = 0, 0, 0
    arrivals, late = [], []
    for n in order:
        visit = visits[n]
        metres += distances[here][n + 1]
        clock = max(clock + durations[here][n + 1], visit.opens)
        arrivals.append(clock)
        late.append(max(0, -((visit.closes - clock) // 60)))
        clock += visit.service_s
        here = n + 1
    return Figures(metres, clock, tuple(arrivals), tuple(late))


def proposals(
    visits: Sequence[Visit],
    durations: Sequence[Sequence[int]],
    distances: Sequence[Sequence[int]],
    *,
    kept: frozenset[int] = frozenset(),
    solve: Solve | None,
    room: Room | None = None,
) -> list[Proposal]:
    """The order as it is, then every different one that was found. `kept` visits stay in exactly their place.

    No other order is heavier than `room`, or than the present one where that is too heavy already.
    """
    now = tuple(range(len(visits)))
    found: dict[Order, str] = {now: "now"}
    free = [n for n in now if n not in kept]
    wanted: list[tuple[str, Order | None]] = []
    part, within = [visits[n] for n in free], _part(durations, free)
    if solve is not None:
        wanted = [(kind, solve(part, within, keep_promises=keep, room=room)) for kind, keep in (("promises", True), ("shortest", False))]
    wanted.append(("one", one_moved(part, within, _part(distances, free))))
    wanted.append(("deadlines", by_deadline(part)))
    for kind, order in wanted:
        whole = None if order is None else weave([free[n] for n in order], {n: n for n in kept})
        if whole is not None and whole not in found and pickups_first(whole, visits) and fits(whole, visits, room):
            found[whole] = kind
    return [Proposal(kind, order, figures(order, visits, durations, distances)) for order, kind in found.items()]


def fits(order: Sequence[int], visits: Sequence[Visit], room: Room | None) -> bool:
    """Whether the load stays within the room, or at least under what the present order carries."""
    if room is None:
        return True
    now, then = peak(range(len(visits)), visits), peak(order, visits)
    return then[0] <= max(room[0], now[0]) and then[1] <= max(room[1], now[1])


def peak(order: Iterable[int], visits: Sequence[Visit]) -> Room:
    """The heaviest and the fullest moment."""
    found = carry([Freight(visits[n].delivery, visits[n].pickup, visits[n].weight_g, visits[n].volume_l) for n in order])
    return found.peak_g, found.peak_l


def one_moved(visits: Sequence[Visit], durations: Sequence[Sequence[int]], distances: Sequence[Sequence[int]]) -> Order | None:
    """The order as it is but for the one stop whose other place helps most: less lateness, then less time. None when none helps."""
    now = tuple(range(len(visits)))
    if len(now) > MOST_TRIED:
        return None

    def cost(order: Order) -> tuple[int, int, int]:
        facts = figures(order, visits, durations, distances)
        return facts.late_minutes, facts.duration_s, facts.distance_m

    tried = (_moved(now, n, place) for n in now for place in now if n != place)
    best = min((order for order in tried if pickups_first(order, visits)), key=cost, default=now)
    return best if cost(best) < cost(now) else None


def _moved(order: Order, n: int, place: int) -> Order:
    rest = [*order[:n], *order[n + 1 :]]
    return (*rest[:place], order[n], *rest[place:])


def by_deadline(visits: Sequence[Visit]) -> Order:
    """What closes first comes first; a pickup right before the first drop that needs it."""
    first: dict[Hashable, int] = {}
    for visit in visits:
        if not visit.pickup:
            first[visit.delivery] = min(visit.closes, first.get(visit.delivery, visit.closes))
    due = [first.get(visit.delivery, visit.closes) if visit.pickup else visit.closes for visit in visits]
    return tuple(sorted(range(len(visits)), key=lambda n: (due[n], not visits[n].pickup, n)))


def weave(order: Sequence[int], kept: Mapping[int, int]) -> Order:
    """The visits in order, around those that keep their place."""
    free = iter(order)
    return tuple(kept[place] if place in kept else next(free) for place in range(len(order) + len(kept)))


def pickups_first(order: Sequence[int], visits: Sequence[Visit]) -> bool:
    """No drop before the pickup of its own delivery."""
    dropped: set[Hashable] = set()
    for n in order:
        if visits[n].pickup and visits[n].delivery in dropped:
            return False
        if not visits[n].pickup:
            dropped.add(visits[n].delivery)
    return True


def _part(durations: Sequence[Sequence[int]], chosen: Sequence[int]) -> list[list[int]]:
    keys = [0, *(n + 1 for n in chosen)]
    return [[durations[row][column] for column in keys] for row in keys]
