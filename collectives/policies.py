"""Every setting that only a decision of the members changes, and what holds today. Needs `acting_for(collective)`.

Use as `policy_value("show_position")`; screens that need several ask `policies_in_force()` once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from collectives.models import Collective, Policy
from collectives.models.policy import standing
from collectives.refusals import Refusal
from collectives.tenancy import acting_id, acting_zone
from coopdelivery.kit.money import Money
from coopdelivery.kit.words import NBSP, number

Words = str | Promise
Value = bool | int | str
WHOLE = 10_000
MOST_CENTS = 10_000_000


class Kind(Enum):
    FLAG = "flag"
    CHOICE = "choice"
    SHARE = "share"  # whole ten-thousandths: 2 % is 200
    CENTS = "cents"  # minor units of the collective's currency
    CENTS_PER_HOUR = "cents_per_hour"


class UnknownPolicy(Refusal):
    field = "key"
    sentence = _("There is no rule “%(key)s”.")


class BadPolicyValue(Refusal):
    field = "value"
    sentence = _("“%(value)s” cannot be the value of “%(rule)s”.")


@dataclass(frozen=True, slots=True)
class Rule:
    """One governed setting: its name, why it exists, and what holds until the members decide."""

    key: str
    kind: Kind
    label: Words
    why: Words
    default: Value
    choices: Mapping[str, Words] = field(default_factory=dict)

    def checked(self, value: object) -> Value:
        """The value when it is of this rule's kind. Raises BadPolicyValue."""
        if FITS[self.kind](self, value):
            return value  # type: ignore[return-value]  # what fits is a bool, an int or a str
        raise BadPolicyValue(value=value, rule=self.label)

    def in_words(self, value: object, currency: str) -> str:
        """What the value means, in the active language; amounts are in `currency`."""
        return SAYS[self.kind](self, value, currency)


def _is_whole(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


FITS: Mapping[Kind, Callable[[Rule, object], bool]] = {
    Kind.FLAG: lambda rule, value: isinstance(value, bool),
    Kind.CHOICE: lambda rule, value: isinstance(value, str) and value in rule.choices,
    Kind.SHARE: lambda rule, value: _is_whole(value, WHOLE),
    Kind.CENTS: lambda rule, value: _is_whole(value, MOST_CENTS),
    Kind.CENTS_PER_HOUR: lambda rule, value: _is_whole(value, MOST_CENTS),
}


def _per_hour(rule: Rule, value: Any, currency: str) -> str:
    return translated("%(amount)s an hour") % {"amount": Money(value, currency)} if value else translated("none")


SAYS: Mapping[Kind, Callable[[Rule, Any, str], str]] = {
    Kind.FLAG: lambda rule, value, currency: translated("yes") if value else translated("no"),
    Kind.CHOICE: lambda rule, value, currency: str(rule.choices.get(value, value)),
    Kind.SHARE: lambda rule, value, currency: f"{number(value / 100, 2)}{NBSP}%",
    Kind.CENTS: lambda rule, value, currency: str(Money(value, currency)),
    Kind.CENTS_PER_HOUR: _per_hour,
}

RULES = (
    Rule(
        "self_assignment",
        Kind.FLAG,
        _("Couriers may take stops themselves"),
        _("Otherwise only dispatch gives rounds. The program never gives anything to anybody."),
        default=False,
    ),
    Rule(
        "order_help",
        Kind.FLAG,
        _("The board may suggest an order of stops"),
        _("Only when somebody asks, beside their own order, and never who rides."),
        default=False,
    ),
    Rule(
        "show_position",
        Kind.FLAG,
        _("Positions of couriers on the road"),
        _("Shown to dispatch on shift and only while a stop is under way, then erased. Couriers can pause it, and read who looked."),
        default=False,
    ),
    Rule(
        "position_kept",
        Kind.CHOICE,
        _("How long positions are kept"),
        _("Only where positions are on. Counted from when we heard of them."),
        default="shift",
        choices={"shift": _("until the shift ends"), "day": _("one day"), "week": _("seven days"), "month": _("thirty days")},
    ),
    Rule(
        "recipient_sees_stops_before",
        Kind.FLAG,
        _("Recipients see how many stops come before theirs"),
        _("A number without a place, a name or a map."),
        default=True,
    ),
    Rule(
        "recipient_sees_courier_name",
        Kind.FLAG,
        _("Recipients see the courier's first name"),
        _("Shops and dispatch see it anyway."),
        default=False,
    ),
    Rule(
        "round_floor",
        Kind.CENTS_PER_HOUR,
        _("Least income of a round"),
        _("Below it, dispatch writes a reason."),
        default=0,
    ),
    Rule(
        "proof_default",
        Kind.CHOICE,
        _("Proof at delivery"),
        _("Holds where a partner has not chosen."),
        default="optional",
        choices={"off": pgettext_lazy("proof", "none"), "optional": _("if useful"), "required": _("always")},
    ),
    Rule(
        "cancel_free_until",
        Kind.CHOICE,
        _("Cancelling is free"),
        _("Afterwards the delivery is billed."),
        default="pickup",
        choices={"pickup": _("until the pickup"), "planned": _("until it is in a round"), "never": _("never")},
    ),
    Rule(
        "contribution_rate",
        Kind.SHARE,
        _("Contribution to the federation"),
        _("Share of the value added, set aside with every settled order and called later."),
        default=200,
    ),
    Rule(
        "value_added_share",
        Kind.SHARE,
        _("Value added in a delivery"),
        _("The part of the price before VAT on which the contribution is reckoned."),
        default=8000,
    ),
    Rule(
        "card_fee_rate",
        Kind.SHARE,
        _("Card payments: expected fee"),
        _("An estimate until the payment service tells the real one."),
        default=150,
    ),
    Rule(
        "card_fee_fixed", Kind.CENTS, _("Card payments: expected fixed fee"), _("Added to the share above, for each payment."), default=25
    ),
)
POLICIES: Mapping[str, Rule] = {rule.key: rule for rule in RULES}


def rule_of(key: str) -> Rule:
    """Raises UnknownPolicy."""
    try:
        return POLICIES[key]
    except KeyError as error:
        raise UnknownPolicy(key=key) from error


def policy_value(key: str, on: date | None = None) -> Any:
    """What the acting collective's members decided, else the rule's default: bool, int or str by the rule's kind.

    `on` is a local day of the collective (by default its own today, whoever asks and wherever). Raises UnknownPolicy.
    """
    rule = rule_of(key)
    rows = Policy.objects.filter(standing(), key=key, effective_on__lte=on or _today()).order_by("-effective_on")
    decided = rows.values_list("value", flat=True).first()
    return rule.default if decided is None else decided


def policies_in_force(on: date | None = None) -> dict[str, Policy]:
    """Key → the row in force with its decision, for the rules that were ever decided: one query."""
    rows = Policy.objects.filter(standing(), effective_on__lte=on or _today())
    rows = rows.select_related("decision").order_by("effective_on")
    return {row.key: row for row in rows}


def _today() -> date:
    """The acting collective's own day: a worker's clock knows no town, and a rule begins at midnight in one."""
    acting, zone = acting_id(), acting_zone()
    if acting is not None and zone is None:
        zone = Collective.objects.get(pk=acting).zone
    return timezone.localdate(timezone=zone)
