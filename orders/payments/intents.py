"""A payment as Stripe sees it, out of the JSON that calls answer and events carry. Pure."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Intent:
    """A payment as Stripe sees it. `status` is Stripe's word; `problem` why the last attempt failed; `fee_cents` None while unknown."""

    id: str
    status: str
    amount_cents: int
    currency: str
    client_secret: str = ""
    next_url: str = ""
    problem: str = ""
    fee_cents: int | None = None
    refunded: bool = False


def intent_of(row: dict[str, Any]) -> Intent:
    """From Stripe's JSON, as calls answer it and as events carry it."""
    action = (row.get("next_action") or {}).get("redirect_to_url") or {}
    problem = row.get("last_payment_error") or {}
    charge = row.get("latest_charge")
    charge = charge if isinstance(charge, dict) else {}
    return Intent(
        id=str(row["id"]),
        status=str(row["status"]),
        amount_cents=int(row["amount"]),
        currency=str(row["currency"]).upper(),
        client_secret=str(row.get("client_secret") or ""),
        next_url=str(action.get("url") or ""),
        problem=str(problem.get("decline_code") or problem.get("code") or ""),
        fee_cents=_fee(charge.get("balance_transaction")),
        refunded=bool(charge.get("refunded")),
    )


def intent_of_charge(row: dict[str, Any]) -> Intent:
    """The paid intent behind a charge that was given back in full."""
    return Intent(
        id=str(row["payment_intent"]),
        status="succeeded",
        amount_cents=int(row["amount"]),
        currency=str(row["currency"]).upper(),
        refunded=bool(row["refunded"]),
    )


def _fee(transaction: object) -> int | None:
    fee = transaction.get("fee") if isinstance(transaction, dict) else None
    return fee if isinstance(fee, int) else None
