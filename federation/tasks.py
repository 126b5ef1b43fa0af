"""Celery's door."""

from celery import shared_task
from django.utils import timezone

from federation import services
from federation.contracts import allotting
from federation.dues import services as dues
from federation.handover.answering import expire_offers
from federation.purchasing import running as purchasing
from federation.solidarity import loans


@shared_task
def review_standing() -> dict[str, int]:
    """Every night: conditions that end soon, licences whose grace is over, originals that were read long ago."""
    return {**services.review_standing(), "purged": services.purge_originals()}


@shared_task
def call_dues() -> dict[str, int]:
    """Every night: this month's call where it was not made yet, and one reminder for each call that is overdue."""
    return {"called": dues.call_month(first=timezone.localdate().replace(day=1), by=None), "reminded": dues.remind()}


@shared_task
def count_purchases() -> dict[str, int]:
    """Every night: group purchases whose closing day is over go ahead, or are called off."""
    return {"counted": purchasing.close_due()}


@shared_task
def put_lots_in_force() -> dict[str, int]:
    """Every night: allotments whose standstill is over, and that nobody objects to."""
    return {"in_force": allotting.effect_due()}


@shared_task
def expire_handovers() -> int:
    """Every minute: offers to other co-ops that nobody answered in time."""
    return expire_offers()


@shared_task
def remind_of_loans() -> dict[str, int]:
    """Every night: one reminder for each part of a loan of the solidarity fund that is two weeks late."""
    return {"reminded": loans.remind()}
