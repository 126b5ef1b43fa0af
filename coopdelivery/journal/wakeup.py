"""After commit: wake the worker for each errand and the live streams for the event. Losing a wake-up loses nothing: rows are swept."""

import logging
from collections.abc import Sequence
from functools import cache

import redis
from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)
CHANNEL = "coopdelivery:events"
BROKER_DOWN = (OperationalError, redis.RedisError, OSError)


@cache
def bell() -> "redis.Redis | None":
    """The Redis connection that tells live streams of new events; None on the embedded broker, where they poll."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) if settings.REDIS_URL else None


def nudge(task: str, pk: int | Sequence[int]) -> None:
    """Wake a worker for one row, or for several that came together. Never raises for a broker that is down: whoever owns the rows
    sweeps them."""
    try:
        current_app.send_task(task, args=[pk], retry=False)
    except BROKER_DOWN as error:
        log.warning("no wake-up for %s %s (%s); the sweep will find it", task, pk, error)


def wake(event_ids: Sequence[int], *, errands: bool) -> None:
    """One worker for the events' errands, when they have any, and the live streams: they read on from the last they showed."""
    if errands and len(event_ids) == 1:
        nudge("coopdelivery.journal.tasks.run_errands_of", event_ids[0])
    elif errands:
        nudge("coopdelivery.journal.tasks.run_errands_of_all", list(event_ids))
    ring = bell()
    if ring is None:
        return
    try:
        ring.publish(CHANNEL, event_ids[-1])
    except BROKER_DOWN as error:
        log.warning("live streams were not woken for event %s (%s); they poll", event_ids[-1], error)
