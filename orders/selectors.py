"""Questions about orders. Who may see what is answered here once, for lists and for single pages alike."""

from django.db.models import Q, QuerySet

from collectives.access import STAFF, allows
from collectives.models import Membership, Role
from orders.models import AddressBookEntry, Delivery, Partner
from orders.seats import partners_granting, seats_for


def is_staff(membership: Membership) -> bool:
    """Works for every partner of the collective, not for one of them."""
    return not STAFF.isdisjoint(membership.roles)


def deliveries_visible_to(membership: Membership) -> QuerySet[Delivery]:
    """All of the collective's to its staff; to a partner's people those of their partners; to anyone else none."""
    if is_staff(membership):
        return Delivery.objects.all()
    if Role.PARTNER not in membership.roles:
        return Delivery.objects.none()
    return Delivery.objects.filter(partner__in=partners_granting(membership, door_of(membership)))


def may(membership: Membership, permission: str, partner_id: int | None) -> bool:
    """Whether the member may do this for that partner: the staff for everybody, a partner's people where their seat grants it."""
    return allows(membership, permission) and (is_staff(membership) or partner_id in partners_granting(membership, permission))


def door_of(membership: Membership) -> str:
    """The permission that opened the door of this request; without a door one looks."""
    return membership.entered_by or "deliveries.view"


def partners_of(membership: Membership, permission: str = "") -> QuerySet[Partner]:
    """For whom this member may do what they came for: staff for every active partner, a partner's people where their seat grants it.

    What they came for is `permission`, else what opened the door.
    """
    if is_staff(membership):
        return Partner.objects.filter(is_active=True)
    if Role.PARTNER not in membership.roles:
        return Partner.objects.none()
    seats = seats_for(permission or door_of(membership))
    return Partner.objects.filter(users__membership=membership, users__role__in=seats)


def address_book_of(partner: Partner) -> QuerySet[AddressBookEntry]:
    return AddressBookEntry.objects.filter(partner=partner).select_related("place")


def address_book_matching(partner: Partner, text: str) -> QuerySet[AddressBookEntry]:
    """Entries whose name, address or telephone holds the text, the most used first."""
    words = Q(contact_name__icontains=text) | Q(place__street_address__icontains=text) | Q(phone__icontains=text)
    return address_book_of(partner).filter(words).order_by("-used_count", "contact_name")
