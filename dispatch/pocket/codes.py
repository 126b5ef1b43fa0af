"""The codes on the parcels of a courier's day, so that a label read without network finds its stop."""

import re
from collections.abc import Iterable

from dispatch.models import TaskKind
from dispatch.pocket.visits import Visit
from dispatch.services.labels import bound_to
from orders.models import Parcel

SPAN = re.compile(r"(\d+)-(\d+)")


def know_codes(visits: Iterable[Visit]) -> None:
    """Gives each stop its `codes`: `HE-4021/1-5` for pieces of ours, and what was tied to it. Two queries, however many stops."""
    rows = list(visits)
    tasks = [task for visit in rows for task in visit.tasks]
    spans, bound = _spans({task.delivery_id for task in tasks}), bound_to(tasks)
    for visit in rows:
        for task in visit.tasks:
            of_delivery = spans.get(task.delivery_id, {})
            first, last = (
                min((span[0] for span in of_delivery.values()), default=1),
                max((span[1] for span in of_delivery.values()), default=0),
            )
            if task.kind == TaskKind.DROPOFF:
                first, last = of_delivery.get(task.stop_id, (1, 0))
            visit.codes += [
                f"{task.delivery.number}/{first}-{last}",
                *(code for code in bound.get(task.delivery_id, ()) if code not in visit.codes),
            ]


def _spans(deliveries: set[int]) -> dict[int, dict[int, tuple[int, int]]]:
    """By delivery and drop, the first and last piece, numbered as the labels are."""
    found: dict[int, dict[int, tuple[int, int]]] = {}
    last: dict[int, int] = {}
    parcels = Parcel.objects.filter(delivery__in=deliveries).order_by("delivery", "dropoff__position", "pk")
    for delivery, drop, pieces in parcels.values_list("delivery", "dropoff", "quantity"):
        begin = last.get(delivery, 0) + 1
        last[delivery] = begin + pieces - 1
        spans = found.setdefault(delivery, {})
        spans[drop] = (spans.get(drop, (begin, 0))[0], last[delivery])
    return found


def holder_of(code: str, visits: Iterable[Visit]) -> Visit | None:
    """The stop of the day that this code belongs to: an open one before a finished one."""
    fitting = [visit for visit in visits if any(_fits(code, known) for known in visit.codes)]
    return next((visit for visit in fitting if visit.is_open), next(iter(fitting), None))


def _fits(code: str, known: str) -> bool:
    """As in static/js/pocket/codes.js: `HE-4021/3` within `HE-4021/1-5`, `HE-4021` alone, or the very code that was tied."""
    number, _slash, piece = code.partition("/")
    of, _slash, span = known.partition("/")
    match = SPAN.fullmatch(span)
    if match is None:
        return known.upper() == code
    first, last = int(match[1]), int(match[2])
    return of.upper() == number and (not piece or last < first or (piece.isdecimal() and first <= int(piece) <= last))
