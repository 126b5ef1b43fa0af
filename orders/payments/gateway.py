"""Stripe, as little of it as we need. The only module that imports the library, and nothing here touches the database.

Every call has a time limit and an idempotency key where it changes something. Charges are direct: `account` is the collective's own
Stripe account (empty: the account of the configured key).
"""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import stripe
from django.conf import settings

from coopdelivery.kit.money import Money
from orders.payments.intents import Intent, intent_of

Answer = TypeVar("Answer")
TIMEOUT_S = (3.05, 15.0)
PASSING = (stripe.APIConnectionError, stripe.RateLimitError)


class GatewayDown(Exception):
    """Stripe did not answer, or not now: worth trying again."""


class GatewayRefused(Exception):
    """Stripe will not do this; `code` is its word for why."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code


class BadSignature(Exception):
    """What arrived was not signed by Stripe, or too long ago."""


@cache
def _client(key: str, base: str) -> stripe.StripeClient:
    http = stripe.RequestsClient(timeout=TIMEOUT_S)
    addresses: Any = {"api": base} if base else None
    return stripe.StripeClient(key, base_addresses=addresses, http_client=http, max_network_retries=2)


def client() -> stripe.StripeClient:
    """Raises GatewayRefused when no key is configured."""
    if not settings.STRIPE_SECRET_KEY:
        raise GatewayRefused("no_key", "STRIPE_SECRET_KEY is not set")
    return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


def is_configured() -> bool:
    """Whether cards can be taken at all."""
    return bool(settings.STRIPE_SECRET_KEY)


def _options(account: str, key: str = "") -> Any:
    options = {"stripe_account": account} if account else {}
    return {**options, "idempotency_key": key} if key else options


def _ask(call: Callable[[], Answer]) -> Answer:
    """Translate Stripe's errors into passing and permanent ones."""
    try:
        return call()
    except PASSING as error:
        raise GatewayDown(str(error)) from error
    except stripe.APIError as error:
        raise GatewayDown(str(error)) from error
    except stripe.StripeError as error:
        raise GatewayRefused(error.code or type(error).__name__, str(error)) from error


def create_intent(*, amount: Money, account: str, key: str, metadata: dict[str, str]) -> Intent:
    """Ask Stripe to prepare a card payment. The same key again is the same intent."""
    params: Any = {"amount": amount.cents, "currency": amount.currency.lower(), "payment_method_types": ["card"], "metadata": metadata}
    return _intent(_ask(lambda: client().v1.payment_intents.create(params, _options(account, key))))


def retrieve_intent(intent_id: str, *, account: str) -> Intent:
    """How it stands now, with the fee once Stripe has booked it."""
    params: Any = {"expand": ["latest_charge.balance_transaction"]}
    return _intent(_ask(lambda: client().v1.payment_intents.retrieve(intent_id, params, _options(account))))


def confirm_intent(intent_id: str, *, method: str, account: str, key: str, return_url: str) -> Intent:
    """Charge this payment method. A card that is refused is an answer, not an error: see `problem`."""
    params: Any = {"payment_method": method, "return_url": return_url}
    try:
        return _intent(client().v1.payment_intents.confirm(intent_id, params, _options(account, key)))
    except stripe.CardError as error:
        seen = retrieve_intent(intent_id, account=account)
        return Intent(
            id=seen.id, status=seen.status, amount_cents=seen.amount_cents, currency=seen.currency, problem=error.code or "card_declined"
        )
    except PASSING as error:
        raise GatewayDown(str(error)) from error
    except stripe.StripeError as error:
        raise GatewayRefused(error.code or type(error).__name__, str(error)) from error


def cancel_intent(intent_id: str, *, account: str) -> Intent:
    """So that an abandoned attempt can never be charged. Raises GatewayRefused when it has been paid meanwhile."""
    return _intent(_ask(lambda: client().v1.payment_intents.cancel(intent_id, None, _options(account))))


def refund(intent_id: str, *, account: str, key: str) -> str:
    """Give the whole payment back; Stripe's id of the refund. The same key again is the same refund."""
    params: Any = {"payment_intent": intent_id}
    return _ask(lambda: client().v1.refunds.create(params, _options(account, key))).id


def verify_webhook(body: bytes, signature: str) -> None:
    """Raises BadSignature unless Stripe signed exactly this body in the last five minutes."""
    try:
        text = body.decode("utf-8")
        stripe.WebhookSignature.verify_header(text, signature, settings.STRIPE_WEBHOOK_SECRET, tolerance=300)
    except (UnicodeDecodeError, ValueError, stripe.SignatureVerificationError) as error:
        raise BadSignature(str(error)) from error


def _intent(row: stripe.PaymentIntent) -> Intent:
    return intent_of(row.to_dict())
