"""An order by telephone: read back to who called, and kept with whose word it is."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coopdelivery.journal import services as journal
from coopdelivery.kit import words
from coopdelivery.people.models import Person
from orders.models import Delivery, PhoneCall
from orders.refusals import Refused
from orders.requests import DeliveryRequest, ParcelRequest
from orders.services.contacts import checked_phone


class NotReadBack(Refused):
    code = "not_read_back"
    sentence = gettext_lazy("Read the order back to who called, and tick that they said yes.")


class NoCaller(Refused):
    code = "no_caller"
    sentence = gettext_lazy("Write who called and in whose name.")


def read_back(request: DeliveryRequest, *, sender: str, price: str, names: dict[int, str], pays: str) -> str:
    """What to say aloud, one sentence for each drop; in the language and zone that are active."""
    lines = [_("From %(sender)s.") % {"sender": sender}]
    for pickup in (request.pickup, *request.more_pickups):
        if pickup is not None and pickup.address:
            lines.append(_("Fetched at %(where)s.") % {"where": pickup.address})
    for drop in request.dropoffs:
        to = ", ".join(part for part in (drop.contact_name, drop.address, drop.phone) if part)
        when = f"{words.day(drop.window_start)}, {words.promise(drop.window_start, drop.window_end)}"
        lines.append(_("To %(to)s, %(when)s: %(parcels)s.") % {"to": to, "when": when, "parcels": _pieces(drop.parcels, names)})
        if drop.note:
            lines.append(_("Note: %(note)s.") % {"note": drop.note})
    lines.append(_("It costs %(price)s with VAT, paid by %(pays)s. Is that right?") % {"price": price, "pays": pays})
    return "\n".join(lines)


def _pieces(parcels: Sequence[ParcelRequest], names: dict[int, str]) -> str:
    told = [f"{each.quantity} × {names.get(each.type_id or 0, each.name) or _('Parcel')}" for each in parcels]
    return ", ".join(told) or _("Parcel")


@transaction.atomic
def take_call(*, delivery: Delivery, caller: str, phone: str, mandate: str, text: str, by: Person) -> PhoneCall:
    """Keep it with the order; once for each order. Raises NoCaller, BadPhone."""
    if not caller.strip() or mandate not in PhoneCall.Mandate.values:
        raise NoCaller("caller")
    order = delivery.order
    values = {
        "collective_id": order.collective_id,
        "caller": caller.strip()[:120],
        "phone": checked_phone(phone, country=delivery.collective.country, field="caller_phone"),
        "mandate": mandate,
        "read_back": text,
        "taken_by": by,
    }
    row, created = PhoneCall.objects.get_or_create(order=order, defaults=values)
    if created:
        journal.record(
            "order.taken_by_phone", subject=delivery.ref, collective_id=order.collective_id, by=by, number=delivery.number, mandate=mandate
        )
    return row
