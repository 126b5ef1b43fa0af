"""When a collective takes deliveries, and who is on the road when."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from collectives.models.membership import Membership
from collectives.tenancy import Owned


class OpeningHours(Owned):
    """A range of a weekday (0 = Monday), wall-clock in the collective's zone. A closing time before the opening is the next day's."""

    weekday = models.PositiveSmallIntegerField(_("day"))
    opens = models.TimeField(_("from"))
    closes = models.TimeField(_("until"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collective", "weekday", "opens"], name="opening_once"),
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="weekday_of_a_week"),
        ]
        ordering: ClassVar = ["weekday", "opens"]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens}-{self.closes}"


class ClosedDay(Owned):
    day = models.DateField(_("day"))
    reason = models.CharField(_("reason"), max_length=80, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective", "day"], name="closed_day_once")]
        ordering: ClassVar = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.reason}"


class Shift(Owned):
    """A member at work from one instant to another, with a break; made by people, never by the program."""

    class Kind(models.TextChoices):
        ROAD = "road", _("on the road")
        DISPATCH = "dispatch", _("at dispatch")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="shifts")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.ROAD)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    break_at = models.DateTimeField(_("break at"), null=True, blank=True)
    break_minutes = models.PositiveSmallIntegerField(_("break, in minutes"), default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="shift_ends_after_start")
        ]
        indexes: ClassVar = [models.Index(fields=["collective", "starts_at"], name="shift_of_day")]
        ordering: ClassVar = ["starts_at", "id"]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.starts_at}"
