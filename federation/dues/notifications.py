"""A co-op's administration hears of a call and, once, of a call that is overdue."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective
from collectives.selectors import admins
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.journal.services import subscribe
from coopdelivery.kit.money import Money
from coopdelivery.notices import services as notices
from federation.models import DuesCall

notices.define("dues.called", label=_("The federation calls our dues"), audience="admin")
notices.define("dues.overdue", label=_("Our dues are overdue"), audience="admin")


@subscribe("dues.called")
def tell_of_call(event: Event) -> None:
    _tell("dues.called", event)


@subscribe("dues.overdue")
def tell_of_delay(event: Event) -> None:
    _tell("dues.overdue", event)


def _tell(kind: str, event: Event) -> None:
    call = DuesCall.objects.select_related("collective", "terms__resolution").filter(ref=event.subject).first()
    if call is None:
        return
    collective: Collective = call.collective
    with acting_for(collective):
        readers = [membership.person for membership in admins()]
    context = {
        "call": call,
        "collective": collective,
        "amount": Money(event.data["cents"], call.currency),
        "url": settings.BASE_URL + reverse("licence:dues", kwargs={"collective": collective.slug}),
    }
    for reader in readers:
        notices.notify(kind, to=reader, collective_id=collective.pk, context=context, subject_key=str(event.pk))
