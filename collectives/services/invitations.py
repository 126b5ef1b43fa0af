"""An e-mail lets one person in, once. The link carries a signed form of the invitation's reference."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from collectives.models import Collective, Invitation, Membership
from collectives.refusals import AlreadyInvited, AlreadyMember, InvitationExpired, InvitationUsed, InvitationWithdrawn, NotActive, Refusal
from collectives.services.members import add_member, checked_roles, reactivate_member, set_roles
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.kit import refs
from coopdelivery.people.models import Person

PURPOSE = "invitation"
VALID_FOR = timedelta(days=14)


def link_token(invitation: Invitation) -> str:
    """What stands in the address /welcome/<token>/; the row says until when it is good."""
    return refs.sign(str(invitation.ref), purpose=PURPOSE)


def ref_in_token(token: str) -> UUID:
    """Raises `coopdelivery.kit.refs.BadLink`."""
    return UUID(refs.unsign(token, purpose=PURPOSE))


def invite(
    *,
    collective: Collective,
    email: str,
    name: str,
    roles: Iterable[str],
    by: Person,
    partner_ref: UUID | None = None,
    partner_role: str = "",
) -> Invitation:
    """Ask somebody in by e-mail; the message goes out after commit. `partner_ref` makes them a user of that partner, in `partner_role`.

    Raises NoRoles, UnknownRole, AlreadyInvited, AlreadyMember (not for a partner's user, who may be in the team already).
    """
    kept = checked_roles(roles)
    address = email.strip().lower()
    with acting_for(collective):
        if partner_ref is None:
            _refuse_member(address)
        try:
            with transaction.atomic():
                invitation = Invitation.objects.create(
                    collective=collective,
                    email=address,
                    name=name.strip(),
                    roles=kept,
                    partner_ref=partner_ref,
                    partner_role=partner_role,
                    invited_by=by,
                    expires_at=timezone.now() + VALID_FOR,
                )
                _announce("member.invited", invitation, by)
        except IntegrityError as error:
            raise AlreadyInvited(email=address) from error
    return invitation


def _refuse_member(email: str) -> None:
    member = Membership.objects.select_related("person").filter(person__email__iexact=email, is_active=True).first()
    if member is not None:
        raise AlreadyMember(name=member.person.name)


def _announce(event: str, invitation: Invitation, by: Person, **facts: object) -> None:
    journal.record(
        event,
        subject=invitation.ref,
        collective_id=invitation.collective_id,
        by=by,
        email=invitation.email,
        label=invitation.name,
        roles=invitation.roles,
        partner=str(invitation.partner_ref) if invitation.partner_ref else None,
        **facts,
    )


def resend_invitation(*, invitation: Invitation, by: Person) -> None:
    """The same link again by e-mail, good for two more weeks. Raises NotActive when it was used or withdrawn."""
    with acting_for(invitation.collective_id), transaction.atomic():
        until = timezone.now() + VALID_FOR
        if not Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None).update(expires_at=until):
            raise NotActive
        invitation.expires_at = until
        _announce("invitation.resent", invitation, by)


def withdraw_invitation(*, invitation: Invitation, by: Person) -> None:
    """The link opens nothing any more. Raises NotActive when it was used or withdrawn before."""
    with acting_for(invitation.collective_id), transaction.atomic():
        now = timezone.now()
        if not Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None).update(withdrawn_at=now):
            raise NotActive
        _announce("invitation.withdrawn", invitation, by)


def check_open(invitation: Invitation) -> None:
    """Raises InvitationUsed, InvitationWithdrawn or InvitationExpired, each with what to do instead."""
    if invitation.accepted_at:
        raise InvitationUsed
    if invitation.withdrawn_at:
        raise InvitationWithdrawn
    if invitation.expires_at <= timezone.now():
        raise InvitationExpired


def accept_invitation(*, invitation: Invitation, by: Person) -> Membership:
    """Let `by` in with the invitation's roles, once. Roles held before are kept. Raises as `check_open` does."""
    with acting_for(invitation.collective_id), transaction.atomic():
        now = timezone.now()
        taken = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None, expires_at__gt=now)
        if not taken.update(accepted_at=now):
            raise _why_closed(invitation)
        membership = _let_in(invitation, by)
        journal.record(
            "invitation.accepted",
            subject=membership.ref,
            collective_id=invitation.collective_id,
            by=by,
            invitation=str(invitation.ref),
            partner=str(invitation.partner_ref) if invitation.partner_ref else None,
            partner_role=invitation.partner_role,
        )
        return membership


def _why_closed(invitation: Invitation) -> Refusal:
    try:
        check_open(Invitation.objects.get(pk=invitation.pk))
    except Refusal as refusal:
        return refusal
    return InvitationUsed()


def _let_in(invitation: Invitation, by: Person) -> Membership:
    known = Membership.objects.filter(person=by).first()
    if known is None:
        return add_member(collective=invitation.collective, person=by, roles=invitation.roles, by=by)
    if not known.is_active:
        reactivate_member(membership=known, by=by)
        roles = invitation.roles  # who left comes back as what they are invited for, no more
    else:
        roles = [*known.roles, *invitation.roles]
    set_roles(membership=known, roles=roles, by=by)
    return known
