"""Celery's door."""

from celery import shared_task

from coopdelivery.decisions import services


@shared_task
def close_due() -> int:
    """Votes whose end has come are counted even if nobody looks."""
    return services.close_due()
