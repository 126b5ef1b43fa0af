"""What shows that a stop was done: append-only."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned
from dispatch.models.task import Task


def proof_path(proof: "Proof", filename: str) -> str:
    """`proofs/<collective>/<task>/<proof>.jpg`: no name given by a phone ever reaches the disk."""
    return f"proofs/{proof.collective_id}/{proof.task.ref}/{proof.ref}.jpg"


class Proof(Owned):
    """`taken_at` is the phone's clock, `received_at` ours. `client_id` makes sending twice harmless."""

    class Kind(models.TextChoices):
        PHOTO = "photo", _("photo")
        NAME = "name", _("name")
        SIGNATURE = "signature", _("signature")
        NOTE = "note", _("note")
        CODE = "code", _("code")
        SCAN = "scan", _("scan")
        CASH = "cash", _("cash collected")
        WAIT = "wait", _("waiting time")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client_id = models.UUIDField(default=uuid.uuid4)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="proofs")
    kind = models.CharField(max_length=10, choices=Kind)
    text = models.CharField(max_length=500, blank=True)
    image = models.FileField(upload_to=proof_path, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective", "client_id"], name="proof_once")]
        ordering: ClassVar = ["received_at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} for {self.task_id}"
