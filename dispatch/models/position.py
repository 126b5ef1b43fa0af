"""Where a courier was at a time, who looked, and who wants to be left alone. Short-lived: the members decide how long."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from collectives.models import Membership
from collectives.tenancy import Owned


class Position(Owned):
    """`at` is the phone's clock, `received_at` ours. Kept only while on shift and on a stop."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    latitude = models.FloatField()
    longitude = models.FloatField()
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["membership", "at"], name="position_once")]
        indexes: ClassVar = [models.Index(fields=["received_at"], name="position_age")]

    def __str__(self) -> str:
        return f"{self.membership_id} at {self.at}"


class PositionPause(Owned):
    """This courier shares nothing until they say so; the row goes when they share again."""

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.membership_id} since {self.since}"


class PositionLook(Owned):
    """Somebody looked at where a courier is. Shown to that courier, for thirty days."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    position_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["membership", "-at"], name="position_looks")]
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.by_id} at {self.membership_id}, {self.at}"
