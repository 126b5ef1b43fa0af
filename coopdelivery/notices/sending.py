"""Send what waits: claim the row, send outside any transaction, write the outcome."""

import logging
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from coopdelivery.notices.channels import CHANNELS, Held, Undeliverable
from coopdelivery.notices.models import Message

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=3)
WAITS = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=4))
State = Message.State


def send(pk: int) -> Message | None:
    """Send one message now. None when another worker has it, it is done, or its time has not come.

    A worker that dies while sending loses the claim after LEASE and the message goes out again: at least once.
    """
    message = claim(pk)
    if message is None:
        return None
    outcome: dict[str, object]
    try:
        reply = CHANNELS[message.channel].send(message)
    except Held as reason:
        outcome = {"state": State.HELD, "why": str(reason)}
    except Undeliverable as reason:
        outcome = after_failure(message, reason)
    else:
        outcome = {"state": State.SENT, "sent_at": timezone.now(), "why": reply}
    outcome["why"] = str(outcome["why"])[:500]
    Message.objects.filter(pk=pk, state=State.SENDING).update(**outcome)
    message.refresh_from_db()
    return message


def claim(pk: int) -> Message | None:
    now = timezone.now()
    due = Message.objects.filter(pk=pk, state__in=[State.WAITING, State.SENDING], next_at__lte=now)
    if not due.update(state=State.SENDING, attempts=F("attempts") + 1, next_at=now + LEASE):
        return None
    return Message.objects.select_related("person").get(pk=pk)


def after_failure(message: Message, reason: Undeliverable) -> dict[str, object]:
    """Try again later and later; give up at once when it will never work."""
    log.warning("message %s was not sent: %s", message.ref, reason)
    if reason.permanent or message.attempts > len(WAITS):
        return {"state": State.FAILED, "why": str(reason)}
    return {"state": State.WAITING, "next_at": timezone.now() + WAITS[message.attempts - 1], "why": str(reason)}


def waiting(limit: int = 200) -> list[int]:
    """Messages due now, oldest first: new ones, second tries, and those whose sender died."""
    rows = Message.objects.filter(state__in=[State.WAITING, State.SENDING], next_at__lte=timezone.now()).order_by("next_at")
    return list(rows.values_list("pk", flat=True)[:limit])


def send_waiting() -> int:
    """Send everything that is due; how many left the house."""
    sent = [message for pk in waiting() if (message := send(pk)) is not None]
    return sum(message.state == State.SENT for message in sent)
