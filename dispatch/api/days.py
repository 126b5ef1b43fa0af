"""A courier's day as a list: the rounds in the order of every screen, each in its own order."""

from datetime import date

from django.db.models import Q

from collectives.api.shapes import Json
from collectives.models import Collective, Membership
from dispatch.api.rows import Row, rows
from dispatch.api.shapes import day_card
from dispatch.models import Round
from dispatch.selectors import ordered


def rounds_of(member: Membership, on: date) -> list[Round]:
    return ordered(Round.objects.filter(courier=member, on=on))


def day_of_courier(member: Membership, on: date, collective: Collective) -> tuple[Json, list[Row]]:
    """The list's card and its tasks in order."""
    rounds = rounds_of(member, on)
    place = {row.pk: n for n, row in enumerate(rounds)}
    found = rows(Q(round__in=list(place))) if place else []
    found.sort(key=lambda row: (place[row.round_id or 0], row.position or 0))
    changed = max((row.created_at for row in rounds), default=collective.created_at)
    return day_card(member, on, found, collective.zone, changed), found
