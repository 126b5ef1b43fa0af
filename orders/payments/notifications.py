"""Who is told about money: the people of the partner who pays."""

from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.journal.services import subscribe
from coopdelivery.notices import services as notices
from coopdelivery.people.models import Person
from orders.invoices.totals import totals_of
from orders.models import Partner, Payment, Statement
from orders.seats import people_for

notices.define("statement.closed", label=_("A monthly statement is ready"), audience="partner")
notices.define("order.refunded", label=_("A card payment is given back"), audience="partner")


@subscribe("statement.closed")
def tell_who_pays(event: Event) -> None:
    """With the total, the day to pay and the link to the page, the PDF and the CSV."""
    with acting_for(event.collective_id):
        statement = Statement.objects.select_related("partner", "collective").get(ref=event.subject)
        path = reverse("orders:statement", kwargs={"collective": statement.collective.slug, "ref": statement.ref})
        context = {"statement": statement, "total": totals_of(statement).gross, "url": settings.BASE_URL + path}
        _tell(event, statement.partner, "statements.view", context)


@subscribe("order.refunded")
def tell_who_paid(event: Event) -> None:
    with acting_for(event.collective_id):
        payment = Payment.objects.select_related("order__partner", "order__collective").get(order__ref=event.subject)
        order = payment.order
        path = reverse("orders:pay", kwargs={"collective": order.collective.slug, "ref": order.ref})
        if order.partner is not None:
            _tell(event, order.partner, "deliveries.place", {"order": order, "payment": payment, "url": settings.BASE_URL + path})


def _tell(event: Event, partner: Partner, permission: str, context: Mapping[str, object]) -> None:
    """The partner's people who may open the page, as they chose; the partner's own address when nobody orders here in person."""
    seats = people_for(permission, partner_id=partner.pk)
    people: list[Person | notices.Recipient] = [seat.membership.person for seat in seats]
    if not people and partner.email:
        people = [notices.Recipient(email=partner.email, name=partner.name)]
    for person in people:
        notices.notify(event.name, to=person, collective_id=event.collective_id, context=context, subject_key=f"event-{event.pk}")
