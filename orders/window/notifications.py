"""Who is told about a purchase: the shop's people, and who bought it, by the address they gave."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.journal.services import subscribe
from coopdelivery.notices import services as notices
from orders.models import Purchase, Stop, StopKind
from orders.seats import people_for
from orders.tracking.links import tracking_path
from orders.window.doors import purchase_path

notices.define(
    "purchase.waits", label=_("Somebody bought something in my window"), audience="partner", default={"email": "now", "webpush": "now"}
)
notices.define("purchase.paid", label=_("What I bought is paid"), audience="recipient")
notices.define("purchase.accepted", label=_("What I bought is accepted"), audience="recipient")
notices.define("purchase.refused", label=_("What I bought is refused"), audience="recipient")


@subscribe("purchase.paid")
def tell_the_shop(event: Event) -> None:
    with acting_for(event.collective_id):
        purchase = _purchase(event)
        path = reverse("window:keep", kwargs={"collective": purchase.window.collective.slug})
        context = {"purchase": purchase, "url": settings.BASE_URL + path}
        for seat in people_for("window.keep", partner_id=purchase.window.partner_id):
            notices.notify(
                "purchase.waits",
                to=seat.membership.person,
                collective_id=event.collective_id,
                context=context,
                subject_key=f"event-{event.pk}",
            )


@subscribe("purchase.paid", "purchase.accepted", "purchase.refused")
def tell_the_buyer(event: Event) -> None:
    with acting_for(event.collective_id):
        purchase = _purchase(event)
        drop = Stop.objects.filter(delivery=purchase.delivery, kind=StopKind.DROPOFF).first() if purchase.delivery_id else None
        url = settings.BASE_URL + purchase_path(purchase)
        tracking = settings.BASE_URL + tracking_path(drop) if drop else ""
        context = {"purchase": purchase, "shop": purchase.window.partner, "url": url, "tracking": tracking, "reason": purchase.reason}
        to = notices.Recipient(email=purchase.buyer_email, name=purchase.buyer_name, language=purchase.window.collective.language)
        notices.notify(event.name, to=to, collective_id=event.collective_id, context=context, subject_key=f"event-{event.pk}")


def _purchase(event: Event) -> Purchase:
    return Purchase.objects.select_related("window__partner__place", "window__collective", "delivery").get(ref=event.subject)
