"""The demo on another morning: what its people left of the days before is finished, and a new day is under way."""

import logging
from datetime import date, datetime, time

from django.db import transaction

from collectives.models import Role
from collectives.refusals import Refusal
from collectives.services import set_opening_hours
from coopdelivery.journal import services as journal
from dispatch.models import Task
from dispatch.services import progress
from dispatch.services.refusals import Refused as DispatchRefused
from federation.demo.days import rides_at_night, tell_today
from federation.demo.home import Home, home_of
from federation.demo.loading import settle_night
from federation.demo.towns import COOPS
from orders.models import Delivery, DeliveryStatus
from orders.refusals import Refused
from orders.services import cancel_delivery

log = logging.getLogger(__name__)


def begin_today(now: datetime) -> list[str]:
    """Tell today in each co-op of the demo that has none yet; their names. A co-op that visitors changed too much is left as it is."""
    begun = []
    for coop in COOPS:
        home = home_of(coop, f"{coop.slug} {now:%Y-%m-%d}")
        if not _is_whole(home) or not _is_over(home, now):
            continue
        try:
            with transaction.atomic(), journal.past():
                _begin(home, now)
        except (Refused, Refusal, DispatchRefused) as refusal:
            log.info("%s has no new day: %s", coop.name, refusal)
        else:
            begun.append(coop.name)
    return begun


def _is_whole(home: Home) -> bool:
    """Everybody and everything that a day needs is still there."""
    people = all(worker.sign_in in home.members and home.members[worker.sign_in].is_active for worker in home.coop.workers)
    things = len(home.partners) == len(home.coop.shops) and len(home.things) == len(home.coop.things)
    return people and things and all(bike.name in home.bikes for bike in home.coop.bikes)


def _is_over(home: Home, now: datetime) -> bool:
    with home.acting():
        return not Task.objects.filter(on__gte=home.day_of(now)).exists()


def _begin(home: Home, now: datetime) -> None:
    with home.acting():
        last = Task.objects.order_by("-on").values_list("on", flat=True).first()
    if last is not None:
        _finish(home, last)
        settle_night(home, last)
    if rides_at_night(home, now):
        with home.acting():
            week = [(weekday, time(0), time(0)) for weekday in range(7)]
            set_opening_hours(collective=home.collective, ranges=week, by=home.first(Role.ADMIN))
    tell_today(home, now)


def _finish_one(task: Task, at: datetime) -> None:
    """What cannot be done, for instance because its pickup failed, stays and is left over."""
    if task.round is None or task.round.courier is None:
        return
    try:
        progress.finish_task(task=task, by=task.round.courier.person, at=at)
    except DispatchRefused as refusal:
        log.info("%s: %s", task.delivery.number, refusal)


def _finish(home: Home, day: date) -> None:
    """The evening of the last day: couriers do what is in their rounds, shops take back what nobody came for."""
    evening = home.local(day, 23, 45)
    with home.at(evening, "courier"):
        rounds = Task.objects.live().filter(on__lte=day, round__courier__isnull=False)
        for task in rounds.select_related("stop", "delivery", "round__courier__person").order_by("-kind", "round", "position"):
            _finish_one(task, evening)
    with home.at(evening):
        waiting = Delivery.objects.filter(status=DeliveryStatus.PLACED, tasks__in=Task.objects.unplanned().filter(on__lte=day))
        for delivery in waiting.select_related("order", "collective").distinct():
            cancel_delivery(delivery=delivery, by=home.first(Role.ADMIN), reason="Collected by the customer.")
