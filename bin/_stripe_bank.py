"""What localstripe lacks for a whole card payment: a bank that asks for confirmation, refused cards, fees, idempotency, refunds told.

Everything stays on this machine. `install(address)` goes before the server starts; `address` is where browsers reach it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from localstripe import resources, server, webhooks
from localstripe.errors import UserError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Stripe's test payment methods → a card number localstripe knows how to treat
CARDS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_visa_chargeDeclined": "4000000000000341",
    "pm_card_chargeDeclined": "4000000000000341",
    "pm_card_threeDSecure2Required": "4000000000003220",
}
BANK = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<title>Test bank</title><main><h1>Test bank</h1><p>Somebody wants to pay {amount} {currency} with your card. No real money moves.</p>
<form method="post"><button name="answer" value="yes">Confirm the payment</button>
<button name="answer" value="no">Refuse</button></form></main></html>"""

_answers: dict[str, tuple[str, int, bytes]] = {}
_returns: dict[str, str] = {}


def install(address: str) -> None:
    """Teach localstripe's application the rest; `address` as in `http://127.0.0.1:8002`."""
    _let_browsers_in()
    server.app.middlewares.append(_idempotent)
    server.app.middlewares.append(_confirming(address))
    server.app.router.add_get("/bank/{id}", _ask)
    server.app.router.add_post("/bank/{id}", _answer)
    resources.BalanceTransaction.fee = property(_fee, lambda _self, _value: None)
    resources.PaymentMethod._try_get_canonical_test_article = classmethod(_known_card)
    tell = resources.Refund.__init__

    def refund_and_tell(self: Any, *args: Any, **kwargs: Any) -> None:
        tell(self, *args, **kwargs)
        charge = resources.Charge._api_retrieve(self.charge)
        webhooks.schedule_webhook(resources.Event("charge.refunded", charge))

    resources.Refund.__init__ = refund_and_tell


def _fee(transaction: Any) -> int:
    """1.5 % and a quarter of the main unit, as a European card; nothing for a refund."""
    return (transaction.amount * 15 + 500) // 1000 + 25 if transaction.type == "charge" else 0


def _known_card(_cls: type, name: str) -> Any:
    if name not in CARDS:
        return None
    return resources.PaymentMethod(type="card", card={"number": CARDS[name], "exp_month": "12", "exp_year": "2039", "cvc": "123"})


def _let_browsers_in() -> None:
    """The bank's page is for people: it asks for no API key, everything else does."""
    place = list(server.app.middlewares).index(server.auth_middleware)

    @web.middleware
    async def keyed(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/bank/"):
            return await handler(request)
        answer: web.StreamResponse = await server.auth_middleware(request, handler)
        return answer

    server.app.middlewares[place] = keyed


@web.middleware
async def _idempotent(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The same Idempotency-Key again gets the first answer again; with other contents it is refused."""
    key = request.headers.get("Idempotency-Key", "")
    if request.method != "POST" or not key:
        return await handler(request)
    sent = f"{request.path} {(await request.text())}"
    if key in _answers:
        before, status, body = _answers[key]
        if before != sent:
            raise UserError(400, "This key was used with other contents.", {"code": "idempotency_error"})
        return web.Response(body=body, status=status, content_type="application/json", headers={"Idempotent-Replayed": "true"})
    try:
        answer = await handler(request)
    except UserError as error:
        answer = error.to_response()
    body = bytes(answer.body) if isinstance(answer, web.Response) and isinstance(answer.body, bytes) else b""
    if answer.status < 500:
        _answers[key] = (sent, answer.status, body)
    return answer


def _confirming(address: str) -> Any:
    @web.middleware
    async def confirming(request: web.Request, handler: Handler) -> web.StreamResponse:
        """`confirm` with a payment method and a return address, which localstripe refuses to take."""
        parts = request.path.strip("/").split("/")
        if request.method != "POST" or parts[:2] != ["v1", "payment_intents"] or parts[3:] != ["confirm"]:
            return await handler(request)
        data = await server.get_post_data(request) or {}
        answer: web.StreamResponse = server.json_response(_confirm(parts[2], data, address)._export(expand=data.get("expand")))
        return answer

    return confirming


def _confirm(intent_id: str, data: dict[str, Any], address: str) -> Any:
    intent = resources.PaymentIntent._api_retrieve(intent_id)
    if intent.status not in {"requires_payment_method", "requires_confirmation"}:
        raise UserError(400, "This payment cannot be confirmed now.", {"code": "payment_intent_unexpected_state"})
    if data.get("payment_method"):
        intent.payment_method = resources.PaymentMethod._api_retrieve(data["payment_method"]).id
    intent.latest_charge = None
    intent._confirm(on_failure_now=intent._report_failure)
    if intent.next_action:
        _returns[intent.id] = str(data.get("return_url") or "")
        url = f"{address}/bank/{intent.id}"
        intent.next_action = {"type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": _returns[intent.id]}}
    return intent


async def _ask(request: web.Request) -> web.Response:
    intent = resources.PaymentIntent._api_retrieve(request.match_info["id"])
    page = BANK.format(amount=f"{intent.amount / 100:.2f}", currency=intent.currency.upper())
    return web.Response(text=page, content_type="text/html")


async def _answer(request: web.Request) -> web.StreamResponse:
    intent = resources.PaymentIntent._api_retrieve(request.match_info["id"])
    back = intent.next_action["redirect_to_url"]["return_url"] if intent.next_action else _returns.get(intent.id, "")
    data = await request.post()
    if intent.next_action:
        _decide(intent, confirmed=data.get("answer") == "yes")
    raise web.HTTPSeeOther(back or "/")


def _decide(intent: Any, *, confirmed: bool) -> None:
    try:
        resources.PaymentIntent._api_authenticate(intent.id, client_secret=intent.client_secret, success=confirmed)
    except UserError:
        return  # the charge was refused after the confirmation; the payment says so
    if not confirmed:
        webhooks.schedule_webhook(resources.Event("payment_intent.payment_failed", intent))
