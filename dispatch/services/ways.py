"""Learning the ways that plans need, after the gesture: nobody who drags a stop waits for a router."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from collectives.models import Collective
from coopdelivery.places import legs
from dispatch.models import Round
from dispatch.outlook.arrivals import pairs_of
from dispatch.selectors import Row
from dispatch.services.arrivals import days_of, refresh_arrivals

AHEAD = timedelta(days=1)


def learn_ways(*, collective: Collective) -> int:
    """Ask the router for what today's and tomorrow's rounds ride and nobody has asked before; how many ways were learnt.

    Asks the network: call it outside transactions, in the collective's scope. The plan's times follow.
    """
    today = collective.today()
    rounds = list(Round.objects.filter(on__gte=today, on__lte=today + AHEAD).order_by("pk"))
    found = days_of(rounds, timezone.now())
    learnt = legs.learn(pair for in_order, _day in found for pair in _pairs(in_order))
    if learnt:
        with transaction.atomic():
            refresh_arrivals(rounds)
    return learnt


def _pairs(in_order: Iterable[Row]) -> list[legs.Pair]:
    return pairs_of(row.point for row in in_order if row.status != "cancelled")
