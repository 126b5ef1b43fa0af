"""VROOM behind one function. It is an extra (`help`): without it the board plans as ever, and says that no order can be suggested."""

import importlib
import importlib.util
from collections.abc import Hashable, Sequence
from functools import cache
from itertools import count
from typing import Any

from dispatch.outlook.suggest import Order, Room, Visit

SLACKS = (0, 15 * 60, 30 * 60, 3600, 2 * 3600)
FAR = 30 * 24 * 3600
EXPLORATION = 3


@cache
def available() -> bool:
    return importlib.util.find_spec("vroom") is not None


def solve(visits: Sequence[Visit], durations: Sequence[Sequence[int]], *, keep_promises: bool, room: Room | None = None) -> Order | None:
    """The shortest order that keeps the promises, or breaks them by as little as it must; or the shortest of all. None: none found.

    The load never passes `room`; where no order can keep to it, none is found.
    """
    if not visits:
        return ()
    for slack in SLACKS if keep_promises else ():
        order = _solve(visits, durations, slack, room)
        if order is not None:
            return order
    return _solve(visits, durations, FAR, room)


def _solve(visits: Sequence[Visit], durations: Sequence[Sequence[int]], slack: int, room: Room | None) -> Order | None:
    vroom: Any = importlib.import_module("vroom")
    problem = vroom.Input()
    problem.set_durations_matrix(profile="car", matrix_input=[list(row) for row in durations])
    problem.add_vehicle(vroom.Vehicle(1, start=0, capacity=list(room) if room else []))
    visit_of = _add(vroom, problem, visits, slack, weighed=room is not None)
    answer = problem.solve(exploration_level=EXPLORATION, nb_threads=1).to_dict()
    if answer["code"] or answer["unassigned"] or not answer["routes"]:
        return None
    steps = [step for step in answer["routes"][0]["steps"] if "id" in step]
    return tuple(dict.fromkeys(visit_of[step["id"]] for step in steps))


def _add(vroom: Any, problem: Any, visits: Sequence[Visit], slack: int, *, weighed: bool) -> dict[int, int]:
    """Each drop with its pickup is a shipment, the rest are single jobs; returns which visit every step means."""
    pickup_of: dict[Hashable, int] = {visit.delivery: n for n, visit in enumerate(visits) if visit.pickup}
    drops: dict[int, int] = {}
    for visit in visits:
        if not visit.pickup and visit.delivery in pickup_of:
            drops[pickup_of[visit.delivery]] = drops.get(pickup_of[visit.delivery], 0) + 1
    keys, visit_of = count(1), {}

    def amount(n: int) -> Any:
        return vroom.Amount([visits[n].weight_g, visits[n].volume_l] if weighed else [])

    def step(kind: Any, n: int, service: int, **loads: Any) -> Any:
        key = next(keys)
        visit_of[key] = n
        opens = max(0, visits[n].opens) if slack < FAR else 0
        closes = FAR if slack == FAR else max(opens, visits[n].closes + slack)
        return kind(key, n + 1, default_service=service, time_windows=[vroom.TimeWindow(opens, closes)], **loads)

    for n, visit in enumerate(visits):
        start = pickup_of.get(visit.delivery)
        if not visit.pickup and start is not None:
            pickup = step(vroom.ShipmentStep, start, visits[start].service_s // drops[start])
            problem.add_shipment(pickup, step(vroom.ShipmentStep, n, visits[n].service_s), amount=amount(n))
        elif n not in drops:
            load = {"pickup" if visit.pickup else "delivery": amount(n)} if weighed else {}
            problem.add_job([step(vroom.Job, n, visits[n].service_s, **load)])
    return visit_of
