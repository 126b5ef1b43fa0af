"""When an order may be promised: one answer for the form, the API and imports."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective
from coopdelivery.kit import words
from coopdelivery.kit.windows import Window, local_day
from orders.refusals import BadWindow, ClosedThen, CutOff, Refused, SlotFull, TooEarly, TooLate
from orders.services.terms import check_room, drops_by_hour, order_calendar, terms_in_force
from orders.slots import Slot, slots_on

DAYS_AHEAD = 60
LONGEST = timedelta(hours=24)
OFFERED, DAYS_OFFERED = 3, 14
_BEFORE_PICKUP = _("The drop begins before the pickup. Choose a later window.")
_CLOSED_ALL_DAY = _("The co-op is closed that day: %(day)s. Choose another day.")
_NO_HOURS = _("The co-op has not said yet when it is open. Call it, or try later.")


class WindowCheck:
    """Checks the windows of one request; opening hours are read once."""

    def __init__(self, collective: Collective, now: datetime, *, but: int | None = None) -> None:
        """`but`: a delivery that is being changed, whose own drops take no room from it."""
        self.but = but
        self.now = now
        self.zone = collective.zone
        self.terms = terms_in_force()
        self.calendar = order_calendar(collective, self.terms)
        self._slots: dict[date, list[Slot]] = {}

    def checked(self, start: datetime, end: datetime, *, field: str) -> Window:
        """The window, if it can be promised. Raises BadWindow, TooEarly, and with the next free windows TooLate (CutOff), ClosedThen."""
        if timezone.is_naive(start) or timezone.is_naive(end) or end <= start or end - start > LONGEST:
            raise BadWindow(field)
        if self.terms.too_late(start, self.now, self.zone):
            raise self.with_offers(self._too_late(start, field), start)
        if start > self.now + timedelta(days=DAYS_AHEAD):
            raise TooEarly(field, days=DAYS_AHEAD)
        window = Window(start, end)
        if not self.calendar.open_throughout(window):
            raise self.with_offers(self._closed(local_day(start, self.zone), field), start)
        return window

    def check_room(self, wanted: Sequence[tuple[str, datetime]]) -> None:
        """Whether these drops (field, start) fit in their hours. Raises SlotFull with the next free windows."""
        try:
            check_room(wanted, self.terms, but=self.but)
        except SlotFull as full:
            raise self.with_offers(full, min(start for _field, start in wanted)) from None

    def with_offers(self, refused: Refused, wanted: datetime) -> Refused:
        """The refusal, with what is free instead: from the hour that was asked for, or from now when that is over."""
        refused.zone, refused.offers = self.zone, self.next_free(max(wanted, self.now))
        return refused

    def next_free(self, after: datetime, most: int = OFFERED) -> list[Window]:
        """The first windows of the form that end after that instant and can still be had, within two weeks."""
        first = local_day(after, self.zone)
        found: list[Window] = []
        for day in (first + timedelta(days=n) for n in range(DAYS_OFFERED)):
            openings = self.calendar.windows(day)
            if openings and day not in self._slots:
                taken = drops_by_hour(openings[0].start, openings[-1].end) if self.terms.drops_an_hour is not None else {}
                self._slots[day] = slots_on(day, self.calendar, self.now, self.terms, taken)
            found += [slot.window for slot in self._slots.get(day, []) if slot.free and slot.window.end > after]
            if len(found) >= most:
                break
        return found[:most]

    @staticmethod
    def must_follow(drop: Window, pickup: Window, *, field: str) -> None:
        """A drop does not begin before its pickup. Raises BadWindow."""
        if drop.start < pickup.start:
            raise BadWindow(field, _BEFORE_PICKUP)

    def _too_late(self, start: datetime, field: str) -> TooLate:
        last = self.terms.last_moment(start, self.zone)
        if last == start:
            return TooLate(field)
        with timezone.override(self.zone):
            return CutOff(field, moment=f"{words.day(last)} {words.clock(last)}")

    def _closed(self, day: date, field: str) -> ClosedThen:
        """With the way out: that day's hours, or another day."""
        if not self.calendar.hours:
            return ClosedThen(field, _NO_HOURS)
        openings = self.calendar.windows(day)
        with timezone.override(self.zone):
            if not openings:
                return ClosedThen(field, _CLOSED_ALL_DAY, day=words.day(day))
            return ClosedThen(field, hours=", ".join(words.promise(opening.start, opening.end) for opening in openings))
