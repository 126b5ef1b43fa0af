"""Every setting of the federation that only a resolution of its assembly changes, and what holds today."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collectives.refusals import Refusal
from coopdelivery.kit.money import Money
from federation.models import FederationPolicy

WAIVED: Mapping[str, int] = {"all": 10_000, "half": 5_000, "none": 0}
SHARES: Mapping[str, Fraction] = {"fifth": Fraction(1, 5), "quarter": Fraction(1, 4), "third": Fraction(1, 3), "half": Fraction(1, 2)}


class UnknownSetting(Refusal):
    field = "key"
    sentence = _("The federation has no setting “%(key)s”.")


class BadSetting(Refusal):
    field = "value"
    sentence = _("“%(value)s” cannot be the value of “%(rule)s”.")


@dataclass(frozen=True, slots=True)
class Setting:
    """`choices` are its possible values in words; a `switch` may be changed in an emergency, for 72 hours."""

    key: str
    label: str | Promise
    why: str | Promise
    default: str
    choices: Mapping[str, str | Promise]
    switch: bool = False

    def checked(self, value: object) -> str:
        """Raises BadSetting."""
        if isinstance(value, str) and value in self.choices:
            return value
        raise BadSetting(value=value, rule=self.label)

    def in_words(self, value: str) -> str:
        return str(self.choices.get(value, value))


SETTINGS = (
    Setting(
        "quorum",
        _("Quorum of the assembly"),
        _("This share of the voices must vote, or nothing is decided."),
        "third",
        {"fifth": _("a fifth"), "quarter": _("a quarter"), "third": _("a third"), "half": _("half")},
    ),
    Setting(
        "notice",
        _("Notice of an assembly"),
        _("So long before it begins, the agenda is sent out."),
        "15",
        {"15": _("15 days"), "21": _("21 days"), "30": _("30 days")},
    ),
    Setting(
        "calls",
        _("Dues are called every month"),
        _("Without calls, what is due waits for the year's accounts."),
        "yes",
        {"yes": _("yes"), "no": _("no")},
        switch=True,
    ),
    Setting(
        "waiver",
        _("Letting off dues"),
        _("Of what a co-op owes, a resolution may let it off this much. It may always spread the rest over months."),
        "all",
        {"all": _("all of it"), "half": _("half of it"), "none": _("nothing")},
    ),
)
BY_KEY: Mapping[str, Setting] = {setting.key: setting for setting in SETTINGS}


def setting_of(key: str) -> Setting:
    """Raises UnknownSetting."""
    if key not in BY_KEY:
        raise UnknownSetting(key=key)
    return BY_KEY[key]


def in_force(on: date | None = None) -> dict[str, FederationPolicy]:
    """Key → the row that holds on that day of the federation's seat (today), with its decision: one query."""
    standing = Q(until=None) | Q(until__gt=timezone.now())
    rows = FederationPolicy.objects.filter(standing, effective_on__lte=on or timezone.localdate())
    return {row.key: row for row in rows.select_related("decision__opened_by").order_by("effective_on", "pk")}


def value_of(key: str) -> str:
    """What the assembly decided, else the usual value. Raises UnknownSetting."""
    setting = setting_of(key)
    row = in_force().get(key)
    return row.value if row else setting.default


def quorum() -> Fraction:
    """The share of the roll that must vote today."""
    return SHARES[value_of("quorum")]


def notice_days() -> int:
    return int(value_of("notice"))


def most_waived(owed: Money) -> Money:
    """Of what a co-op owes, what a resolution that is proposed today may let it off."""
    return owed.share(WAIVED[value_of("waiver")])


def coming() -> dict[str, Any]:
    """Key → the next decided row whose day has not come."""
    rows = FederationPolicy.objects.filter(effective_on__gt=timezone.localdate()).select_related("decision").order_by("-effective_on")
    return {row.key: row for row in rows}
