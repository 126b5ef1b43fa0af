"""What a partner's people may do: the one table that pages, API, templates and the test of all routes read.

The partner role of a collective opens a door only to those whose seat opens it too, and behind it they see the partners for which it does.
Who has no seat passes and finds nothing: there is no partner of theirs.
"""

from django.db.models import QuerySet

from collectives.access import narrows
from collectives.models import Membership, Role
from orders.models import PartnerUser
from orders.models.partner import SeatRole

OWNER, ORDERS, ACCOUNTS, READER = SeatRole.OWNER, SeatRole.ORDERS, SeatRole.ACCOUNTS, SeatRole.READER
EVERY_SEAT = frozenset({OWNER, ORDERS, ACCOUNTS, READER})
ORDERING = frozenset({OWNER, ORDERS})

SEATS: dict[str, frozenset[str]] = {
    "deliveries.view": EVERY_SEAT,
    "deliveries.place": ORDERING,
    "deliveries.change": ORDERING,
    "deliveries.cancel": ORDERING,
    "places.suggest": ORDERING,
    "window.keep": ORDERING,
    "statements.view": frozenset({OWNER, ACCOUNTS}),
    "seats.manage": frozenset({OWNER}),
}


def seats_for(permission: str) -> frozenset[str]:
    """The seats that grant it; every one for what is no matter of partners, such as reading one's own name over the API."""
    return SEATS.get(permission, EVERY_SEAT)


def roles_by_partner(membership: Membership) -> dict[int, str]:
    """The member's seats: partner → role. Asked once for each membership at hand, so for each request."""
    known: dict[int, str] | None = membership.__dict__.get("_seats")
    if known is None:
        known = dict(PartnerUser.objects.filter(membership=membership).values_list("partner_id", "role"))
        membership.__dict__["_seats"] = known
    return known


@narrows(Role.PARTNER)
def seat_allows(membership: Membership, permission: str) -> bool:
    """Whether one of the member's seats grants it."""
    held = set(roles_by_partner(membership).values())
    return not held or not held.isdisjoint(seats_for(permission))


def partners_granting(membership: Membership, permission: str) -> set[int]:
    """The partners at which the member's own seat grants it."""
    granting = seats_for(permission)
    return {partner for partner, role in roles_by_partner(membership).items() if role in granting}


def people_for(permission: str, *, partner_id: int) -> QuerySet[PartnerUser]:
    """The partner's people whose seat grants it, with who they are: whom to tell of it."""
    rows = PartnerUser.objects.filter(partner_id=partner_id, membership__is_active=True, role__in=seats_for(permission))
    return rows.select_related("membership__person")
