"""What happened to a delivery, from the journal, in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from coopdelivery.journal.models import Event
from coopdelivery.kit.money import Money
from coopdelivery.kit.words import said
from coopdelivery.people.models import Person
from orders.models import Delivery, Stop
from orders.services.supplements import WAITING


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    text: str
    by: str
    glyph: str


GLYPHS = {"delivery.delivered": "ok", "delivery.failed": "failed", "delivery.cancelled": "off", "delivery.picked_up": "go"}


def story(delivery: Delivery) -> list[Entry]:
    """The delivery's facts and its stops', oldest first; what has no words here is left out."""
    stops = [str(stop.ref) for stop in delivery.stops.all()]
    events = list(Event.objects.filter(subject__in=[str(delivery.ref), *stops]).order_by("pk"))
    names = dict(Person.objects.filter(pk__in={event.by_id for event in events if event.by_id}).values_list("pk", "name"))
    told = ((event, _words(event)) for event in events)
    return [Entry(event.at, text, names.get(event.by_id or 0, ""), GLYPHS.get(event.name, "wait")) for event, text in told if text]


_PLAIN: dict[str, Any] = {
    "delivery.placed": gettext_lazy("Ordered"),
    "delivery.paid": gettext_lazy("Paid by card"),
    "delivery.picked_up": gettext_lazy("Picked up"),
    "delivery.delivered": gettext_lazy("Delivered"),
    "delivery.failed": gettext_lazy("Could not be delivered"),
    "delivery.reopened": pgettext_lazy("happened", "Open again"),
    "delivery.cancelled": gettext_lazy("Cancelled"),
    "delivery.restored": gettext_lazy("Not cancelled after all"),
    "stop.cancelled": gettext_lazy("One drop less"),
    "stop.restored": gettext_lazy("The drop is to do after all"),
    "delivery.changed": gettext_lazy("Changed"),
    "change.withdrawn": gettext_lazy("What was asked is taken back"),
}
_WITH_REASON: dict[str, Any] = {
    "delivery.failed": gettext_lazy("Could not be delivered: %(reason)s"),
    "delivery.cancelled": gettext_lazy("Cancelled: %(reason)s"),
    "delivery.changed": gettext_lazy("Changed: %(reason)s"),
}


def _words(event: Event) -> str:
    reason = said(str(event.data.get("reason", "")))
    if reason and event.name in _WITH_REASON:
        return str(_WITH_REASON[event.name]) % {"reason": reason}
    if event.name == "order.repriced":
        return _price_said(event.data)
    if event.name == "change.asked":
        asks = _("Asked to cancel: %(reason)s") if event.data.get("kind") == "cancel" else _("Asked to change: %(reason)s")
        return asks % {"reason": reason}
    if event.name == "change.refused":
        return _("The co-op refused: %(answer)s") % {"answer": said(str(event.data.get("answer", "")))}
    if event.name == "recipient.chose":
        choice = Stop(if_absent=event.data.get("choice", "")).get_if_absent_display()
        return _("The recipient wrote: %(choice)s") % {"choice": choice}
    return str(_PLAIN.get(event.name, ""))


def _price_said(data: Mapping[str, Any]) -> str:
    """`data` is that of `order.repriced`."""
    before, after = (Money(data[name], data["currency"]) for name in ("before_cents", "after_cents"))
    values = {"before": before, "after": after, "label": data["why"], "reason": data["reason"]}
    if data["why"] == WAITING:
        return _("Waiting is charged: %(before)s before, %(after)s now, with VAT") % values
    return _("%(label)s: %(before)s before, %(after)s now, with VAT. %(reason)s") % values
