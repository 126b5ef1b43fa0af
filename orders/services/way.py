"""The way of a delivery, as a router measured it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """`unlocated` places are not in the distance; `line` is an encoded polyline of six digits.

    `legs_m` are the metres to each stop after the first; empty for a way that was kept before they were.
    """

    distance_m: int
    estimated: bool
    unlocated: int
    line: str
    legs_m: Sequence[int] = ()
