"""Questions about the acting collective: who rides, when it is open, where it goes. All need `acting_for(collective)`."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import DateField, IntegerField, QuerySet, TimeField, Value
from django.utils import timezone

from collectives.models import ClosedDay, Collective, Invitation, Membership, OpeningHours, Role, RoleHeld, Shift, Zone
from collectives.opening import OpeningCalendar
from collectives.policies import policies_in_force as policies_in_force
from collectives.policies import policy_value as policy_value
from collectives.tenancy import NoCollective, acting_id
from coopdelivery.kit.prepared import Prepared
from coopdelivery.kit.windows import Window, day_bounds
from coopdelivery.places.areas import holds
from coopdelivery.places.geometry import Point


def _standing() -> QuerySet[OpeningHours, tuple[Any, ...]]:
    """A row of the week has no day, a closed day nothing else."""
    nothing = [Value(None, kind()) for kind in (IntegerField, TimeField, TimeField)]
    hours = OpeningHours.objects.order_by().values_list("weekday", "opens", "closes", Value(None, DateField()))
    return hours.union(ClosedDay.objects.order_by().values_list(*nothing, "day"), all=True)


STANDING = Prepared(_standing)


def acting_collective() -> Collective:
    """The collective of the open scope. Raises NoCollective outside one."""
    pk = acting_id()
    if pk is None:
        raise NoCollective("no collective is acting")
    return Collective.objects.get(pk=pk)


def members(*, active: bool = True) -> QuerySet[Membership]:
    """Who works here (partners' users are guests), in the order they joined, with person and roles at hand."""
    working = RoleHeld.objects.exclude(role=Role.PARTNER).values("membership_id")
    rows = Membership.objects.filter(is_active=active, pk__in=working)
    return rows.select_related("person").prefetch_related("held")


def couriers() -> QuerySet[Membership]:
    """Active members with the courier role, in the order they joined: stable, never a ranking."""
    return members().filter(held__role=Role.COURIER)


def admins() -> QuerySet[Membership]:
    return members().filter(held__role=Role.ADMIN)


def open_invitations() -> QuerySet[Invitation]:
    """Not used and not withdrawn; some may have expired."""
    return Invitation.objects.filter(accepted_at=None, withdrawn_at=None).select_related("invited_by").order_by("-created_at")


def on_shift(day: date, *, kind: str = "", collective: Collective | None = None) -> QuerySet[Shift]:
    """Shifts that begin on the local day, or run into it, by start; `kind` narrows to the road or to dispatch."""
    start, end = day_bounds(day, (collective or acting_collective()).zone)
    rows = Shift.objects.filter(starts_at__lt=end, ends_at__gt=start, membership__is_active=True)
    rows = rows.filter(kind=kind) if kind else rows
    return rows.select_related("membership__person")


def opening_calendar(collective: Collective | None = None) -> OpeningCalendar:
    """Hours and closed days in one query, to ask many questions of."""
    hours: dict[int, list[tuple[time, time]]] = defaultdict(list)
    rows = STANDING()
    for weekday, opens, closes in sorted(row[:3] for row in rows if row[3] is None):
        hours[weekday].append((opens, closes))
    closed = frozenset(row[3] for row in rows if row[3] is not None)
    return OpeningCalendar(zone=(collective or acting_collective()).zone, hours=dict(hours), closed=closed)


def opening_windows(day: date, *, collective: Collective | None = None) -> list[Window]:
    """The ranges that open on that local day, in order; none on a closed day. One that passes midnight ends on the next."""
    return opening_calendar(collective).windows(day)


def is_open_throughout(window: Window, *, collective: Collective | None = None) -> bool:
    """Whether deliveries are taken during the whole window; ranges that meet at midnight count as one."""
    return opening_calendar(collective).open_throughout(window)


def next_opening(after: datetime, *, collective: Collective | None = None) -> Window | None:
    """The first opening that has not ended by then; None when nothing opens in three weeks."""
    return opening_calendar(collective).next_after(after)


def closed_days_ahead(collective: Collective) -> QuerySet[ClosedDay]:
    return ClosedDay.objects.filter(day__gte=collective.today())


def in_service_area(point: tuple[float, float]) -> bool:
    """Whether (latitude, longitude) lies in a zone where deliveries are accepted; a collective that drew none rides everywhere."""
    areas = list(Zone.objects.filter(is_service_area=True).values_list("area", flat=True))
    return not areas or any(holds(area, Point(*point)) for area in areas)


def shifts_of_week(monday: date, *, collective: Collective) -> list[Shift]:
    """Shifts that begin in the seven local days from `monday`, with their people."""
    start = day_bounds(monday, collective.zone)[0]
    end = day_bounds(monday + timedelta(days=7), collective.zone)[0]
    rows = Shift.objects.filter(starts_at__gte=start, starts_at__lt=end).select_related("membership__person")
    return list(rows.order_by("starts_at", "pk"))


def current_shift(membership: Membership, at: datetime | None = None) -> Shift | None:
    """The shift a member is on at that instant (now, by default)."""
    instant = at or timezone.now()
    return Shift.objects.filter(membership=membership, starts_at__lte=instant, ends_at__gt=instant).first()
