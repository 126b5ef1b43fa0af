"""Votes on paper: what each teller read, by themselves."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from coopdelivery.decisions.models.vote import Proposal


class PaperSheet(models.Model):
    """What one teller read from the papers of one vote, as `papers.Papers` in data. Counted once a second teller has read the same."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="sheets")
    teller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    read = models.JSONField()
    entered_at = models.DateTimeField(default=timezone.now)
    counted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["proposal", "teller"], condition=models.Q(counted_at=None), name="sheet_of_a_teller_once")
        ]
        ordering: ClassVar = ["entered_at", "id"]

    def __str__(self) -> str:
        return f"{self.teller_id} on {self.proposal_id}"
