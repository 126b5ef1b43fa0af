"""Framework contracts: a client of several towns, its lots by territory, who offers to ride them, to whom people allot them and why.

An application that is withdrawn is deleted: who refuses leaves no trace. An allotment keeps its author, reasons and candidates for ever.
"""

import uuid
from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective


class FrameworkContract(models.Model):
    """What a client asks of the co-ops together. Lots are added while it is prepared; then all co-ops are asked until `closes_on`."""

    class State(models.TextChoices):
        DRAFT = "draft", _("in preparation")
        CALL = "call", _("co-ops are asked")
        STOPPED = "stopped", _("stopped")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.CharField(max_length=80)
    address = models.CharField(max_length=200)
    summary = models.TextField(max_length=4000)
    price_basis = models.TextField(max_length=2000)
    begins_on = models.DateField()
    ends_on = models.DateField()
    closes_on = models.DateField()
    standstill_days = models.PositiveSmallIntegerField(default=10)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=7, choices=State, default=State.DRAFT)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("begins_on")), name="contract_days_in_order"),
            models.CheckConstraint(condition=models.Q(standstill_days__gte=1), name="contract_stands_still_a_day"),
        ]
        ordering: ClassVar = ["-opened_at", "-id"]

    def __str__(self) -> str:
        return self.client

    @property
    def is_answered(self) -> bool:
        """The last day to apply is over."""
        return self.is_to_allot(timezone.localdate())

    def takes_applications(self, today: date) -> bool:
        return self.state == self.State.CALL and today <= self.closes_on

    def is_to_allot(self, today: date) -> bool:
        return self.state == self.State.CALL and today > self.closes_on


class Lot(models.Model):
    """One territory of a contract; `area` is GeoJSON, or None while only its name says where it is."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    contract = models.ForeignKey(FrameworkContract, on_delete=models.PROTECT, related_name="lots")
    name = models.CharField(max_length=80)
    detail = models.TextField(max_length=2000, blank=True)
    area = models.JSONField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["contract", "name"], name="lot_name_once")]
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Application(models.Model):
    """A co-op offers to ride a lot. Deleted when it withdraws; who says nothing has none."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="applications")
    collective = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+")
    offer = models.TextField(max_length=4000)
    capacity = models.CharField(max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["lot", "collective"], name="application_once")]
        ordering: ClassVar = ["collective__name", "id"]

    def __str__(self) -> str:
        return f"{self.collective_id} for {self.lot_id}"


class Allotment(models.Model):
    """A person gave a lot to a co-op, for these reasons, among these candidates. The database refuses one without (migration 0018)."""

    class State(models.TextChoices):
        STANDSTILL = "standstill", _("may be appealed against")
        IN_FORCE = "in_force", _("in force")
        OVERTURNED = "overturned", _("taken back after an appeal")
        DECLINED = "declined", _("not taken")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="allotments")
    collective = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+")
    candidates = models.JSONField()
    reasons = models.TextField(max_length=4000)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)
    standstill_until = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.STANDSTILL)
    partner_ref = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lot"], condition=models.Q(state__in=["standstill", "in_force"]), name="lot_allotted_once")
        ]
        ordering: ClassVar = ["-decided_at", "-id"]

    def __str__(self) -> str:
        return f"{self.lot_id} to {self.collective_id}"

    @property
    def candidate_ids(self) -> set[int]:
        found: list[dict[str, Any]] = self.candidates
        return {int(each["collective_id"]) for each in found}


class Appeal(models.Model):
    """A candidate objects during the standstill; somebody who had no part in it decides, with reasons."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    allotment = models.ForeignKey(Allotment, on_delete=models.PROTECT, related_name="appeals")
    collective = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=4000)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    granted = models.BooleanField(null=True, blank=True)
    reasons = models.TextField(max_length=4000, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["allotment", "collective"], name="appeal_once"),
            models.CheckConstraint(
                condition=models.Q(granted=None, decided_by=None, decided_at=None, reasons="")
                | models.Q(granted__isnull=False, decided_by__isnull=False, decided_at__isnull=False) & ~models.Q(reasons=""),
                name="appeal_decided_by_somebody",
            ),
        ]
        ordering: ClassVar = ["made_at", "id"]

    def __str__(self) -> str:
        return f"{self.collective_id} against {self.allotment_id}"
