"""What Stripe tells us: verified and stored first, applied from the row afterwards, as often as it comes."""

import json
import logging
from typing import Any
from uuid import UUID

from django.db import DataError, transaction
from django.utils import timezone

from collectives.tenancy import acting_for, acting_for_everyone
from coopdelivery.journal import services as journal
from orders.models import Payment, WebhookEvent
from orders.payments.intents import Intent, intent_of, intent_of_charge
from orders.payments.states import apply_intent
from orders.window import money as window

log = logging.getLogger(__name__)
MAX_BYTES = 512 * 1024
LONGEST = 64


class Malformed(ValueError):
    """Signed, but not an event."""


def store(body: bytes) -> WebhookEvent:
    """Keep a verified event under its id; the second time it is the same row. Raises Malformed."""
    try:
        event = json.loads(body, parse_constant=_no_number)
        event_id, kind, account = event["id"], event["type"], event.get("account") or ""
        event["data"]["object"]["object"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed("not an event of Stripe") from error
    if not all(isinstance(word, str) and len(word) <= LONGEST and word.isprintable() for word in (event_id, kind, account)) or not event_id:
        raise Malformed("the event's id, type or account is no short word")
    if b"\\u0000" in body:
        raise Malformed("the event contains a null character")
    try:
        return _keep(event_id, kind, account, event)
    except DataError as error:  # JSON the database cannot keep, such as half a character
        raise Malformed("the event contains characters that do not exist") from error


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


@transaction.atomic
def _keep(event_id: str, kind: str, account: str, event: dict[str, Any]) -> WebhookEvent:
    row, created = WebhookEvent.objects.get_or_create(event_id=event_id, defaults={"type": kind, "account": account, "body": event})
    if created:
        journal.record("stripe.heard", subject=event_id, collective_id=None, type=kind)
    return row


def process(event: WebhookEvent) -> None:
    """Apply it once. What concerns no payment of ours is noted and left."""
    if event.processed_at is not None:
        return
    why = _apply(event.type, event.account, event.body["data"]["object"])
    WebhookEvent.objects.filter(pk=event.pk, processed_at=None).update(processed_at=timezone.now(), why=why[:300])


def _apply(kind: str, account: str, thing: dict[str, Any]) -> str:
    """Empty when done, else why nothing was to be done."""
    try:
        if kind.startswith("payment_intent."):
            return _with_payment(account, intent_of(thing), thing.get("metadata"))
        if kind == "charge.refunded" and thing.get("refunded"):
            return _with_payment(account, intent_of_charge(thing), None)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return f"not understood: {error!r}"
    return "nothing to do"


def _with_payment(account: str, intent: Intent, metadata: object) -> str:
    payment = _find(intent.id, metadata, account)
    if payment is None:
        return "" if window.heard(intent, metadata, account) else "no payment of ours"
    with acting_for(payment.collective_id):
        apply_intent(payment, intent)
    return ""


def _find(intent_id: str, metadata: object, account: str) -> Payment | None:
    """By the intent, or by our reference in it when the intent was not noted yet; only on the account the event came from."""
    ref = _ref(metadata)
    with acting_for_everyone("Stripe's events name a payment, not a collective"):
        rows = Payment.objects.select_related("order__collective", "order__partner")
        found = rows.filter(intent_id=intent_id).first() if intent_id else None
        found = found or (rows.filter(ref=ref).first() if ref else None)
    if found is None or found.order.collective.stripe_account != account:
        return None
    return found


def _ref(metadata: object) -> UUID | None:
    try:
        return UUID(str(metadata["payment"])) if isinstance(metadata, dict) else None
    except (KeyError, ValueError):
        return None
