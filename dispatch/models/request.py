"""What a courier asks about their own work; a person answers. Deleted after thirty days, so that nothing can be counted from it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.models import Membership
from collectives.tenancy import Owned
from dispatch.models.round import Round


class RoundRequest(Owned):
    """Nothing in planning reads it, and it moves nothing by itself: whoever grants it then changes the plan, or not."""

    class Kind(models.TextChoices):
        OBJECT = "object", _("I do not want to ride it")
        SWAP = "swap", _("swap it with somebody")
        SHORTEN = "shorten", _("make it shorter")
        ABSENT = "absent", _("I cannot come")

    class State(models.TextChoices):
        OPEN = "open", _("to answer")
        GRANTED = "granted", _("granted")
        DECLINED = "declined", _("not possible")
        WITHDRAWN = "withdrawn", _("taken back")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client_id = models.UUIDField(default=uuid.uuid4)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="+", null=True, blank=True)
    kind = models.CharField(max_length=8, choices=Kind)
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    asked_at = models.DateTimeField(default=timezone.now)
    answer = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective", "client_id"], name="round_request_once")]
        indexes: ClassVar = [models.Index(fields=["collective", "state", "asked_at"], name="round_requests_open")]
        ordering: ClassVar = ["-asked_at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} of {self.membership_id}"
