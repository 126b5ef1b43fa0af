"""The card payment of a purchase, on the collective's own account: what comes in is owed to the shop.

The row comes first, Stripe is asked outside any transaction, its answer is one conditional UPDATE with its posting and its event.
"""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from collectives.tenancy import acting_for, acting_for_everyone
from coopdelivery.kit.money import Money
from coopdelivery.ledger import services as ledger
from orders.models import Purchase, PurchaseState
from orders.payments import chart, gateway
from orders.payments.chart import CollectiveBook
from orders.payments.intents import Intent
from orders.payments.services import CardsUnavailable, NotPayable
from orders.payments.states import PROBLEMS
from orders.window import payouts
from orders.window.buying import record

log = logging.getLogger(__name__)
CLAIM_LASTS = timedelta(minutes=5)
State, Refund = PurchaseState, Purchase.Refund


def account_of(purchase: Purchase) -> str:
    return purchase.window.collective.stripe_account


def problem_of(purchase: Purchase) -> str:
    """Why the last card was refused, in a sentence."""
    return str(PROBLEMS.get(purchase.why, PROBLEMS["card_declined"])) if purchase.why and purchase.state == State.UNPAID else ""


def prepare(purchase: Purchase) -> Intent:
    """An intent that waits for a card. Raises NotPayable or CardsUnavailable."""
    if purchase.state != State.UNPAID:
        raise NotPayable
    try:
        if purchase.intent_id:
            _look_at_last_attempt(purchase)
            if purchase.state != State.UNPAID:
                raise NotPayable
        if purchase.intent_id:
            return gateway.retrieve_intent(purchase.intent_id, account=account_of(purchase))
        intent = gateway.create_intent(
            amount=purchase.gross,
            account=account_of(purchase),
            key=f"purchase:{purchase.ref}:{purchase.attempt}",
            metadata={"purchase": str(purchase.ref), "code": purchase.code},
        )
    except (gateway.GatewayDown, gateway.GatewayRefused) as error:
        raise CardsUnavailable from error
    Purchase.objects.filter(pk=purchase.pk, intent_id="", attempt=purchase.attempt).update(intent_id=intent.id)
    purchase.refresh_from_db()
    return intent


def _look_at_last_attempt(purchase: Purchase) -> None:
    """What became of it; a refused one is called off, so that two attempts can never both be charged."""
    seen = gateway.retrieve_intent(purchase.intent_id, account=account_of(purchase))
    apply(purchase, seen)
    if purchase.state != State.UNPAID or not purchase.why:
        return
    if seen.status != "canceled":
        gateway.cancel_intent(seen.id, account=account_of(purchase))
    same = Purchase.objects.filter(pk=purchase.pk, state=State.UNPAID, attempt=purchase.attempt)
    same.update(attempt=purchase.attempt + 1, intent_id="", next_url="", why="")
    purchase.refresh_from_db()


def pay(purchase: Purchase, *, method: str, return_url: str) -> Purchase:
    """Charge a payment method now. Raises NotPayable or CardsUnavailable."""
    intent = prepare(purchase)
    account, key = account_of(purchase), f"purchase:{purchase.ref}:{purchase.attempt}:confirm"
    try:
        if intent.status in {"requires_payment_method", "requires_confirmation"}:
            intent = gateway.confirm_intent(intent.id, method=method, account=account, key=key, return_url=return_url)
        if intent.status == "succeeded":
            intent = gateway.retrieve_intent(intent.id, account=account)
    except (gateway.GatewayDown, gateway.GatewayRefused) as error:
        raise CardsUnavailable from error
    return apply(purchase, intent)


def check(purchase: Purchase) -> Purchase:
    """Ask Stripe how it stands. Passing failures leave it as it was."""
    if not purchase.intent_id:
        return purchase
    try:
        return apply(purchase, gateway.retrieve_intent(purchase.intent_id, account=account_of(purchase)))
    except (gateway.GatewayDown, gateway.GatewayRefused):
        return purchase


