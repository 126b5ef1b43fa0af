"""Photos of the handover, which the floor above keeps. It registers one lookup when it starts; without it there are none to show."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Picture:
    """`image` is the stored file, a JPEG; who took it is never told here."""

    ref: UUID
    stop_id: int
    taken_at: datetime
    image: Any


Lookup = Callable[[list[int]], list[Picture]]
_lookups: list[Lookup] = []


def register_pictures(lookup: Lookup) -> Lookup:
    """`lookup(stop ids)` answers, in one go, the photos of these stops, oldest first."""
    _lookups.append(lookup)
    return lookup


def pictures_of(stops: Iterable[int]) -> dict[int, list[Picture]]:
    """By stop."""
    found: dict[int, list[Picture]] = {}
    wanted = list(stops)
    for picture in [each for lookup in _lookups for each in lookup(wanted)] if wanted else []:
        found.setdefault(picture.stop_id, []).append(picture)
    return found
