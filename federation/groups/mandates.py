"""Mandates come from the assembly, with their budget; the newest that has begun is the group's."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.formats import date_format

from coopdelivery.decisions.models import Proposal
from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from federation.groups.refusals import MandateOver, NoMandate
from federation.models import Expense, Mandate


@transaction.atomic
def carry_out(resolution: Proposal) -> None:
    """What a passed resolution says of a group's mandate; never back before the day it was decided. Twice changes nothing."""
    told: dict[str, Any] = resolution.settles["mandate"]
    decided_on = timezone.localdate(resolution.decided_at)
    begins, review, ends = (max(date.fromisoformat(told[name]), decided_on) for name in ("begins_on", "review_on", "ends_on"))
    facts = {"group": told["group"], "text": told["text"], "currency": told["currency"], "cents": told["cents"]}
    days = {"begins_on": begins, "review_on": max(review, begins), "ends_on": max(ends, review, begins)}
    row, made = Mandate.objects.get_or_create(resolution=resolution, defaults={**facts, **days})
    if made:
        said = {"group": row.group, "review_on": row.review_on.isoformat(), "cents": row.cents, "currency": row.currency}
        journal.record("mandate.given", subject=row.ref, collective_id=None, by=None, decision=resolution.number, **said)


def mandate_of(group: str) -> Mandate | None:
    """The one that began last, also when its review is overdue."""
    rows = Mandate.objects.filter(group=group, begins_on__lte=timezone.localdate())
    return rows.select_related("resolution").order_by("-begins_on", "-pk").first()


def live_mandate(group: str) -> Mandate:
    """The group's mandate while something may be spent on it. Raises NoMandate, MandateOver."""
    found = mandate_of(group)
    if found is None:
        raise NoMandate
    if found.review_on < timezone.localdate():
        raise MandateOver(day=date_format(found.review_on))
    return found


def committed(mandate: Mandate) -> Money:
    """What was asked for, signed and paid: all that counts against the budget."""
    rows = Expense.objects.filter(mandate=mandate).exclude(state=Expense.State.WITHDRAWN)
    return Money(rows.aggregate(sum=Sum("cents"))["sum"] or 0, mandate.currency)
