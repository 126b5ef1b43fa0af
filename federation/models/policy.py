"""A setting of the federation with the resolution that set it. What is written stays (migration `settings_are_decided`)."""

from typing import ClassVar

from django.db import models

from coopdelivery.decisions.models import Proposal


class FederationPolicy(models.Model):
    """One value of one key from a day on; the latest in force counts. `until` ends an emergency, at most 72 hours after it was taken."""

    key = models.CharField(max_length=40)
    value = models.CharField(max_length=40)
    decision = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["key", "-effective_on", "-id"]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"
