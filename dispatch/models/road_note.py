"""What couriers write on the road: for dispatch now, or for whoever comes to an address next."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned
from dispatch.models.incident import Incident
from dispatch.models.task import Task


class RoadNote(Owned):
    """Read once by dispatch. One that was kept for an address stays there until somebody retires it."""

    class Kind(models.TextChoices):
        TELL = "tell", _("for dispatch")
        KEEP = "keep", _("kept for the address")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client_id = models.UUIDField(default=uuid.uuid4)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=4, choices=Kind)
    text = models.CharField(max_length=500)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="+", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective", "client_id"], name="road_note_once")]
        indexes: ClassVar = [models.Index(fields=["collective", "read_at", "at"], name="road_notes_unread")]
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} at {self.task_id}"
