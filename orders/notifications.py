"""Who is told what about a delivery: the recipient, when an address was given, and the partner's people."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective, Membership, Role
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.journal.services import subscribe
from coopdelivery.notices import services as notices
from orders.models import ChangeRequest, Delivery, Partner, Stop, StopKind, StopStatus
from orders.seats import people_for
from orders.tracking.links import tracking_path

SILENT = {"email": "none"}
notices.define("delivery.placed", label=_("A delivery is ordered"), audience="partner", default=SILENT)
notices.define("delivery.delivered", label=_("A delivery has arrived"), audience="partner", default={"email": "digest"})
notices.define("delivery.failed", label=_("A delivery could not be handed over"), audience="partner")
notices.define("delivery.cancelled", label=_("A delivery is cancelled"), audience="partner")
notices.define("delivery.restored", label=_("A cancelled delivery goes on after all"), audience="partner")
notices.define(
    "change.asked", label=_("A partner asks to change or cancel"), audience="dispatcher", default={"email": "now", "webpush": "now"}
)
notices.define(
    "change.answered", label=_("The co-op answered what I asked"), audience="partner", default={"email": "now", "webpush": "now"}
)
notices.define("guest.ordered", label=_("A delivery asked for without an account is paid"), audience="recipient", default={"email": "now"})
notices.define("repeat.refused", label=_("A delivery that repeats could not be ordered"), audience="dispatcher")
notices.define(
    "import.done", label=_("A file of deliveries is ordered"), audience="dispatcher", default={"webpush": "now", "email": "none"}
)
notices.define("recipient.expects", label=_("A parcel is coming"), audience="recipient", default={"email": "now", "sms": "none"})
notices.define(
    "recipient.missed", label=_("A parcel could not be handed over"), audience="recipient", default={"email": "now", "sms": "now"}
)


@subscribe("delivery.placed", "delivery.delivered", "delivery.failed", "delivery.cancelled", "delivery.restored")
def tell_partner(event: Event) -> None:
    """Each person of the partner as they chose; not the one who did it."""
    with acting_for(event.collective_id):
        delivery = _delivery(event)
        if delivery.partner_id is None:
            return
        for seat in people_for("deliveries.view", partner_id=delivery.partner_id):
            if seat.membership.person_id != event.by_id:
                context = {**_facts(delivery), "reason": event.data.get("reason", ""), "url": _page(delivery)}
                notices.notify(
                    event.name,
                    to=seat.membership.person,
                    collective_id=delivery.collective_id,
                    context=context,
                    subject_key=f"event-{event.pk}",
                )


@subscribe("delivery.placed", "delivery.failed")
def tell_recipients(event: Event) -> None:
    """By the address that was given for the parcel; the link says the rest."""
    kind = "recipient.expects" if event.name == "delivery.placed" else "recipient.missed"
    with acting_for(event.collective_id):
        delivery = _delivery(event)
        if delivery.partner is not None and delivery.partner.kind == Partner.Kind.COOP:
            return  # the co-op that sold it tells them
        for stop in delivery.stops.all():
            missed = stop.status == StopStatus.FAILED
            if stop.kind != StopKind.DROPOFF or not (stop.email or stop.phone) or (kind == "recipient.missed") != missed:
                continue
            recipient = notices.Recipient(email=stop.email, phone=stop.phone, name=stop.contact_name, language=delivery.collective.language)
            context = {**_facts(delivery), "stop": stop, "url": settings.BASE_URL + tracking_path(stop)}
            notices.notify(
                kind,
                to=recipient,
                collective_id=delivery.collective_id,
                context=context,
                subject_key=f"event-{event.pk}-{stop.pk}",
            )


@subscribe("delivery.paid")
def tell_payer(event: Event) -> None:
    """Who paid without an account gets the receipt and the link."""
    with acting_for(event.collective_id):
        delivery = _delivery(event)
        order, stops = delivery.order, [stop for stop in delivery.stops.all() if stop.kind == StopKind.DROPOFF]
        if not order.payer_email or not stops:
            return
        recipient = notices.Recipient(email=order.payer_email, name=order.payer_name, language=delivery.collective.language)
        context = {**_facts(delivery), "order": order, "url": settings.BASE_URL + tracking_path(stops[0])}
        notices.notify(
            "guest.ordered", to=recipient, collective_id=delivery.collective_id, context=context, subject_key=f"event-{event.pk}"
        )


@subscribe("change.asked")
def tell_dispatch_of_request(event: Event) -> None:
    """Each dispatcher: somebody waits for an answer."""
    with acting_for(event.collective_id):
        delivery = _delivery(event)
        path = reverse("orders:changes", kwargs={"collective": delivery.collective.slug})
        context = {
            **_facts(delivery),
            "cancels": event.data["kind"] == "cancel",
            "reason": event.data["reason"],
            "url": settings.BASE_URL + path,
        }
        for seat in Membership.objects.filter(is_active=True, held__role=Role.DISPATCHER).select_related("person"):
            notices.notify(
                "change.asked", to=seat.person, collective_id=event.collective_id, context=context, subject_key=f"event-{event.pk}"
            )


@subscribe("change.accepted", "change.refused")
def tell_who_asked(event: Event) -> None:
    with acting_for(event.collective_id):
        asked = ChangeRequest.objects.select_related("asked_by").get(ref=event.data["request"])
        if asked.asked_by is None:
            return
        delivery = _delivery(event)
        context = {**_facts(delivery), "asked": asked, "accepted": event.name == "change.accepted", "url": _page(delivery)}
        notices.notify(
            "change.answered", to=asked.asked_by, collective_id=event.collective_id, context=context, subject_key=f"event-{event.pk}"
        )


@subscribe("import.done")
def tell_dispatch_of_file(event: Event) -> None:
    """One notice for a whole file, instead of one for each delivery; nothing when nothing was ordered."""
    if not event.data.get("placed") or event.collective_id is None:
        return
    _tell_dispatch(event, "orders:import")


@subscribe("repeat.refused")
def tell_dispatch_of_repeat(event: Event) -> None:
    """Once for each date: it is written down and not tried again by itself."""
    _tell_dispatch(event, "orders:repeat")


def _tell_dispatch(event: Event, page: str) -> None:
    """What the event says, with the page about its subject."""
    with acting_for(event.collective_id):
        slug = Collective.objects.values_list("slug", flat=True).get(pk=event.collective_id or 0)
        context = {**event.data, "url": settings.BASE_URL + reverse(page, kwargs={"collective": slug, "ref": event.subject})}
        for seat in Membership.objects.filter(is_active=True, held__role=Role.DISPATCHER).select_related("person"):
            if seat.person_id != event.by_id:
                notices.notify(
                    event.name, to=seat.person, collective_id=event.collective_id, context=context, subject_key=f"event-{event.pk}"
                )


def _delivery(event: Event) -> Delivery:
    rows = Delivery.objects.select_related("partner", "collective", "order").prefetch_related("stops__place")
    return rows.get(ref=event.subject)


def _facts(delivery: Delivery) -> dict[str, object]:
    drops = [stop for stop in delivery.stops.all() if stop.kind == StopKind.DROPOFF]
    sender = delivery.partner.name if delivery.partner else delivery.collective.name
    return {"delivery": delivery, "drops": drops, "first": _first(drops), "sender": sender}


def _first(drops: list[Stop]) -> Stop | None:
    return drops[0] if drops else None


def _page(delivery: Delivery) -> str:
    path = reverse("orders:delivery", kwargs={"collective": delivery.collective.slug, "ref": delivery.ref})
    return settings.BASE_URL + path
