"""Celery's doors to the money side. All can be lost or come twice: the rows say what is still to be done."""

from celery import shared_task

from collectives.models import Collective
from collectives.tasks import OwnedTask
from collectives.tenancy import acting_for
from orders import privacy
from orders.imports import services as imports
from orders.models import Repeat, SettlementRun, ShopWindow
from orders.payments import runs, services
from orders.payments.settlement import orders_to_settle
from orders.repeats.services import order_due
from orders.services import quote
from orders.window import deciding as window


@shared_task
def settle_all() -> int:
    """Nightly: start a run in each collective that has something to settle; how many."""
    started = 0
    for collective in Collective.objects.order_by("pk"):
        with acting_for(collective):
            if orders_to_settle().exists():
                runs.start_run(collective=collective, by=None)
                started += 1
    return started


@shared_task(base=OwnedTask)
def settle_collective(collective_id: int) -> None:
    """Do what was started and not finished."""
    for run in SettlementRun.objects.filter(state__in=runs.OPEN).select_related("started_by"):
        runs.settle(run)


@shared_task
def resume_settlements() -> int:
    """Runs whose worker went away go on with another one; how many."""
    resumed = 0
    for collective in Collective.objects.order_by("pk"):
        with acting_for(collective):
            if runs.lost_runs():
                settle_collective.delay(collective.pk)
                resumed += 1
    return resumed


@shared_task(base=OwnedTask)
def send_refunds(collective_id: int) -> int:
    """Tell Stripe to give back what was asked back; how many went through."""
    return sum(services.send_refund(payment) for payment in services.refunds_to_send())


@shared_task
def reconcile_payments() -> None:
    """Every quarter of an hour, one task a collective."""
    for pk in Collective.objects.order_by("pk").values_list("pk", flat=True):
        reconcile_collective.delay(pk)


@shared_task(base=OwnedTask)
def reconcile_collective(collective_id: int) -> int:
    """Ask Stripe about payments it told nothing of, and send refunds whose wake-up was lost; how many were looked at."""
    unheard_of = services.payments_unheard_of()
    for payment in unheard_of:
        services.check(payment)
    for payment in services.refunds_to_send():
        services.send_refund(payment)
    return len(unheard_of)


@shared_task
def forget_quotes() -> int:
    """Prices asked and never accepted, a day later; how many."""
    return quote.forget_quotes()


@shared_task
def forget_recipients() -> int:
    """Nightly: names and telephones nobody needs any more; of how many stops."""
    return privacy.forget_recipients()


@shared_task
def place_repeats() -> None:
    """Every ten minutes, one task for each collective that repeats anything."""
    for collective in Collective.objects.order_by("pk"):
        with acting_for(collective):
            if Repeat.objects.filter(ended_at=None).exists():
                place_repeats_of.delay(collective.pk)


@shared_task(base=OwnedTask)
def place_repeats_of(collective_id: int) -> int:
    """Order what has come near; how many."""
    return order_due(Collective.objects.get(pk=collective_id))


@shared_task
def work_windows() -> None:
    """Every two minutes, one task for each collective with a shop window."""
    for collective in Collective.objects.order_by("pk"):
        with acting_for(collective):
            if ShopWindow.objects.exists():
                work_window.delay(collective.pk)


@shared_task(base=OwnedTask)
def work_window(collective_id: int) -> int:
    """Purchases that wait for nobody any more, and refunds to send; how many."""
    return window.sweep()


@shared_task(base=OwnedTask)
def work_imports(collective_id: int) -> int:
    """Check or order the files that nobody works on; how many."""
    return sum(imports.work(batch) for batch in imports.lost_batches())


@shared_task
def resume_imports() -> None:
    """Files whose worker went away go on with another one."""
    for collective in Collective.objects.order_by("pk"):
        with acting_for(collective):
            if imports.lost_batches():
                work_imports.delay(collective.pk)
