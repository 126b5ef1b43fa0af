"""Co-ops hear of an open call; candidates of the decision on their lot and of appeals. Who refused hears nothing."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective, Standing
from collectives.selectors import admins
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.journal.services import subscribe
from coopdelivery.notices import services as notices
from federation.models import Allotment, FrameworkContract

notices.define("contract.published", label=_("A client of several towns looks for co-ops"), audience="admin")
notices.define("contract.allotted", label=_("A lot we applied for is allotted"), audience="admin")
notices.define("contract.appeal_settled", label=_("An appeal about a lot is decided"), audience="admin")
notices.define("contract.in_force", label=_("A lot of ours is in force"), audience="admin")


@subscribe("contract.published")
def tell_of_call(event: Event) -> None:
    contract = FrameworkContract.objects.filter(ref=event.subject).first()
    if contract is not None:
        members = Collective.objects.filter(standing__in=(Standing.TRIAL, Standing.MEMBER)).order_by("pk")
        _tell(event, contract, members)


@subscribe("contract.allotted", "contract.appeal_settled")
def tell_candidates(event: Event) -> None:
    """Those of the frozen list."""
    allotment = _allotment_of(event)
    if allotment is not None:
        candidates = Collective.objects.filter(pk__in=allotment.candidate_ids).order_by("pk")
        _tell(event, allotment.lot.contract, candidates, allotment=allotment)


@subscribe("contract.in_force")
def tell_who_rides(event: Event) -> None:
    allotment = _allotment_of(event)
    if allotment is not None:
        _tell(event, allotment.lot.contract, [allotment.collective], allotment=allotment)


def _allotment_of(event: Event) -> Allotment | None:
    return Allotment.objects.select_related("lot__contract", "collective").filter(ref=event.data["allotment"]).first()


def _tell(event: Event, contract: FrameworkContract, co_ops: Iterable[Collective], **more: object) -> None:
    for collective in co_ops:
        url = settings.BASE_URL + reverse("licence:contract", kwargs={"collective": collective.slug, "ref": contract.ref})
        context = {"contract": contract, "facts": event.data, "collective": collective, "url": url, **more}
        with acting_for(collective):
            readers = [membership.person for membership in admins()]
        for reader in readers:
            if reader.pk != event.by_id:
                key = f"{event.pk}:{collective.pk}"
                notices.notify(event.name, to=reader, collective_id=collective.pk, context=context, subject_key=key)
