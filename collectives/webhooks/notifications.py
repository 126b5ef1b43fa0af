"""Who is told that a webhook was switched off: the collective's administrators."""

from django.utils.translation import gettext_lazy as _

from collectives.selectors import admins
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.journal.services import subscribe
from coopdelivery.notices import services as notices

notices.define("webhook.switched_off", label=_("A program of a partner no longer answers"), audience="admin")


@subscribe("webhook.switched_off")
def tell_admins(event: Event) -> None:
    if event.collective_id is None:
        return
    with acting_for(event.collective_id):
        people = [member.person for member in admins()]
        context = {
            "application": event.data["application"],
            "url": event.data["url"],
        }
    for person in people:
        notices.notify(event.name, to=person, collective_id=event.collective_id, context=context, subject_key=f"event-{event.pk}")
