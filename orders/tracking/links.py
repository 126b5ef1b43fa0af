"""The recipient's link: unguessable, one for each drop, good until thirty days after the end."""

from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from collectives.tenancy import acting_for_everyone
from coopdelivery.kit.refs import BadLink, sign, unsign
from orders.models import Delivery, DeliveryStatus, Stop, StopKind

PURPOSE = "tracking"
KEPT = timedelta(days=30)


def tracking_token(stop: Stop) -> str:
    return sign(str(stop.ref), purpose=PURPOSE)


def tracking_path(stop: Stop) -> str:
    """Such as `/t/<token>/`."""
    return reverse("tracking:page", kwargs={"token": tracking_token(stop)})


def stop_of(token: str) -> Stop | None:
    """The drop of a link, with delivery, partner and collective at hand; None for a link not made here.

    A token signed for a whole delivery opens its first drop.
    """
    try:
        ref = UUID(unsign(token, purpose=PURPOSE))
    except (BadLink, ValueError):
        return None
    with acting_for_everyone("the signed link says whose delivery it is"):
        rows = Stop.objects.filter(kind=StopKind.DROPOFF).select_related("delivery__partner", "delivery__order", "place", "collective")
        return rows.filter(ref=ref).first() or rows.filter(delivery__ref=ref).order_by("position").first()


def is_over(delivery: Delivery, now: datetime | None = None) -> bool:
    """Thirty days after the end the page says no more than that."""
    ended = delivery.finished_at
    over = delivery.status in {DeliveryStatus.DELIVERED, DeliveryStatus.FAILED, DeliveryStatus.CANCELLED}
    return over and ended is not None and (now or timezone.now()) > ended + KEPT
