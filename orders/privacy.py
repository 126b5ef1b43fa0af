"""What this floor keeps about a person who orders: exported with the rest, given up when the person is erased.

Recipients have no account: their names and telephones stand on stops, which `forget_recipients` blanks when nobody needs them any more.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.models import Collective
from collectives.tenancy import acting_for
from coopdelivery.people.models import Person
from coopdelivery.people.privacy import eraser, exports, obligation
from orders.models import ChangeRequest, Delivery, DeliveryStatus, Document, Order, PartnerUser, PhoneCall, Purchase, Stop, StopStatus
from orders.services.documents import remove_document

RECIPIENTS_KEPT = timedelta(days=180)
AT_ONCE = 1000
UNFINISHED = (DeliveryStatus.AWAITING_PAYMENT, DeliveryStatus.PLACED, DeliveryStatus.PICKED_UP)


def each_collective() -> Iterator[Collective]:
    """One after the other, acting for each: a person's data and duties are theirs in every collective."""
    for collective in Collective.objects.order_by("pk"):
        with acting_for(collective):
            yield collective


@exports("orders_for")
def seats_of(person: Person) -> list[dict[str, object]]:
    """The partners this person orders for."""
    seats = PartnerUser.objects.filter
    wanted = ("partner__name", "collective__name", "added_at")
    return [row for _each in each_collective() for row in seats(membership__person=person).order_by("id").values(*wanted)]


@exports("orders_placed")
def orders_of(person: Person) -> list[dict[str, object]]:
    """What they ordered; who received it is the recipient's, and not in here."""
    wanted = ("number", "collective__name", "placed_at", "currency", "net_cents", "vat_cents")
    return [row for _each in each_collective() for row in Order.objects.filter(placed_by=person).order_by("id").values(*wanted)]


@obligation
def under_way(person: Person) -> list[str]:
    """Somebody must be there to ask while a delivery they ordered is on its way."""
    numbers: list[str] = []
    for _each in each_collective():
        rows = Delivery.objects.filter(order__placed_by=person, status__in=UNFINISHED).order_by("pk")
        numbers += rows.values_list("number", flat=True)[:20]
    if not numbers:
        return []
    return [_("Deliveries you ordered are not finished: %(numbers)s. Wait for them, or cancel them.") % {"numbers": ", ".join(numbers)}]


@eraser
def leave_partners(person: Person) -> None:
    """They order for nobody any more; the orders stay, without their name."""
    for _each in each_collective():
        PartnerUser.objects.filter(membership__person=person).delete()


def forget_recipients(*, kept: timedelta = RECIPIENTS_KEPT) -> int:
    """Blank who received what half a year ago: names, telephones, notes. The place, the hours and the price stay. How many stops.

    Nothing that is still open is touched. For every collective, in portions.
    """
    before = timezone.now() - kept
    told = Q(phone="", email="", contact_name="", note="", received_by="", if_absent_note="")
    blank = {"phone": "", "email": "", "contact_name": "", "note": "", "received_by": "", "if_absent_note": ""}
    gone = 0
    for _each in each_collective():
        rows = Stop.objects.exclude(status=StopStatus.OPEN).filter(finished_at__lt=before).exclude(told)
        while portion := list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
            gone += Stop.objects.filter(pk__in=portion).update(**blank)
        guests = Order.objects.exclude(payer_name="", payer_email="", payer_phone="").filter(placed_at__lt=before)
        guests.update(payer_name="", payer_email="", payer_phone="")
        _forget_what_goes_with_them(before)
    return gone


def _forget_what_goes_with_them(before: datetime) -> None:
    """Papers, who called, who bought in a window, and what was asked to be changed; the sums and the dates stay."""
    for document in Document.objects.filter(delivery__finished_at__lt=before).select_related("delivery")[:AT_ONCE]:
        remove_document(document=document, by=None)
    calls = PhoneCall.objects.filter(order__placed_at__lt=before).exclude(caller="")
    calls.update(caller="", phone="", read_back="")
    bought = Purchase.objects.filter(slot_end__lt=before).exclude(buyer_name="")
    bought.update(buyer_name="", buyer_email="", buyer_phone="", address="", note="", request={})
    asked = ChangeRequest.objects.filter(asked_at__lt=before).exclude(state=ChangeRequest.State.OPEN)
    asked.update(wanted={}, says=[])
