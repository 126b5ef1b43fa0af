"""Whose message it is: the name, zone, language and address of the collective that speaks. The collectives' floor answers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The sender as the reader sees it."""

    name: str = "Coopdelivery"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(settings.TIME_ZONE))
    language: str = settings.LANGUAGE_CODE
    country: str = ""
    reply_to: str = ""
    phone: str = ""


_sources: list[Callable[[int], Letterhead | None]] = []


def letterhead_source(source: Callable[[int], Letterhead | None]) -> Callable[[int], Letterhead | None]:
    """Register who knows the letterhead of a collective by its id."""
    _sources.append(source)
    return source


def letterhead_of(collective_id: int | None) -> Letterhead:
    """The collective's letterhead; the house's own when there is no collective."""
    if collective_id is not None:
        for source in _sources:
            found = source(collective_id)
            if found is not None:
                return found
    return Letterhead()