def apply(purchase: Purchase, intent: Intent) -> Purchase:
    """Bring the row to what Stripe says; twice, late or out of order is the same as once."""
    if intent.status == "succeeded":
        _succeeded(purchase, intent)
    elif purchase.intent_id in {"", intent.id}:
        unpaid = Purchase.objects.filter(pk=purchase.pk, state=State.UNPAID)
        if intent.status == "requires_action":
            unpaid.update(next_url=intent.next_url[:500], why="")
        elif intent.status == "canceled" or intent.problem:
            unpaid.update(next_url="", why=(intent.problem or "canceled")[:300])
    purchase.refresh_from_db()
    return purchase


@transaction.atomic
def _succeeded(purchase: Purchase, intent: Intent) -> None:
    if (intent.amount_cents, intent.currency) != (purchase.gross.cents, purchase.currency):
        log.error("purchase %s: Stripe took %s %s", purchase.ref, intent.amount_cents, intent.currency)
        return
    values = {"intent_id": intent.id, "next_url": "", "why": ""}
    if Purchase.objects.filter(pk=purchase.pk, state=State.UNPAID).update(state=State.PAID, **values):
        _post(purchase, "paid", purchase.gross.cents)
        record("purchase.paid", purchase, gross=purchase.gross.plain(), currency=purchase.currency)
    elif Purchase.objects.filter(pk=purchase.pk, state=State.EXPIRED, refund="").update(refund=Refund.ASKED, intent_id=intent.id):
        _post(purchase, "paid", purchase.gross.cents)  # paid after its goods went back on the shelf: the money goes back too
        record("purchase.refund_asked", purchase, gross=purchase.gross.plain(), currency=purchase.currency)
    if intent.fee_cents:
        _post(purchase, "fee", -intent.fee_cents)


def _post(purchase: Purchase, what: str, cents: int) -> None:
    """`purchase:<ref>:<what>`: Stripe holds so much more (or less), and the shop is owed so much more (or less)."""
    partner, collective = purchase.window.partner, purchase.window.collective
    books = CollectiveBook(collective, purchase.currency)
    owed = payouts.account_of(partner, books.book)
    amount = Money(cents, purchase.currency)
    moves = {books.account(chart.CARDS): amount, owed: -amount}
    ledger.post(book=books.book, key=f"purchase:{purchase.ref}:{what}", on=collective.today(), memo=purchase.code, moves=moves)


def send_refund(purchase: Purchase) -> bool:
    """Claim it, ask Stripe once, note what came of it. False when another sender is at it or it failed."""
    now = timezone.now()
    rows = Purchase.objects.filter(pk=purchase.pk, refund=Refund.ASKED)
    if not rows.exclude(claimed_at__gt=now - CLAIM_LASTS).update(claimed_at=now):
        return False
    refund_id = ""
    try:
        refund_id = gateway.refund(purchase.intent_id, account=account_of(purchase), key=f"refund:{purchase.ref}")
    except gateway.GatewayDown as error:
        rows.update(claimed_at=None, why=str(error)[:300])
        return False
    except gateway.GatewayRefused as error:
        if error.code != "charge_already_refunded":
            rows.update(why=str(error)[:300])
            return False
    with transaction.atomic():
        if not rows.update(refund=Refund.DONE, refund_id=refund_id, why=""):
            return False
        _post(purchase, "refunded", -purchase.gross.cents)
        record("purchase.refunded", purchase, gross=purchase.gross.plain(), currency=purchase.currency)
    return True


def heard(intent: Intent, metadata: object, account: str) -> bool:
    """What Stripe's event says of a purchase; False when it is none of ours, or of another account."""
    with acting_for_everyone("Stripe's events name a purchase, not a collective"):
        rows = Purchase.objects.select_related("window__collective", "window__partner")
        found = rows.filter(intent_id=intent.id).first() or (rows.filter(ref=ref).first() if (ref := _ref(metadata)) else None)
    if found is None or account_of(found) != account:
        return False
    with acting_for(found.collective_id):
        apply(found, intent)
    return True


def _ref(metadata: Any) -> UUID | None:
    try:
        return UUID(str(metadata["purchase"])) if isinstance(metadata, dict) else None
    except (KeyError, ValueError):
        return None
