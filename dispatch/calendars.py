"""A member's rounds and shifts as iCalendar: two weeks back, two months ahead."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from icalendar import Calendar, Event

from collectives.models import Collective, Membership, Shift
from dispatch.models import Round

BACK, AHEAD = timedelta(days=14), timedelta(days=60)


def calendar_of(member: Membership, collective: Collective) -> bytes:
    """Needs the collective's scope. Places and recipients are not in it: calendars travel."""
    now = timezone.now()
    calendar = Calendar()
    calendar.add("prodid", "-//Coopdelivery//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", collective.name)
    for shift in Shift.objects.filter(membership=member, ends_at__gt=now - BACK, starts_at__lt=now + AHEAD):
        calendar.add_component(_event(f"shift-{shift.ref}", str(shift.get_kind_display()), shift.starts_at, shift.ends_at, collective))
    today = collective.today()
    for row in _rounds(member, today - BACK, today + AHEAD):
        if row.first is not None:
            stops = ngettext("%(count)d stop", "%(count)d stops", row.stops) % {"count": row.stops}
            words = _("%(round)s, %(stops)s") % {"round": row.name or _("Loose stops"), "stops": stops}
            calendar.add_component(_event(f"round-{row.ref}", words, row.starts_at or row.first, row.last, collective))
    written: bytes = calendar.to_ical()
    return written


def _rounds(member: Membership, first: date, last: date) -> list[Any]:
    """With `first` and `last` promise and the number of `stops`."""
    rounds = Round.objects.filter(courier=member, on__gte=first, on__lte=last).order_by("on", "pk")
    window = {"first": Min("tasks__stop__window_start"), "last": Max("tasks__stop__window_end")}
    return list(rounds.annotate(stops=Count("tasks"), **window))


def _event(uid: str, words: str, start: datetime, end: datetime, collective: Collective) -> Event:
    event = Event()
    event.add("uid", f"{uid}@coopdelivery")
    event.add("summary", words)
    event.add("dtstamp", timezone.now())
    event.add("dtstart", timezone.localtime(start, collective.zone))
    event.add("dtend", timezone.localtime(end, collective.zone))
    return event
