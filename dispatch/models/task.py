"""A piece of work for a courier at a place."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from collectives.models import Collective
from collectives.tenancy import Owned, OwnedManager, OwnedQuerySet
from coopdelivery.kit.windows import Window
from coopdelivery.places.models import Place
from dispatch.models.round import Round
from orders.models import Delivery, Stop


class TaskKind(models.TextChoices):
    PICKUP = "pickup", _("pickup")
    DROPOFF = "dropoff", _("drop")


class TaskStatus(models.TextChoices):
    TODO = "todo", _("to do")
    DOING = "doing", _("under way")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", pgettext_lazy("stop", "cancelled")


class Leg(models.IntegerChoices):
    """Which part of the way a task is: the delivery's own stop, or one end of its way through a hub."""

    STOP = 0, _("the stop itself")
    TO_HUB = 1, _("to the hub")
    FROM_HUB = 2, _("on from the hub")


# The order of work inside a delivery: to the hub, on from the hub, the drop itself.
ALONG = (
    "stop__position",
    models.Case(models.When(leg=0, then=9), default=models.F("leg"), output_field=models.IntegerField()),
    "attempt",
    "pk",
)


class TaskQuerySet(OwnedQuerySet["Task"]):
    def live(self) -> "TaskQuerySet":
        """Not finished, failed or cancelled."""
        return self.filter(status__in=[TaskStatus.TODO, TaskStatus.DOING])

    def unplanned(self) -> "TaskQuerySet":
        """To give: in no round, and not another co-op's to do."""
        return self.live().filter(round=None, handed_to=None)

    def with_promise(self) -> "TaskQuerySet":
        """With what screens show of the stop: place, delivery, partner."""
        return self.select_related("stop__place", "place", "delivery__partner", "delivery__order")

    def promised(self) -> "TaskQuerySet":
        """The stops of the deliveries themselves, without the halves of a way through a hub."""
        return self.filter(leg=Leg.STOP)


class Task(Owned):
    """Normally one per stop and attempt. `round` + `position` are the only truth about the plan; finishing never touches them.

    Positions grow along the round with room between them: their order counts, not their value. A relay through a hub adds two tasks
    to a drop: `leg` TO_HUB and FROM_HUB, with a `place` and hours (`opens_at`, `closes_at`) of their own; the promise stays the stop's.

    `handed_to` is the co-op that was asked to do it, or does it: while it stands, nobody here plans, starts or finishes it.
    """

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="tasks")
    stop = models.ForeignKey(Stop, on_delete=models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=8, choices=TaskKind)
    leg = models.PositiveSmallIntegerField(choices=Leg, default=Leg.STOP)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    on = models.DateField()
    status = models.CharField(max_length=10, choices=TaskStatus, default=TaskStatus.TODO)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="tasks", null=True, blank=True)
    position = models.BigIntegerField(null=True, blank=True)
    planned_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    finished_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    handed_to = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    objects = OwnedManager.from_queryset(TaskQuerySet)()  # type: ignore[misc]  # the abstract one is a class variable to mypy

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stop", "leg", "attempt"], name="task_leg_attempt_once"),
            models.CheckConstraint(
                condition=models.Q(leg=0, place=None) | models.Q(leg__gt=0, place__isnull=False), name="task_leg_with_place"
            ),
            models.UniqueConstraint(fields=["round", "position"], name="task_position_once"),
            models.CheckConstraint(
                condition=models.Q(round=None, position=None) | models.Q(round__isnull=False, position__isnull=False),
                name="task_round_with_position",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["collective", "on", "status"], name="task_of_day")]
        ordering: ClassVar = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"

    @property
    def heard_late_min(self) -> int:
        """Minutes between the tap and when we heard of it, when they are more than ten; else 0."""
        if self.finished_at is None or self.received_at is None:
            return 0
        minutes = int((self.received_at - self.finished_at).total_seconds() // 60)
        return minutes if minutes > 10 else 0

    @property
    def where(self) -> str:
        """What people call the stop: the name of the place, else its street. Load it with `stop__place` and `place`."""
        return self.location.name or self.location.street_address

    @property
    def location(self) -> Place:
        """Where to go: the hub, or the stop's place."""
        return self.place or self.stop.place

    @property
    def window_start(self) -> datetime:
        return self.opens_at or self.stop.window_start

    @property
    def window_end(self) -> datetime:
        return self.closes_at or self.stop.window_end

    @property
    def window(self) -> Window:
        """The promise; at a hub, the hours between the pickup and the end of the promise."""
        return Window(self.window_start, self.window_end)
