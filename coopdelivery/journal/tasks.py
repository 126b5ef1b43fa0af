"""Celery's doors to the journal. They need no person: what they run was decided when the event was recorded."""

from celery import shared_task

from coopdelivery.journal import services

LOST_AFTER_S = 15


@shared_task
def run_errands_of(event_id: int) -> int:
    """One message wakes for all that follow from an event: messages cost the person who waits for the answer."""
    return services.run_of(event_id)


@shared_task
def run_errands_of_all(event_ids: list[int]) -> int:
    """The same for events that were recorded together."""
    return services.run_of_all(event_ids)


@shared_task
def sweep() -> int:
    """Errands whose wake-up was lost, or whose time to try again has come."""
    return services.run_waiting(older_than_s=LOST_AFTER_S)
