"""The demo's day moves: shops order, dispatchers give, couriers ride, minute by minute, until their shifts are over.

A puppet show for visitors. Who rides what is drawn by lot here and written in the name of a demo dispatcher: that is allowed to nobody in
the product, and `manage.py demo --play` refuses to run anywhere but on a demo instance.
"""

import logging
import time
from collections import defaultdict
from datetime import datetime, timedelta
from random import Random
from threading import Event
from uuid import uuid4

from django.db import OperationalError
from django.utils import timezone

from collectives.models import Membership, Role, Shift
from collectives.refusals import Refusal
from collectives.selectors import on_shift
from dispatch.models import IncidentReason, Task, TaskKind, TaskStatus
from dispatch.selectors import rounds_of_day
from dispatch.services import incidents, plan, progress
from dispatch.services.refusals import Refused as DispatchRefused
from federation.demo.days import LATEST_START
from federation.demo.home import Home, home_of
from federation.demo.lanes import Run, waiting
from federation.demo.shopping import order
from federation.demo.telling import Shown, proof_asked
from federation.demo.towns import COOPS
from orders.refusals import Refused

log = logging.getLogger(__name__)
TICK_S = 1.0
MOST_ORDERS = 250
ORDER_EVERY_MIN = (7, 13)
GIVEN_AFTER_MIN = 25
RIDE_MIN = (6, 14)
SOONEST = timedelta(minutes=15)
STARTS_BEFORE = timedelta(minutes=20)
LAST_ORDER_BEFORE_END = timedelta(minutes=60)
TROUBLE_SHARE = 0.03
HAPPENS = (Refused, DispatchRefused, Refusal, OperationalError)  # a visitor was faster, or the shop is shut: the show goes on


class Stage:
    """One co-op. Times are seconds of the real clock; story minutes are shorter by `speed`."""

    def __init__(self, home: Home, *, speed: float) -> None:
        self.home, self.minute_s = home, 60 / speed
        self.day = home.collective.today()
        self.orders = 0
        self.order_due = time.monotonic() + 3 * self.minute_s
        self.free: dict[int, float] = defaultdict(float)
        self.waited: dict[int, float] = {}

    def is_over(self) -> bool:
        """The day has passed, or every shift has."""
        with self.home.acting():
            return self.home.collective.today() != self.day or not self._riders(timezone.now(), still=timedelta())

    def step(self) -> None:
        """What is due by now; each act for itself, so that one refusal stops nothing else."""
        now = timezone.now()
        for act in (self._shop_orders, self._dispatcher_gives, self._couriers_ride):
            try:
                with self.home.acting():
                    act(now)
            except HAPPENS as refusal:
                log.info("%s: %s", self.home.coop.name, refusal)

    def _minutes(self, least: int, most: int) -> float:
        return self.home.random.uniform(least, most) * self.minute_s

    def _riders(self, now: datetime, *, still: timedelta) -> list[Membership]:
        """Who is on the road for at least so long."""
        shifts = on_shift(self.day, kind=Shift.Kind.ROAD, collective=self.home.collective)
        return [shift.membership for shift in shifts.filter(starts_at__lte=now, ends_at__gt=now + still).order_by("pk")]

    def _shop_orders(self, now: datetime) -> None:
        if time.monotonic() < self.order_due or self.orders >= MOST_ORDERS:
            return
        self.order_due = time.monotonic() + self._minutes(*ORDER_EVERY_MIN)
        last = self.home.local(self.day, *LATEST_START)
        if now + SOONEST > last or not self._riders(now, still=LAST_ORDER_BEFORE_END):
            return
        self.orders += 1
        chance = self.home.random
        shop = chance.choice([shop for shop in self.home.coop.shops if shop.terms == "statement"])
        starts = now + SOONEST + timedelta(minutes=chance.randint(0, 30))
        run = Run(shop.key, chance.randint(2, 3) if shop.regular else 1)
        order(self.home, waiting(self.home, run, starts=starts, ends=starts + timedelta(hours=2), last_start=last))

    def _dispatcher_gives(self, now: datetime) -> None:
        """What has waited in the tray for a while goes, one delivery at a time, to somebody on the road: drawn by lot."""
        riders = self._riders(now, still=timedelta(minutes=40))
        for task in Task.objects.unplanned().filter(on=self.day).order_by("pk"):
            since = self.waited.setdefault(task.pk, time.monotonic())
            if riders and time.monotonic() - since > GIVEN_AFTER_MIN * self.minute_s:
                self._give(task, self.home.random.choice(riders))
                return

    def _give(self, task: Task, rider: Membership) -> None:
        whole = Task.objects.unplanned().filter(delivery_id=task.delivery_id).order_by("stop__position")
        dispatchers = [worker.sign_in for worker in self.home.coop.of_role(Role.DISPATCHER)]
        by = self.home.people[self.home.random.choice(dispatchers)]
        plan.plan_tasks(tasks=[one.ref for one in whole], to_round=plan.loose_round_of(rider, self.day), by=by, verb="plan")

    def _couriers_ride(self, now: datetime) -> None:
        rounds = [row for row in rounds_of_day(self.day) if row.courier_id]
        rank = {row.pk: number for number, row in enumerate(rounds)}
        courier_of = {row.pk: row.courier_id for row in rounds}
        live = Task.objects.live().filter(round__in=rank).select_related("stop", "delivery", "round").order_by("position")
        following: dict[int | None, Task] = {}
        for task in sorted(live, key=lambda task: rank[task.round_id or 0]):
            following.setdefault(courier_of[task.round_id or 0], task)
        for member in self.home.members.values():
            begun = following.get(member.pk)
            if begun is not None and time.monotonic() >= self.free[member.pk]:
                self._ride(member, begun, now)

    def _ride(self, member: Membership, task: Task, now: datetime) -> None:
        """Set off, or finish what was begun."""
        if task.status == TaskStatus.TODO and task.stop.window_start - now > STARTS_BEFORE:
            return
        self.free[member.pk] = time.monotonic() + self._minutes(*RIDE_MIN)
        with self.home.acting("courier"):
            if task.status == TaskStatus.TODO:
                progress.mark_seen(tasks=[task])
                progress.start_task(task=task, by=member.person, at=now)
            elif task.kind == TaskKind.DROPOFF and self.home.random.random() < TROUBLE_SHARE:
                incidents.report_incident(task=task, reason=IncidentReason.ABSENT, by=member.person, client_id=uuid4(), at=now)
            else:
                self._finish(member, task, now)

    def _finish(self, member: Membership, task: Task, now: datetime) -> None:
        self.free[member.pk] = time.monotonic() + self._minutes(1, 2)
        keys = {shop.name: shop.key for shop in self.home.coop.shops}
        partner = task.delivery.partner
        key = keys.get(partner.name) if partner else None
        shown = proof_asked(self.home, key) if key and task.kind == TaskKind.DROPOFF else Shown()
        name = task.stop.contact_name if shown.name else ""
        progress.finish_task(task=task, by=member.person, at=now, received_by=name, proofs=shown.photos(self.home, now))


def play(*, speed: float, stop: Event) -> int:
    """Until `stop` is set or every co-op's day is over; how many orders were placed."""
    seed = Random().random()  # noqa: S311  a show, not a secret: each one is another
    stages = [Stage(home_of(coop, f"{coop.slug} {seed}"), speed=speed) for coop in COOPS]
    running = list(stages)
    while running and not stop.is_set():
        for stage in running:
            stage.step()
            if stop.wait(TICK_S / len(running)):
                break
        running = [stage for stage in running if not stage.is_over()]
    return sum(stage.orders for stage in stages)
