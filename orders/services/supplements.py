"""What is added to an order's price afterwards: by a person of the co-op, named and with a reason, or by the minutes somebody waited.

Only while the order is not in the accounts, so that everything is posted once, with the order itself. What was agreed stays: lines
are added or filled, and each new price is a version of its own, told with the one before.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.people.models import Person
from orders.models import Order, OrderLine, Settlement, Stop
from orders.pricing.asked_rules import waited
from orders.pricing.facts import Line
from orders.pricing.totals import SAID, totals, without_vat
from orders.refusals import Refused

SUPPLEMENT, WAITING = "supplement", "waiting"
MOST_CENTS = 1_000_000
MOST_SUPPLEMENTS = 10


class BadSupplement(Refused):
    code = "bad_supplement"
    sentence = _("Write an amount between %(least)s and %(most)s, and not zero. The whole order cannot cost less than nothing.")


class TooManySupplements(Refused):
    code = "too_many_supplements"
    sentence = _("An order has up to %(most)s supplements.")


class NoNameOrReason(Refused):
    code = "no_name_or_reason"
    sentence = _("Give the supplement a name and say why: the partner reads both.")


class PriceMoved(Refused):
    code = "price_moved"
    sentence = _("The price has changed meanwhile: it is %(cost)s with VAT now. Look at it again.")


class AlreadyInAccounts(Refused):
    code = "already_in_accounts"
    sentence = _("This order is in the accounts already. Add it to the partner's next order.")


class PaidByCard(Refused):
    code = "paid_by_card"
    sentence = _("This order is paid by card: nothing can be added to it. Send a second order for the supplement.")


def may_supplement(order: Order) -> bool:
    """Whether something can still be added to its price."""
    return order.paid_by != Order.PaidBy.CARD and not Settlement.objects.filter(order=order).exists()


@transaction.atomic
def add_supplement(*, order: Order, label: str, net: Money, reason: str, agreed_cents: int, by: Person, idempotency_key: str) -> Money:
    """Add `net` (before VAT; a reduction with a minus) to the price and return the new one with VAT. The same key again changes nothing.

    `agreed_cents` is the price with VAT that the person saw before. Raises AlreadyInAccounts, PaidByCard, NoNameOrReason, BadSupplement,
    TooManySupplements, PriceMoved.
    """
    locked = _locked(order)
    lines = list(OrderLine.objects.filter(order=locked))
    key = idempotency_key.strip()[:64]
    if key and any(line.facts.get("key") == key for line in lines):
        return locked.gross
    label, reason = label.strip()[:80], reason.strip()[:160]
    _check(locked, lines, label, net, reason)
    if locked.gross.cents != agreed_cents:
        raise PriceMoved(cost=locked.gross)
    added = OrderLine(
        collective_id=locked.collective_id,
        order=locked,
        position=max((line.position for line in lines), default=0) + 1,
        label=label,
        code=SUPPLEMENT,
        facts={"reason": reason, "key": key},
        amount_cents=net.cents,
    )
    after = _repriced(locked, [*lines, added], why=label, reason=reason, by=by)
    added.save(force_insert=True)
    return after


def _locked(order: Order) -> Order:
    locked = Order.objects.select_for_update(of=("self",)).select_related("collective").get(pk=order.pk)
    if locked.paid_by == Order.PaidBy.CARD:
        raise PaidByCard
    if Settlement.objects.filter(order=locked).exists():
        raise AlreadyInAccounts
    return locked


def _check(order: Order, lines: Iterable[OrderLine], label: str, net: Money, reason: str) -> None:
    if not label or not reason:
        raise NoNameOrReason("label" if not label else "reason")
    if sum(line.code == SUPPLEMENT for line in lines) >= MOST_SUPPLEMENTS:
        raise TooManySupplements(most=MOST_SUPPLEMENTS)
    least, most = Money(-order.net_cents, order.currency), Money(MOST_CENTS, order.currency)
    if not net or not least.cents < net.cents <= most.cents:
        raise BadSupplement("amount", least=least, most=most)


@transaction.atomic
def charge_waiting(order: Order) -> Money | None:
    """Bring the lines of waiting to the minutes waited until now; twice is once. The new price with VAT, None when it stays.

    What is paid by card, or in the accounts, stays as it is: the minutes are on the proof.
    """
    try:
        locked = _locked(order)
    except (PaidByCard, AlreadyInAccounts):
        return None
    lines = list(OrderLine.objects.filter(order=locked))
    minutes = [stop.waited_min for stop in Stop.objects.filter(delivery__order=locked)]
    filled = [line for line in lines if line.code == WAITING and _fill(line, minutes, locked.vat_rate)]
    if not filled:
        return None
    after = _repriced(locked, lines, why=WAITING, reason="", by=None)
    OrderLine.objects.bulk_update(filled, ["facts", "amount_cents"])
    return after


def _fill(line: OrderLine, minutes: Iterable[int], rate: int) -> bool:
    """Whether the line costs something else now. The list's own amounts are with VAT when the line says so."""
    told = waited(Line(line.label, line.code, {k: v for k, v in line.facts.items() if k != SAID}, 0), minutes)
    if SAID in line.facts:
        told = without_vat([told], rate)[0]
    changed = (told.amount_cents, dict(told.args)) != (line.amount_cents, line.facts)
    line.amount_cents, line.facts = told.amount_cents, dict(told.args)
    return changed


def _repriced(order: Order, lines: Iterable[OrderLine], *, why: str, reason: str, by: Person | None) -> Money:
    """The order's row is locked: nobody prices or settles it meanwhile."""
    before = order.gross
    net, vat = totals([(line.amount_cents, line.facts) for line in lines], order.vat_rate)
    Order.objects.filter(pk=order.pk).update(net_cents=net, vat_cents=vat, price_version=F("price_version") + 1)
    order.refresh_from_db(fields=["net_cents", "vat_cents", "price_version"])
    delivery = order.deliveries.order_by("pk").first()
    journal.record(
        "order.repriced",
        subject=delivery.ref if delivery else order.ref,
        collective_id=order.collective_id,
        by=by,
        number=order.number,
        why=why,
        reason=reason,
        before_cents=before.cents,
        after_cents=order.gross.cents,
        currency=order.currency,
        version=order.price_version,
    )
    return order.gross


def kept_lines(order: Order) -> list[Mapping[str, Any]]:
    """The supplements of an order, as lines: a change of the delivery is priced anew, what was added stays."""
    rows = OrderLine.objects.filter(order=order, code=SUPPLEMENT)
    return [{"label": row.label, "code": row.code, "args": row.facts, "amount_cents": row.amount_cents} for row in rows]
