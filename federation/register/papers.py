"""What each country and legal form must show for the three conditions. Data: a form we do not know falls back to equivalent protection.

`checks` is what a reviewer reads the pieces for. Sources: the laws of each country on co-operatives; see docs for the list.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from federation.models import Condition

Words = str | Promise
BASE: Mapping[str, str] = {Condition.EMPLOYED: "headcount", Condition.GOVERNANCE: "minutes", Condition.VALUES: "statutes"}
KINDS: Mapping[str, tuple[Condition, Words]] = {
    "headcount": (Condition.EMPLOYED, _("Signed headcount, in totals: employees, members, self-employed couriers (none)")),
    "payroll": (Condition.EMPLOYED, _("Certificate of social security or payroll, in totals")),
    "accident_cover": (Condition.EMPLOYED, _("Insurance against accidents at work")),
    "minutes": (Condition.GOVERNANCE, _("Minutes of the last general assembly, with the couriers' share of the votes")),
    "board": (Condition.GOVERNANCE, _("Who sits on the board: how many couriers")),
    "statutes": (Condition.VALUES, _("Statutes in force: one person one vote, reserves that cannot be shared out")),
    "register": (Condition.VALUES, _("Extract of the register, less than three months old")),
    "approval": (Condition.VALUES, _("Approval as a co-operative, or the entry in the official list")),
    "audit": (Condition.VALUES, _("Opinion of the auditing union, or the revision report")),
}


@dataclass(frozen=True, slots=True)
class Pack:
    """The pieces one legal form needs, beyond the three that everybody shows."""

    country: str
    words: tuple[str, ...]
    needs: tuple[str, ...]
    checks: Words

    @property
    def mandatory(self) -> Mapping[str, tuple[str, ...]]:
        """By condition: the kinds that must each be held."""
        wanted = (*BASE.values(), *self.needs)
        return {condition: tuple(kind for kind in wanted if KINDS[kind][0] == condition) for condition in Condition}


PACKS = (
    Pack("FR", ("scop",), ("payroll", "approval"), _("Employees hold 51 % of the capital and 65 % of the votes; on the ministry's list.")),
    Pack("FR", ("scic",), ("payroll",), _("Three kinds of members at least, employees among them; 57.5 % of the surplus to reserves.")),
    Pack("FR", (), ("payroll",), _("Hosted or on the way to a co-operative: the contract with the host, who employs.")),
    Pack("BE", ("agréée", "erkend"), ("payroll", "approval"), _("Approved co-operative: one person one vote or the ten per cent rule.")),
    Pack("ES", ("cooperativa", "coop"), ("payroll", "register"), _("Three members at least, nobody above a third of the capital.")),
    Pack("DE", ("eg", "genossenschaft"), ("payroll", "audit"), _("One member one vote, three votes at most; member of an auditing union.")),
    Pack("IT", ("cooperativa", "coop"), ("payroll", "approval"), _("Mostly work of members; in the register of co-operatives.")),
    Pack("GB", ("co-operative", "cooperative", "cic", "llp"), ("payroll", "approval"), _("A bona fide co-operative, three members.")),
)
GENERIC = Pack("", (), (), _("Protection equal to that of employees, whatever the form is called."))


def pack_of(country: str, legal_form: str) -> Pack:
    """By country, then by a word of the legal form; the country's entry without words takes the rest."""
    words = legal_form.casefold().replace(".", "").split()
    for pack in PACKS:
        if pack.country == country and (not pack.words or any(word in pack.words for word in words)):
            return pack
    return GENERIC
