"""Who sees which statements; list, page, PDF and CSV all ask here."""

from django.db.models import Prefetch, QuerySet

from collectives.models import Membership, Role
from orders.models import Statement, StatementLine, Stop, StopKind
from orders.seats import seats_for


def statements_visible_to(membership: Membership) -> QuerySet[Statement]:
    """All to the office; to a partner's people those of their partners; to anyone else none."""
    if Role.ADMIN in membership.roles:
        return Statement.objects.all()
    if Role.PARTNER not in membership.roles:
        return Statement.objects.none()
    seats = seats_for("statements.view")
    return Statement.objects.filter(partner__users__membership=membership, partner__users__role__in=seats).distinct()


def lines_of(statement: Statement) -> QuerySet[StatementLine]:
    """In order, with what a row shows: order, delivery, drops with their places. Three queries."""
    drops = Stop.objects.filter(kind=StopKind.DROPOFF).select_related("place").order_by("position")
    rows = StatementLine.objects.filter(statement=statement).select_related("order", "delivery", "credit")
    return rows.prefetch_related(Prefetch("delivery__stops", drops, to_attr="drops")).order_by("on", "pk")
