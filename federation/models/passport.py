"""What a courier was trained in; the person takes it along from co-op to co-op."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective


class TrainingRecord(models.Model):
    """One training of one person, written down by somebody else of the co-op that gave it. A mistake is withdrawn, never rewritten."""

    class Topic(models.TextChoices):
        SAFETY = "safety", _("road and load safety")
        COOPERATIVE = "cooperative", _("co-operative life")
        TECHNICAL = "technical", _("technical")
        PARTICIPATION = "participation", _("strategy and participation")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    topic = models.CharField(max_length=13, choices=Topic)
    title = models.CharField(max_length=160)
    minutes = models.PositiveIntegerField()
    given_on = models.DateField()
    given_in = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(confirmed_by=models.F("person")), name="training_confirmed_by_another"),
            models.CheckConstraint(condition=models.Q(minutes__gt=0), name="training_took_time"),
        ]
        ordering: ClassVar = ["given_on", "id"]

    def __str__(self) -> str:
        return self.title
