"""The administration of a co-op hears of a purchase it may join, what became of its intent, what is offered, and what it has to pay."""

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
from federation.models import GroupPurchase, Intent, Share

notices.define("group_purchase.opened", label=_("Co-ops want to buy something together"), audience="admin", default={"email": "digest"})
notices.define("group_purchase.committed", label=_("A group purchase of ours goes ahead"), audience="admin")
notices.define("group_purchase.called_off", label=_("A group purchase of ours is called off"), audience="admin")
notices.define(
    "group_purchase.offered", label=_("Another co-op offers units of a group purchase"), audience="admin", default={"email": "digest"}
)
notices.define("group_purchase.billed", label=_("What we pay for a group purchase"), audience="admin")


@subscribe("group_purchase.opened", "group_purchase.offered")
def tell_who_may_join(event: Event) -> None:
    """Everybody whose books are in that currency, but not the co-op that offers; nobody of an offer that is withdrawn."""
    purchase = _purchase_of(event)
    if purchase is not None and event.data.get("units") != 0:
        may_join = Collective.objects.filter(standing__in=(Standing.TRIAL, Standing.MEMBER), currency=purchase.currency)
        _tell(event, purchase, may_join.exclude(pk=event.collective_id or 0).order_by("pk"))


@subscribe("group_purchase.committed", "group_purchase.called_off")
def tell_who_wanted_some(event: Event) -> None:
    purchase = _purchase_of(event)
    if purchase is not None:
        intents = Intent.objects.filter(purchase=purchase, units__gt=0)
        _tell(event, purchase, Collective.objects.filter(pk__in=intents.values("collective")).order_by("pk"))


@subscribe("group_purchase.billed")
def tell_of_bill(event: Event) -> None:
    """Nothing when the invoice was taken back in the meantime."""
    shares = Share.objects.filter(ref=event.data["share"], bill__taken_back_at=None)
    share = shares.select_related("bill__purchase", "collective").first()
    if share is not None:
        _tell(event, share.bill.purchase, [share.collective], share=share)


def _purchase_of(event: Event) -> GroupPurchase | None:
    return GroupPurchase.objects.filter(ref=event.subject).first()


def _tell(event: Event, purchase: GroupPurchase, co_ops: Iterable[Collective], **more: object) -> None:
    for collective in co_ops:
        url = settings.BASE_URL + reverse("licence:purchase", kwargs={"collective": collective.slug, "ref": purchase.ref})
        context = {"purchase": purchase, "facts": event.data, "collective": collective, "url": url, **more}
        with acting_for(collective):
            readers = [membership.person for membership in admins()]
        for reader in readers:
            if reader.pk != event.by_id:
                notices.notify(
                    event.name, to=reader, collective_id=collective.pk, context=context, subject_key=f"{event.pk}:{collective.pk}"
                )
