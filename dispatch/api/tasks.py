"""Celery's door to what is kept for a while only."""

from celery import shared_task

from collectives.api.once import forget_old as forget_answers
from collectives.models import Collective
from collectives.tenancy import acting_for
from dispatch.api import sandbox
from dispatch.services.positions import forget_positions


@shared_task
def walk_sandboxes() -> int:
    """The simulated courier goes on; how many steps were told."""
    told = 0
    for collective in Collective.objects.order_by("pk"):
        with acting_for(collective):
            told += sandbox.walk()
    return told


@shared_task
def forget_old() -> int:
    """Nightly: answers kept for `Idempotency-Key` and positions of couriers; how many rows went."""
    gone = 0
    for collective in Collective.objects.order_by("pk"):
        with acting_for(collective):
            gone += forget_answers() + forget_positions()
    return gone
