"""A co-op asks; the other member co-ops deliberate and vote, each one voice. It has none in its own matter."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from collectives.models import Collective, Standing
from coopdelivery.decisions import services as decisions
from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money, total
from coopdelivery.people.models import Person
from federation.assembly.voices import voices
from federation.models import AidRequest
from federation.solidarity.fund import fund_in
from federation.solidarity.refusals import NobodyElse, NoFund, NotAMember, OverCap, OverFund


def ask(
    *, collective: Collective, purpose: str, form: str, months: int, amount: Money, reason: str, closes_at: datetime, by: Person
) -> AidRequest:
    """Put a request to the vote of all other members.

    Raises NotAMember, NoFund, OverCap, OverFund, NobodyElse, EndsTooSoon.
    """
    if collective.standing not in {Standing.TRIAL, Standing.MEMBER}:
        raise NotAMember
    fund = fund_in(amount.currency)
    if fund is None:
        raise NoFund
    if amount > fund.cap:
        raise OverCap(cap=fund.cap)
    if amount > fund.left:
        raise OverFund(left=fund.left)
    roll = list(voices().exclude(pk=collective.pk).values_list("pk", flat=True))
    if not roll:
        raise NobodyElse
    with transaction.atomic():
        title = _("Solidarity fund: %(amount)s for %(name)s") % {"amount": amount, "name": collective.name}
        motion = decisions.open_proposal(
            collective_id=None, title=title[:160], text=reason, roll=roll, by=by, settles={"aid": collective.pk}, closes_at=closes_at
        )
        facts = {"purpose": purpose, "form": form, "months": months if form == AidRequest.Form.LOAN else 0}
        row = AidRequest.objects.create(
            collective=collective, currency=amount.currency, cents=amount.cents, reason=reason, asked_by=by, resolution=motion, **facts
        )
        journal.record("aid.asked", subject=row.ref, collective_id=collective.pk, by=by, decision=motion.number, cents=row.cents, **facts)
    return row


def requests() -> QuerySet[AidRequest]:
    """The newest first, with what a page says of each."""
    return AidRequest.objects.select_related("collective", "resolution", "asked_by", "paid_by").prefetch_related("repayments")


FEWEST = 3


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One year, purpose and form: how many requests were paid, and how much. Nobody is named."""

    year: int
    purpose: str
    form: str
    count: int
    amount: Money


def report() -> list[ReportLine]:
    """What the fund did, without a name: the newest year first. Fewer than three requests of one kind are told as “other”."""
    paid = [(row.paid_on.year, row) for row in AidRequest.objects.exclude(paid_on=None) if row.paid_on]
    counts = Counter((year, row.purpose, row.form) for year, row in paid)
    told: dict[tuple[int, str, str, str], list[Money]] = {}
    for year, row in paid:
        few = counts[year, row.purpose, row.form] < FEWEST
        words = (_("other"), _("gift or loan")) if few else (row.get_purpose_display(), row.get_form_display())
        told.setdefault((year, *words, row.currency), []).append(row.amount)
    lines = [
        ReportLine(year, purpose, form, len(amounts), total(amounts, currency)) for (year, purpose, form, currency), amounts in told.items()
    ]
    return sorted(lines, key=lambda line: (-line.year, line.purpose, line.form, line.amount.currency))
