"""When something can be had: the shop is open, it had time to prepare, and for a ride the co-op is open too. Pure but for reading hours."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta

from collectives.models import Collective
from collectives.opening import OpeningCalendar
from coopdelivery.kit.windows import Window
from orders.models import ShopWindow
from orders.slots import Slot

HOUR = timedelta(hours=1)
SHORTEST = timedelta(minutes=30)
QUARTER = timedelta(minutes=15)
Range = tuple[int, time, time]


def ranges_of(shop: ShopWindow) -> list[Range]:
    return [(day, time.fromisoformat(opens), time.fromisoformat(closes)) for day, opens, closes in shop.hours]


def as_kept(ranges: Iterable[Range]) -> list[list[object]]:
    return [[day, f"{opens:%H:%M}", f"{closes:%H:%M}"] for day, opens, closes in sorted(ranges)]


def calendar_of(shop: ShopWindow, collective: Collective) -> OpeningCalendar:
    hours: dict[int, list[tuple[time, time]]] = {}
    for day, opens, closes in ranges_of(shop):
        hours.setdefault(day, []).append((opens, closes))
    return OpeningCalendar(collective.zone, hours, frozenset())


def ready_at(opening: Window, now: datetime, prepares: timedelta) -> datetime:
    """From when it is ready within an opening: preparing begins when it is bought, or when the shop opens."""
    return max(opening.start, now) + prepares


def can_ride(slots: Iterable[Slot], openings: list[Window], now: datetime, prepares: timedelta) -> Iterator[Slot]:
    """The co-op's slots at whose beginning the shop is open and the basket is ready."""
    for slot in slots:
        if slot.free and any(ready_at(each, now, prepares) <= slot.window.start < each.end for each in openings):
            yield slot


def can_collect(openings: list[Window], now: datetime, prepares: timedelta) -> Iterator[Window]:
    """Hours of the shop, from when it is ready; a rest under half an hour is left out."""
    for opening in openings:
        start = opening.start
        while start < opening.end:
            end = min(start + HOUR, opening.end)
            begin = max(start, _next_quarter(ready_at(opening, now, prepares)))
            if end - begin >= SHORTEST:
                yield Window(begin, end)
            start = end


def _next_quarter(moment: datetime) -> datetime:
    """So that what was offered a minute ago is still offered."""
    over = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment if not over else moment - over + QUARTER
