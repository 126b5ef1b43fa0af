"""What the money side does when something has happened. Imported when the app is ready."""

from celery import current_app

from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from orders.models import Delivery, DeliveryStatus, Order, WebhookEvent
from orders.payments.states import ask_refund
from orders.payments.webhook import process


@journal.subscribe("delivery.cancelled", within_transaction=True)
def give_back_what_was_paid(event: Event) -> None:
    """When nothing of a paid order is left to deliver or to bill; the refund is asked in the transaction that cancels."""
    order = Order.objects.filter(deliveries__ref=event.subject, paid_by=Order.PaidBy.CARD).first()
    given_up = {"status": DeliveryStatus.CANCELLED, "cancel_billed": False}
    if order is not None and not Delivery.objects.filter(order=order).exclude(**given_up).exists():
        ask_refund(order=order, by=None)


@journal.subscribe("order.refund_asked")
def wake_the_refund_sender(event: Event) -> None:
    """Only a wake-up: the row says what to send, and the reconciliation finds it when this is lost."""
    current_app.send_task("orders.tasks.send_refunds", args=[event.collective_id], retry=False)


@journal.subscribe("settlement.started")
def wake_the_settlement(event: Event) -> None:
    current_app.send_task("orders.tasks.settle_collective", args=[event.collective_id], retry=False)


@journal.subscribe("stripe.heard")
def apply_what_stripe_said(event: Event) -> None:
    """From the stored row; local rows only."""
    process(WebhookEvent.objects.get(event_id=event.subject))
