"""What the recipient's page says, worked out in one place: one time, the promise, and how far it is. Never who rides."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coopdelivery.kit import words
from orders.models import DeliveryStatus, Stop, StopKind, StopStatus
from orders.outlook import Arrival, arrival
from orders.rows import last_fetched

MARGIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Knot:
    """One bead of the thread: state is done, now or todo."""

    state: str
    title: str
    detail: str
    pickup: bool = False


@dataclass(frozen=True, slots=True)
class Face:
    glyph: str
    status: str
    before: str
    big: str
    after: str
    thread: list[Knot]
    asks: bool
    lives: bool


def face_of(stop: Stop, *, shows_stops_before: bool = True) -> Face:
    """For a drop read with its delivery; the collective's zone and the reader's language are active."""
    if stop.delivery.status == DeliveryStatus.CANCELLED or stop.status == StopStatus.CANCELLED:
        after = _("Ask the sender if you did not expect this.")
        return Face("off", _("Cancelled"), _("This delivery was"), _("cancelled"), after, [], asks=False, lives=False)
    pickup = last_fetched(list(stop.delivery.stops.filter(kind=StopKind.PICKUP)))
    if stop.status == StopStatus.DONE:
        return _handed_over(stop, pickup)
    if stop.status == StopStatus.FAILED:
        return _failed(stop, pickup)
    foreseen = arrival(stop) or Arrival()
    return _expected(stop, pickup, foreseen, shows_stops_before=shows_stops_before)


def _handed_over(stop: Stop, pickup: Stop | None) -> Face:
    to = _("Received by %(name)s.") % {"name": stop.received_by} if stop.received_by else ""
    thread = [*_begun(stop, pickup), Knot("done", _("Delivered"), words.clock(stop.finished_at))]
    return Face("ok", _("Delivered"), _("Handed over at"), words.clock(stop.finished_at), to, thread, asks=False, lives=False)


def _failed(stop: Stop, pickup: Stop | None) -> Face:
    after = _("Nobody could take it. Tell us below what to do; the co-op decides and calls if needed.")
    return Face(
        "failed",
        _("We could not deliver"),
        _("Nobody there at"),
        words.clock(stop.finished_at),
        after,
        _begun(stop, pickup),
        asks=True,
        lives=True,
    )


def _expected(stop: Stop, pickup: Stop | None, foreseen: Arrival, *, shows_stops_before: bool) -> Face:
    promised = words.promise(stop.window_start, stop.window_end)
    day = words.day(stop.window_start)
    picked_up = pickup is not None and pickup.status == StopStatus.DONE
    thread = [*_begun(stop, pickup), *_ahead(stop, foreseen, picked_up=picked_up, shows_stops_before=shows_stops_before)]
    at = foreseen.planned_at
    if timezone.now() > stop.window_end:
        after = _("Promised %(day)s, %(promise)s. It is late; call us if you cannot wait.") % {"day": day, "promise": promised}
        return Face("late", _("Later than promised"), _("It was promised for"), promised, after, thread, asks=True, lives=True)
    if at is None or not picked_up:
        glyph, status = ("go", _("Picked up")) if picked_up else ("wait", _("To be picked up"))
        after = _("Promised for %(day)s. The time gets narrower once it is on the way.") % {"day": day}
        return Face(glyph, status, _("With you between"), promised, after, thread, asks=True, lives=True)
    if at > stop.window_end:
        after = _("Promised %(promise)s. The round is a little behind, and we prefer to say so now.") % {"promise": promised}
        return Face("risk", _("A little later than promised"), _("With you around"), words.clock(at), after, thread, asks=True, lives=True)
    values = {"from": words.clock(at - MARGIN), "until": words.clock(at + MARGIN), "promise": promised}
    after = _("Between %(from)s and %(until)s. Promised %(promise)s.") % values
    return Face("go", _("On the way"), _("With you around"), words.clock(at), after, thread, asks=True, lives=True)


def _begun(stop: Stop, pickup: Stop | None) -> list[Knot]:
    placed = stop.delivery.placed_at
    same_day = timezone.localdate(placed) == timezone.localdate()
    ordered = Knot("done", _("Ordered"), words.clock(placed) if same_day else words.day(placed))
    if pickup is None:
        return [ordered]
    if pickup.status == StopStatus.DONE:
        return [ordered, Knot("done", _("Picked up at the sender's"), words.clock(pickup.finished_at), pickup=True)]
    return [ordered, Knot("todo", _("To be picked up at the sender's"), _promised(pickup), pickup=True)]


def _ahead(stop: Stop, foreseen: Arrival, *, picked_up: bool, shows_stops_before: bool) -> list[Knot]:
    here = Knot("todo", stop.place.street_address, _("at your place"))
    before = foreseen.stops_before
    if not picked_up or before is None or not shows_stops_before:
        return [here]
    text = ngettext("%(count)d stop before yours", "%(count)d stops before yours", before) % {"count": before}
    title = text if before else _("You are next")
    return [Knot("now", title, _("updated at %(time)s") % {"time": words.clock(timezone.now())}), here]


def _promised(stop: Stop) -> str:
    return words.promise(stop.window_start, stop.window_end)


def ask_before(stop: Stop, foreseen: Arrival | None) -> datetime:
    """Until when a choice still reaches the courier in good time."""
    at = foreseen.planned_at if foreseen and foreseen.planned_at else stop.window_end
    return at - MARGIN
