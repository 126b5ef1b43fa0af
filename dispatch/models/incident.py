"""Anything on the road that needs a human decision."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned
from dispatch.models.task import Task


class IncidentReason(models.TextChoices):
    ABSENT = "absent", _("nobody there")
    ADDRESS = "address", _("wrong address")
    REFUSED = "refused", _("refused")
    DAMAGED = "damaged", _("damaged")
    ACCESS = "access", _("no access")
    NOT_READY = "not_ready", _("not ready at pickup")
    OTHER = "other", _("something else")


class Incident(Owned):
    """Reported by a courier in two taps, decided by a dispatcher."""

    class State(models.TextChoices):
        OPEN = "open", _("to decide")
        RETRY = "retry", _("second attempt")
        RETURNED = "returned", _("returned")
        CANCELLED = "cancelled", _("given up")
        CLOSED = "closed", _("closed")
        NOTED = "noted", _("noted, the stop goes on")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client_id = models.UUIDField(default=uuid.uuid4)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="incidents")
    reason = models.CharField(max_length=12, choices=IncidentReason)
    note = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective", "client_id"], name="incident_once")]
        ordering: ClassVar = ["-reported_at"]

    def __str__(self) -> str:
        return f"{self.reason} at {self.task_id}"
