"""Files of many deliveries: read once, judged line by line, ordered by a worker that may stop anywhere."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned
from orders.models.delivery import Delivery
from orders.models.partner import Partner


class ImportBatch(Owned):
    """`columns` maps a field of ours to the position of a column; `defaults` fill what the file leaves out."""

    class State(models.TextChoices):
        READ = "read", _("columns to be named")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked")
        ORDERING = "ordering", _("being ordered")
        DONE = "done", _("done")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="imports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    file_name = models.CharField(max_length=120)
    headers = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    defaults = models.JSONField(default=dict)
    whole = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.READ)
    created_at = models.DateTimeField(default=timezone.now)
    heard_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name


class ImportRow(Owned):
    """One line. `key` is the order's: the same line of the same partner again is the same order."""

    class State(models.TextChoices):
        NEW = "new", _("to be checked")
        READY = "ready", _("can be ordered")
        BAD = "bad", _("to be put right")
        KNOWN = "known", _("ordered before")
        PLACED = "placed", _("ordered")

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    cells = models.JSONField()
    state = models.CharField(max_length=6, choices=State, default=State.NEW)
    field = models.CharField(max_length=20, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    net_cents = models.BigIntegerField(null=True)
    unlocated = models.BooleanField(default=False)
    key = models.CharField(max_length=64, blank=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["batch", "line"], name="import_row_once")]
        indexes: ClassVar = [models.Index(fields=["batch", "state", "line"], name="import_row_of_state")]
        ordering: ClassVar = ["line"]

    def __str__(self) -> str:
        return f"line {self.line}"
