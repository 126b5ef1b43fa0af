"""Template words of the accounts: `{{ settlement.federation_rate|rate }}`, `{{ entry.account|account_name }}`."""

from django import template

from coopdelivery.kit.money import Money
from coopdelivery.kit.words import NBSP, number
from coopdelivery.ledger.models import Account
from orders.payments.chart import name_of
from orders.payments.settlement import REASONS

register = template.Library()


@register.filter
def rate(ten_thousandths: int) -> str:
    """`20 %`, `7.7 %`, `2.25 %` for a share in ten-thousandths."""
    return f"{number(ten_thousandths / 100, 2)}{NBSP}%"


@register.filter
def credit_side(cents: int, currency: str) -> str:
    """A credit as the journal shows it: in its own column, without a minus."""
    return Money(-cents, currency).format()


@register.filter
def account_name(account: Account) -> str:
    return name_of(account)


@register.filter
def set_aside_reason(code: str) -> str:
    """Why a settlement run left an order aside, in a sentence."""
    return str(REASONS.get(code, code))
