"""Who is in the team, and in which roles. Leaving keeps the history."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone

from collectives.models import Collective, Membership, Role, RoleHeld
from collectives.refusals import AlreadyMember, LastAdmin, NoRoles, NotActive, UnknownRole
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person

COLOURS = 9
CARD = frozenset({"member_since", "weekly_hours"})


def checked_roles(roles: Iterable[str]) -> list[str]:
    """The roles in their usual order, once each. Raises NoRoles, UnknownRole."""
    wanted = {str(role) for role in roles}
    unknown = sorted(wanted - set(Role.values))
    if unknown:
        raise UnknownRole(role=unknown[0])
    if not wanted:
        raise NoRoles
    return [role for role in Role.values if role in wanted]


def add_member(*, collective: Collective, person: Person, roles: Iterable[str], by: Person | None) -> Membership:
    """Let a person in. Raises AlreadyMember for an active one; one who left comes back."""
    kept = checked_roles(roles)
    with acting_for(collective):
        try:
            with transaction.atomic():
                membership = _membership(collective, person)
                _write_roles(membership, kept)
                journal.record(
                    "member.joined",
                    subject=membership.ref,
                    collective_id=collective.pk,
                    by=by,
                    person=person.pk,
                    label=person.name,
                    roles=kept,
                )
        except IntegrityError as error:
            raise AlreadyMember(name=person.name) from error
    return membership


def _membership(collective: Collective, person: Person) -> Membership:
    """A new row, or the row of a person who had left. IntegrityError when somebody adds the same person at this moment."""
    known = Membership.objects.filter(person=person).first()
    if known is None:
        colour = Membership.objects.count() % COLOURS + 1
        return Membership.objects.create(collective=collective, person=person, colour=colour)
    if not Membership.objects.filter(pk=known.pk, is_active=False).update(is_active=True):
        raise AlreadyMember(name=person.name)
    known.is_active = True
    return known


def set_roles(*, membership: Membership, roles: Iterable[str], by: Person) -> Membership:
    """Exactly these roles from now on. Raises NoRoles, UnknownRole, LastAdmin."""
    kept = checked_roles(roles)
    with acting_for(membership.collective_id), transaction.atomic():
        _lock(membership)
        before = _roles_of(membership)
        if Role.ADMIN not in kept:
            _keep_an_admin(membership)
        if before != kept:
            _write_roles(membership, kept)
            journal.record(
                "member.roles_changed",
                subject=membership.ref,
                collective_id=membership.collective_id,
                by=by,
                person=membership.person_id,
                before=before,
                after=kept,
            )
    return membership


def edit_member(*, membership: Membership, changes: dict[str, object], by: Person) -> Membership:
    """Contract facts: `member_since` (date or None), `weekly_hours` (whole hours or None)."""
    fresh = {key: value for key, value in changes.items() if key in CARD and getattr(membership, key) != value}
    with acting_for(membership.collective_id), transaction.atomic():
        if fresh:
            before = {key: _plain(getattr(membership, key)) for key in fresh}
            Membership.objects.filter(pk=membership.pk).update(**fresh)
            after = {key: _plain(value) for key, value in fresh.items()}
            journal.record(
                "member.changed", subject=membership.ref, collective_id=membership.collective_id, by=by, before=before, after=after
            )
            membership.refresh_from_db(fields=list(fresh))
    return membership


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int) else str(value)


def deactivate_member(*, membership: Membership, by: Person) -> None:
    """The person may not enter any more; what they did stays, shifts still to come do not. Raises LastAdmin, NotActive."""
    with acting_for(membership.collective_id), transaction.atomic():
        _lock(membership)
        _keep_an_admin(membership)
        if not Membership.objects.filter(pk=membership.pk, is_active=True).update(is_active=False):
            raise NotActive
        freed, _rows = membership.shifts.filter(starts_at__gt=timezone.now()).delete()
        journal.record(
            "member.left",
            subject=membership.ref,
            collective_id=membership.collective_id,
            by=by,
            person=membership.person_id,
            label=membership.person.name,
            shifts_freed=freed,
        )
    membership.is_active = False


def reactivate_member(*, membership: Membership, by: Person) -> None:
    """Back in the roles held before. Raises NotActive when they never left, or are back already."""
    with acting_for(membership.collective_id), transaction.atomic():
        if not Membership.objects.filter(pk=membership.pk, is_active=False).update(is_active=True):
            raise NotActive
        journal.record(
            "member.joined",
            subject=membership.ref,
            collective_id=membership.collective_id,
            by=by,
            person=membership.person_id,
            label=membership.person.name,
            roles=_roles_of(membership),
        )
    membership.is_active = True


def _lock(membership: Membership) -> None:
    """Two admins who take each other's role at the same time must not leave a collective without one: one of them waits here."""
    Collective.objects.select_for_update().get(pk=membership.collective_id)


def _keep_an_admin(membership: Membership) -> None:
    admins = RoleHeld.objects.filter(role=Role.ADMIN, membership__is_active=True)
    holds = membership.is_active and admins.filter(membership=membership).exists()
    if holds and not admins.exclude(membership=membership).exists():
        raise LastAdmin(name=membership.person.name)


def _roles_of(membership: Membership) -> list[str]:
    held = set(RoleHeld.objects.filter(membership=membership).values_list("role", flat=True))
    return [role for role in Role.values if role in held]


def _write_roles(membership: Membership, roles: list[str]) -> None:
    RoleHeld.objects.filter(membership=membership).exclude(role__in=roles).delete()
    kept = set(RoleHeld.objects.filter(membership=membership).values_list("role", flat=True))
    RoleHeld.objects.bulk_create(
        RoleHeld(collective_id=membership.collective_id, membership=membership, role=role) for role in roles if role not in kept
    )
    vars(membership).pop("_prefetched_objects_cache", None)  # `membership.roles` reads the rows anew
