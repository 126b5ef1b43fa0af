"""Who is told what about a collective."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collectives.models import Invitation, Role
from collectives.services import link_token
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.journal.services import subscribe
from coopdelivery.notices import services as notices

notices.define("member.invited", label=_("An invitation into a team"), audience="invited")


@subscribe("member.invited", "invitation.resent")
def send_invitation(event: Event) -> None:
    """To the address itself, whether or not somebody has an account with it: the link is the proof."""
    if event.collective_id is None:
        return
    with acting_for(event.collective_id):
        invitation = Invitation.objects.select_related("collective", "invited_by").get(ref=event.subject)
    if invitation.withdrawn_at or invitation.accepted_at:
        return
    context = {
        "name": invitation.name,
        "by": invitation.invited_by.name,
        "town": invitation.collective.city,
        "roles": [Role(role).label for role in invitation.roles],
        "until": invitation.expires_at,
        "url": settings.BASE_URL + reverse("welcome:invitation", kwargs={"token": link_token(invitation)}),
    }
    recipient = notices.Recipient(email=invitation.email, name=invitation.name, language=invitation.collective.language)
    notices.notify("member.invited", to=recipient, collective_id=event.collective_id, context=context, subject_key=f"event-{event.pk}")
