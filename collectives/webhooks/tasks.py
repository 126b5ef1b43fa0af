"""Celery's doors to webhooks. The rows say what is still to be told; losing a wake-up loses nothing."""

from celery import shared_task

from collectives.models import ApiApplication, Collective
from collectives.tasks import OwnedTask
from collectives.tenancy import acting_for
from collectives.webhooks import deliver


@shared_task
def send_waiting() -> int:
    """One task for each receiver that has something to be told; how many."""
    started = 0
    for collective in Collective.objects.order_by("pk"):
        with acting_for(collective):
            for pk, url in deliver.waiting():
                send_for_application.delay(collective.pk, pk, url)
                started += 1
    return started


@shared_task(base=OwnedTask)
def send_for_application(collective_id: int, application_id: int, url: str = "") -> int:
    application = ApiApplication.objects.filter(pk=application_id).first()
    return deliver.send_for(application, url) if application else 0
