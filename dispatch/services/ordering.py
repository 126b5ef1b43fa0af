"""Where new tasks fit into a list without moving its neighbours. Pure; no database.

Positions are whole numbers with room between them, so that a gesture touches only what it moved. What is finished never moves.
"""

from collections.abc import Sequence
from typing import NamedTuple

GAP = 1 << 20


class Item(NamedTuple):
    """A task already in the list; `fixed` ones keep their position for ever."""

    pk: int
    position: int
    fixed: bool


def place(items: Sequence[Item], moving: Sequence[int], index: int) -> dict[int, int]:
    """Positions for `moving`, in their order, before `items[index]` (or at the end), and for neighbours that had to make room.

    `items` are in order and contain none of `moving`. Between two finished tasks without room the new ones come right after.
    """
    found = _slots(len(moving), _position(items, index - 1), _position(items, index))
    if found is not None:
        return dict(zip(moving, found, strict=True))
    low, high = index, index
    while low > 0 and not items[low - 1].fixed:
        low -= 1
    while high < len(items) and not items[high].fixed:
        high += 1
    run = [item.pk for item in items[low:index]] + list(moving) + [item.pk for item in items[index:high]]
    found = _slots(len(run), _position(items, low - 1), _position(items, high))
    if found is not None:
        return dict(zip(run, found, strict=True))
    return place(items, moving, high + 1)


def _position(items: Sequence[Item], index: int) -> int | None:
    return items[index].position if 0 <= index < len(items) else None


def _slots(count: int, after: int | None, before: int | None) -> list[int] | None:
    """`count` growing numbers strictly between the two, evenly spread; None when there is no room."""
    if before is None:
        start = 0 if after is None else after
        return [start + GAP * (n + 1) for n in range(count)]
    if after is None:
        return [before - GAP * (count - n) for n in range(count)]
    step = (before - after) // (count + 1)
    return [after + step * (n + 1) for n in range(count)] if step else None
