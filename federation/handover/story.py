"""What happened to a hand-over, from the reader's own journal, in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from collectives.models import Collective
from coopdelivery.journal.models import Event
from coopdelivery.kit.money import Money
from coopdelivery.people.models import Person
from federation.models import Handover

WORDS: Mapping[str, Any] = {
    "handover.offered": _("Offered"),
    "handover.accepted": _("Accepted"),
    "handover.refused": _("Refused: %(reason)s"),
    "handover.withdrawn": _("Withdrawn"),
    "handover.expired": _("Not answered in time"),
    "handover.collected": _("The parcels changed hands"),
    "handover.reopened": _("To fetch again"),
    "handover.delivered": _("Delivered"),
    "handover.failed": _("Could not be delivered"),
    "handover.returned": _("Given back: %(reason)s"),
    "handover.cancelled": _("Cancelled"),
    "handover.changed": _("Changed by the co-op that sold it"),
    "handover.settled": _("In the accounts of both: %(gross)s with VAT"),
    "handover.credited": _("Part of the price was given back"),
    "handover.attempted": _("Tried, and not possible any more"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    text: str
    by: str


def story(handover: Handover, reader: Collective) -> list[Entry]:
    """Oldest first; the names are those of the two dispatchers who agreed on it."""
    events = list(Event.objects.filter(subject=str(handover.ref), collective_id=reader.pk, name__in=WORDS).order_by("pk"))
    names = dict(Person.objects.filter(pk__in={event.by_id for event in events if event.by_id}).values_list("pk", "name"))
    return [Entry(event.at, str(WORDS[event.name]) % _facts(event, handover), names.get(event.by_id or 0, "")) for event in events]


def _facts(event: Event, handover: Handover) -> dict[str, object]:
    """What a sentence may name."""
    gross = event.data.get("gross_cents")
    return {"reason": event.data.get("reason", "–"), "gross": Money(gross, handover.currency) if isinstance(gross, int) else ""}
