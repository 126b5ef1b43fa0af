"""Codes on parcels that are not ours, and what a courier said they belong to."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from collectives.tenancy import Owned
from dispatch.models.task import Task


class BoundLabel(Owned):
    """A code that a courier read on a parcel and tied to a stop. Our own labels need none: they carry the delivery's number."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="labels")
    code = models.CharField(max_length=80)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["task", "code"], name="bound_label_once")]
        indexes: ClassVar = [models.Index(fields=["collective", "code"], name="bound_label_of_code")]

    def __str__(self) -> str:
        return self.code
