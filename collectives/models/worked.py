"""When somebody really worked, in their own taps. Rows are only ever added; they belong to the person they are about."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.models.membership import Membership
from collectives.tenancy import Owned


class TimeMark(Owned):
    """A moment at which a member began, rested, went on or stopped. `at` is the phone's clock, `received_at` ours.

    A correction is a mark of its own, with its reason; `replaces` names the one that does not count any more.
    """

    class Verb(models.TextChoices):
        ON = "clock_on", _("began")
        REST = "rest", _("break")
        BACK = "back", _("back at work")
        OFF = "clock_off", _("stopped")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client_id = models.UUIDField(default=uuid.uuid4)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=10, choices=Verb)
    at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective", "client_id"], name="time_mark_once")]
        indexes: ClassVar = [models.Index(fields=["membership", "at"], name="time_marks_of_member")]
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.verb} {self.at}"
