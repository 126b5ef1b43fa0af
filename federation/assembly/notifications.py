"""Whom the assembly concerns: each member co-op's delegate, or its administration while nobody speaks for it."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective
from collectives.selectors import admins
from collectives.tenancy import acting_for
from coopdelivery.decisions.models import Meeting, Proposal
from coopdelivery.journal.models import Event
from coopdelivery.journal.services import subscribe
from coopdelivery.notices import services as notices
from coopdelivery.people.models import Person
from federation.assembly.voices import delegate_of, voices
from federation.models import Delegate

DELEGATE = "delegate"
notices.define("assembly.convened", label=_("The federation's assembly is convened"), audience=DELEGATE)
notices.define("motion.opened", label=_("The federation puts something to the vote"), audience=DELEGATE)


@notices.audience_source
def mandates(person: Person) -> set[str]:
    return {DELEGATE} if Delegate.objects.filter(person=person, until=None).exists() else set()


def readers_of(collective: Collective) -> list[Person]:
    delegate = delegate_of(collective)
    if delegate is not None:
        return [delegate.person]
    with acting_for(collective):
        return [membership.person for membership in admins()]


def tell(kind: str, event: Event, collective: Collective, path: str, context: dict[str, object]) -> None:
    words = {**context, "collective": collective, "url": settings.BASE_URL + path}
    for reader in readers_of(collective):
        notices.notify(kind, to=reader, collective_id=collective.pk, context=words, subject_key=str(event.pk))


@subscribe("assembly.convened")
def tell_of_assembly(event: Event) -> None:
    """The convening itself: the agenda with its texts stands behind the link."""
    meeting = Meeting.objects.filter(ref=event.subject, collective_id=None).prefetch_related("items").first()
    if meeting is None:
        return
    for collective in voices():
        path = reverse("licence:meeting", kwargs={"collective": collective.slug, "ref": meeting.ref})
        tell("assembly.convened", event, collective, path, {"meeting": meeting, "items": list(meeting.items.all())})


@subscribe("proposal.opened")
def tell_of_motion(event: Event) -> None:
    """Votes of the federation only; those of a meeting were told with its agenda."""
    motion = Proposal.objects.filter(ref=event.subject, collective_id=None, item=None).first()
    if motion is None:
        return
    for collective in Collective.objects.filter(pk__in=motion.roll).order_by("pk"):
        path = reverse("licence:motion", kwargs={"collective": collective.slug, "ref": motion.ref})
        tell("motion.opened", event, collective, path, {"motion": motion})
