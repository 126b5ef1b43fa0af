"""What a courier's phone sent, each tap once."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from collectives.tenancy import Owned


class CourierAction(Owned):
    """A tap. `client_id` is made on the phone, so that sending it again, even out of order, changes nothing; `at` is the phone's clock.

    `tasks` are the refs it was about; `digests` what a "seen" acknowledged; `answer` is `{"message", "tasks": {ref: outcome}}`.
    """

    class Outcome(models.TextChoices):
        DONE = "done"
        REFUSED = "refused"
        CONFLICT = "conflict"
        WITHDRAWN = "withdrawn"

    client_id = models.UUIDField(default=uuid.uuid4)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=10)
    tasks = models.JSONField(default=list)
    digests = models.JSONField(default=list)
    at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.DONE)
    answer = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective", "client_id"], name="courier_action_once")]
        indexes: ClassVar = [models.Index(fields=["collective", "by", "verb", "received_at"], name="courier_action_of_person")]
        ordering: ClassVar = ["received_at", "id"]

    def __str__(self) -> str:
        return f"{self.verb} by {self.by_id}"
