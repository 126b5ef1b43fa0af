"""Celery's doors to the outbox. No scope of a collective is needed: a message carries its own words and address."""

from celery import shared_task

from coopdelivery.notices import digest, sending


@shared_task
def send_message(pk: int) -> None:
    sending.send(pk)


@shared_task
def send_waiting() -> int:
    """New messages whose wake-up was lost, second tries, and those whose sender died."""
    return sending.send_waiting()


@shared_task
def send_digests() -> int:
    """Hourly: the evening comes at another hour in another zone."""
    return digest.write_digests()
