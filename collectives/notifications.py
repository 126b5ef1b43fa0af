"""Who is told what about a collective."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collectives.assembly import voters
from collectives.models import Invitation, Role
from collectives.selectors import acting_collective
from collectives.services import link_token
from collectives.tenancy import acting_for
from coopdelivery.decisions.models import Meeting
from coopdelivery.journal.models import Event
from coopdelivery.journal.services import subscribe
from coopdelivery.notices import services as notices

notices.define("member.invited", label=_("An invitation into a team"), audience="invited")
notices.define("team.assembly", label=_("Our own general assembly is convened"), audience="everyone")


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


@subscribe("assembly.convened")
def tell_of_own_assembly(event: Event) -> None:
    """To everybody who would vote today; the agenda with its texts stands behind the link."""
    meeting = Meeting.objects.filter(ref=event.subject, collective_id=event.collective_id).prefetch_related("items").first()
    if meeting is None or event.collective_id is None:
        return
    with acting_for(event.collective_id):
        collective = acting_collective()
        readers = [row.person for row in voters(collective.today())]
    path = reverse("collectives:assembly", kwargs={"collective": collective.slug, "ref": meeting.ref})
    context = {"meeting": meeting, "items": list(meeting.items.all()), "collective": collective, "url": settings.BASE_URL + path}
    for reader in readers:
        notices.notify("team.assembly", to=reader, collective_id=collective.pk, context=context, subject_key=str(event.pk))
