"""What the window does when something has happened. Imported when the app is ready."""

from celery import current_app

from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from orders.models import Purchase
from orders.window.deciding import give_back_cancelled


@journal.subscribe("delivery.cancelled", within_transaction=True)
def the_ride_was_called_off(event: Event) -> None:
    """What was bought does not come: the buyer's money goes back in the same moment."""
    purchase = Purchase.objects.filter(delivery__ref=event.subject).first()
    if purchase is not None:
        give_back_cancelled(purchase, str(event.data.get("reason", "")))


@journal.subscribe("purchase.refused", "purchase.refund_asked")
def wake_the_sender(event: Event) -> None:
    """Only a wake-up: the row says what to send, and beat finds it when this is lost."""
    current_app.send_task("orders.tasks.work_window", args=[event.collective_id], retry=False)
