"""What orders do when something has happened, here or on the collective's floor."""

from celery import current_app

from collectives.models import Membership
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.journal.services import subscribe
from orders.models import Order, Partner
from orders.services import add_partner_user
from orders.services.supplements import charge_waiting


@subscribe("invitation.accepted", within_transaction=True)
def seat_partner_user(event: Event) -> None:
    """Who accepts an invitation for a partner may order for it from that moment."""
    ref = event.data.get("partner")
    if not ref or event.collective_id is None:
        return
    with acting_for(event.collective_id):
        membership = Membership.objects.select_related("person").get(ref=event.subject)
        partner = Partner.objects.filter(ref=ref).first()
        if partner is not None:
            add_partner_user(partner=partner, membership=membership, by=membership.person, role=event.data.get("partner_role", ""))


@subscribe("stop.waited")
def charge_what_was_waited(event: Event) -> None:
    """By the terms of the order's own price; again is the same as once."""
    if event.collective_id is None:
        return
    with acting_for(event.collective_id):
        order = Order.objects.filter(ref=event.data["order"]).first()
        if order is not None:
            charge_waiting(order)


@subscribe("import.check_asked", "import.order_asked")
def wake_the_importer(event: Event) -> None:
    """Only a wake-up: the row says what is to be done, and beat finds it when this is lost."""
    current_app.send_task("orders.tasks.work_imports", args=[event.collective_id], retry=False)
