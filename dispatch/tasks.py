"""Celery's door to what is kept for a while only, and to what is asked of a router."""

from celery import shared_task

from collectives.models import Collective
from collectives.tenancy import acting_for
from dispatch.services.positions import forget_positions
from dispatch.services.requests import forget_requests
from dispatch.services.ways import learn_ways


@shared_task
def forget_whereabouts() -> int:
    """Positions of who went home or older than their co-op decided, and requests after thirty days; how many rows went."""
    gone = 0
    for collective in Collective.objects.order_by("pk"):
        with acting_for(collective):
            gone += forget_positions() + forget_requests()
    return gone


@shared_task
def learn_all_ways() -> int:
    """Travel along real streets for the rounds of today and tomorrow, where a router is set up; how many ways were learnt."""
    learnt = 0
    for collective in Collective.objects.order_by("pk"):
        with acting_for(collective):
            learnt += learn_ways(collective=collective)
    return learnt
