"""Who works for a partner, and as what. A partner with people keeps an owner: the last one is not taken away while others stay."""

from django.db import transaction

from collectives.models import Collective, Invitation, Membership, Role
from collectives.services import invite
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from orders.models import Partner, PartnerUser
from orders.models.partner import SeatRole
from orders.refusals import AlreadySeated, BadChoice, LastOwner


@transaction.atomic
def add_partner_user(*, partner: Partner, membership: Membership, by: Person | None, role: str = "") -> PartnerUser:
    """Let a member work for the partner; once is enough. Without a role the first is its owner, and others order."""
    _lock(partner.pk)
    owned = PartnerUser.objects.filter(partner=partner, role=SeatRole.OWNER).exists()
    seat, created = PartnerUser.objects.get_or_create(
        collective_id=partner.collective_id,
        partner=partner,
        membership=membership,
        defaults={"role": _checked(role or (SeatRole.ORDERS if owned else SeatRole.OWNER))},
    )
    if created:
        _record("partner.user_added", seat, by, role=seat.role)
    return seat


@transaction.atomic
def change_seat(*, seat: PartnerUser, role: str, by: Person | None) -> bool:
    """What the person may do for the partner from now on; whether anything changed. Raises BadChoice, LastOwner."""
    _checked(role)
    _lock(seat.partner_id)
    before = PartnerUser.objects.values_list("role", flat=True).get(pk=seat.pk)
    if before == role:
        return False
    if before == SeatRole.OWNER:
        _keep_an_owner(seat)
    PartnerUser.objects.filter(pk=seat.pk).update(role=role)
    _record("partner.user_changed", seat, by, before=before, after=role)
    seat.role = role
    return True


@transaction.atomic
def remove_partner_user(*, seat: PartnerUser, by: Person | None) -> None:
    """The person no longer works for the partner; what they ordered stays. Raises LastOwner."""
    _lock(seat.partner_id)
    row = PartnerUser.objects.filter(pk=seat.pk).first()
    if row is None:
        return
    if row.role == SeatRole.OWNER:
        _keep_an_owner(seat)
    row.delete()
    _record("partner.user_removed", seat, by)


def invite_to_partner(*, collective: Collective, partner: Partner, email: str, name: str, role: str, by: Person) -> Invitation:
    """An e-mail with a link that gives one person this seat. Raises BadChoice, AlreadySeated, and what `invite` raises."""
    _checked(role)
    there = PartnerUser.objects.filter(partner=partner, membership__person__email__iexact=email.strip(), membership__is_active=True)
    seat = there.select_related("membership__person").first()
    if seat is not None:
        raise AlreadySeated("email", name=seat.membership.person.name, partner=partner.name)
    return invite(collective=collective, email=email, name=name, roles=[Role.PARTNER], partner_ref=partner.ref, partner_role=role, by=by)


def _checked(role: str) -> str:
    if role not in SeatRole.values:
        raise BadChoice("role")
    return role


def _lock(partner_id: int) -> None:
    """Changes of one partner's people wait for each other."""
    list(Partner.objects.select_for_update().filter(pk=partner_id).values_list("pk"))


def _keep_an_owner(seat: PartnerUser) -> None:
    others = PartnerUser.objects.filter(partner_id=seat.partner_id, membership__is_active=True).exclude(pk=seat.pk)
    if others.exists() and not others.filter(role=SeatRole.OWNER).exists():
        raise LastOwner("role", name=seat.membership.person.name)


def _record(name: str, seat: PartnerUser, by: Person | None, **facts: object) -> None:
    journal.record(
        name,
        subject=seat.partner.ref,
        collective_id=seat.collective_id,
        by=by,
        membership=str(seat.membership.ref),
        person=seat.membership.person.name,
        **facts,
    )
