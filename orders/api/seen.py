"""What a caller sees of partners and deliveries: a person what the pages show them, a program what belongs to its partner."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from collectives.api.callers import Caller
from collectives.api.errors import ApiError, invalid, not_found
from coopdelivery.kit.prepared import PreparedRows
from coopdelivery.places.models import Place
from orders import selectors
from orders.models import AddressBookEntry, Delivery, Partner, Stop

WHOLE = frozenset({"tasks:all", "orders:all"})
MOST_DIGITS = 18


def stores_of(caller: Caller) -> QuerySet[Partner]:
    if caller.membership is not None:
        return selectors.partners_of(caller.membership)
    rows = Partner.objects.filter(is_active=True)
    return rows.filter(ref=caller.partner_ref) if caller.partner_ref else rows


def deliveries_of(caller: Caller) -> QuerySet[Delivery]:
    if caller.membership is not None:
        return selectors.deliveries_visible_to(caller.membership)
    if caller.is_sandbox:
        return Delivery.objects.none()
    rows = Delivery.objects.all()
    return rows.filter(partner__ref=caller.partner_ref) if caller.partner_ref else rows


OWN_STORE = PreparedRows(Partner, lambda ref: Partner.objects.filter(is_active=True, ref=ref), UUID, beside=["collective", "place"])
IN_BOOK = PreparedRows(
    AddressBookEntry, lambda place, partner: AddressBookEntry.objects.filter(place=place, partner=partner)[:1], int, int, beside=["place"]
)


def store_for(caller: Caller, value: Any) -> Partner:
    """The partner a body names by IRI; without one the caller's only partner. Raises Invalid, ApiError (404)."""
    if value in {None, ""} if isinstance(value, str | None) else False:
        found = OWN_STORE(caller.partner_ref) if caller.partner_ref else list(_in_order(caller)[:2])
        if len(found) == 1:
            return found[0]
        raise invalid("store", _("Say for which store, such as /api/stores/1."), "no_store")
    pk = id_of(value, "stores", "store")
    partner = _in_order(caller).filter(pk=pk).first()
    if partner is None:
        raise ApiError(404, _("There is no such store among yours."))
    return partner


def _in_order(caller: Caller) -> QuerySet[Partner]:
    return stores_of(caller).select_related("collective", "place").order_by("name")


def id_of(value: Any, collection: str, path: str) -> int:
    """The number in an IRI, also when it comes inside its object. Raises Invalid."""
    text = value.get("@id") if isinstance(value, dict) else value
    prefix = f"/api/{collection}/"
    tail = text.removeprefix(prefix) if isinstance(text, str) and text.startswith(prefix) else ""
    if not (tail.isascii() and tail.isdigit() and len(tail) <= MOST_DIGITS):
        raise invalid(path, _("Write a link such as %(example)s.") % {"example": f"{prefix}1"}, "bad_iri")
    return int(tail)


def places_of(caller: Caller, partners: QuerySet[Partner]) -> QuerySet[Place]:
    """Places of these partners: their own, those of their address books, those of their deliveries; every one to the staff."""
    if caller.membership is not None and selectors.is_staff(caller.membership):
        return Place.objects.all()
    book = AddressBookEntry.objects.filter(partner__in=partners).values("place_id")
    used = Stop.objects.filter(delivery__partner__in=partners).values("place_id")
    own = partners.order_by().values("place_id")
    return Place.objects.filter(Q(pk__in=own) | Q(pk__in=book) | Q(pk__in=used))


def place_for(caller: Caller, partner: Partner, pk: int) -> Place | None:
    """A place of the caller's, looked for where it most likely is."""
    if pk == partner.place_id:
        return partner.place
    for entry in IN_BOOK(pk, partner.pk):
        return entry.place
    return places_of(caller, stores_of(caller)).filter(pk=pk).first()


def one(rows: Any, pk: int) -> Any:
    """The row, or 404 in the dialect's shape."""
    row = rows.filter(pk=pk).first() if pk < 10**MOST_DIGITS else None
    if row is None:
        raise not_found()
    return row
