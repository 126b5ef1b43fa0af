"""The federation lets the first person of a co-op in; from then on the co-op invites its own people."""

from collectives.models import Collective, Invitation, Membership, Role
from collectives.services import invite
from collectives.tenancy import acting_for
from coopdelivery.people.models import Person
from federation.models import Dossier
from federation.register.offices import impartial_officer
from federation.register.refusals import HasAdmin


def has_admin(collective: Collective) -> bool:
    with acting_for(collective):
        return Membership.objects.filter(is_active=True, held__role=Role.ADMIN).exists()


def invite_first_admin(*, dossier: Dossier, name: str, email: str, by: Person) -> Invitation:
    """By e-mail, with the role of the administration. Raises NotAnOfficer, OwnCollective, HasAdmin, and what `invite` raises."""
    impartial_officer(by, dossier)
    if has_admin(dossier.collective):
        raise HasAdmin(name=dossier.collective.name)
    return invite(collective=dossier.collective, email=email, name=name, roles=[Role.ADMIN], by=by)
