"""When somebody really worked, in their own taps. Rows are only ever added; they belong to the person they are about."""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.models.membership import Membership
from collectives.tenancy import Owned
from coopdelivery.decisions.models import Meeting


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


class TimeCorrection(Owned):
    """Another time than the one in the record, or one that was forgotten, asked for by the member or by the office.

    It becomes a mark when the other side has confirmed it, and stays for ever as it was asked, whatever was answered.
    """

    class State(models.TextChoices):
        OPEN = "open", _("waits for the other side")
        AGREED = "agreed", _("confirmed by both")
        DECLINED = "declined", _("not confirmed")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=10, choices=TimeMark.Verb)
    at = models.DateTimeField()
    reason = models.CharField(max_length=300)
    replaces = models.ForeignKey(TimeMark, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    mark = models.OneToOneField(TimeMark, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["replaces"], condition=models.Q(state="open"), name="time_correction_open_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["collective", "state", "asked_at"], name="time_corrections_open")]
        ordering: ClassVar = ["-asked_at", "-id"]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.verb} {self.at}, {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def by_member(self) -> bool:
        """Asked by the person themselves: then the office answers; else they do."""
        return self.asked_by_id == self.membership.person_id


class AssemblyTime(Owned):
    """Hours in a general assembly, of the co-op or of the federation: paid time, put down by the member, within the assembly's own record.

    It may be taken back; nothing else about it changes.
    """

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    written_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["membership", "starts_at"], condition=models.Q(withdrawn_at=None), name="assembly_time_once"),
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="assembly_time_forwards"),
        ]
        ordering: ClassVar = ["starts_at", "id"]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.starts_at} to {self.ends_at}"

    @property
    def lasted(self) -> timedelta:
        return self.ends_at - self.starts_at
