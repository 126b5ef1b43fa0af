"""Whom hand-overs concern: the dispatchers of the other side. No message names a recipient, a street or a telephone."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective, Membership, Role
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.journal.services import subscribe
from coopdelivery.notices import services as notices
from coopdelivery.people.models import Person
from federation.models import Handover

NOW = {"webpush": "now", "email": "now"}
notices.define("handover.offered", label=_("Another co-op offers us a delivery"), audience="dispatcher", default=NOW)
notices.define("handover.answered", label=_("A co-op answers what we offered"), audience="dispatcher", default=NOW)
notices.define(
    "handover.moved", label=_("Something happens to a hand-over"), audience="dispatcher", default={"webpush": "now", "email": "digest"}
)
TO_GIVER = frozenset({"handover.delivered", "handover.failed", "handover.returned", "handover.expired"})


@subscribe("handover.offered")
def tell_who_is_asked(event: Event) -> None:
    handover = _handover(event)
    if event.collective_id == handover.receiver_id:
        _tell("handover.offered", event, handover, handover.receiver, handover.giver)


@subscribe("handover.accepted", "handover.refused")
def tell_who_asked(event: Event) -> None:
    handover = _handover(event)
    if event.collective_id == handover.giver_id:
        _tell("handover.answered", event, handover, handover.giver, handover.receiver)


@subscribe("handover.delivered", "handover.failed", "handover.returned", "handover.expired", "handover.withdrawn", "handover.cancelled")
def tell_of_the_end(event: Event) -> None:
    """The giver of what came of it; the receiver of an offer that is gone."""
    handover = _handover(event)
    reader, other = (handover.giver, handover.receiver) if event.name in TO_GIVER else (handover.receiver, handover.giver)
    if event.collective_id == reader.pk:
        _tell("handover.moved", event, handover, reader, other)


@subscribe("handover.changed")
def tell_of_a_change(event: Event) -> None:
    handover = _handover(event)
    if event.collective_id == handover.receiver_id:
        _tell("handover.moved", event, handover, handover.receiver, handover.giver)


def _handover(event: Event) -> Handover:
    return Handover.objects.select_related("giver", "receiver", "delivery").get(ref=event.subject)


def _tell(kind: str, event: Event, handover: Handover, reader: Collective, other: Collective) -> None:
    path = reverse("licence:handover", kwargs={"collective": reader.slug, "ref": handover.ref})
    words = {
        "handover": handover,
        "number": handover.delivery.number,
        "co_op": other,
        "what": event.name.partition(".")[2],
        "reason": str(event.data.get("reason", "")),
        "url": settings.BASE_URL + path,
    }
    for person in _dispatchers(reader, but=event.by_id):
        notices.notify(kind, to=person, collective_id=reader.pk, context=words, subject_key=f"event-{event.pk}")


def _dispatchers(collective: Collective, *, but: int | None) -> list[Person]:
    with acting_for(collective):
        rows = Membership.objects.filter(is_active=True, held__role=Role.DISPATCHER).select_related("person")
        return [row.person for row in rows.order_by("joined_at", "pk") if row.person_id != but]
