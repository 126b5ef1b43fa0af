"""A co-op's administration hears, once for each part, that a loan of the fund is behind."""

from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collectives.selectors import admins
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.journal.services import subscribe
from coopdelivery.kit.money import Money
from coopdelivery.notices import services as notices
from federation.models import AidRequest

notices.define("aid.overdue", label=_("Our loan of the solidarity fund is behind"), audience="admin")


@subscribe("aid.overdue")
def tell_of_delay(event: Event) -> None:
    loan = AidRequest.objects.select_related("collective", "resolution").filter(ref=event.subject).first()
    if loan is None:
        return
    with acting_for(loan.collective):
        readers = [membership.person for membership in admins()]
    context = {
        "loan": loan,
        "collective": loan.collective,
        "amount": Money(event.data["cents"], loan.currency),
        "due_on": date.fromisoformat(event.data["due_on"]),
        "url": settings.BASE_URL + reverse("licence:solidarity", kwargs={"collective": loan.collective.slug}),
    }
    for reader in readers:
        notices.notify("aid.overdue", to=reader, collective_id=loan.collective_id, context=context, subject_key=str(event.pk))
