"""A setting the members decided, with the decision that set it."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from collectives.tenancy import Owned
from coopdelivery.decisions.models import Proposal


class Policy(Owned):
    """One value of one key from a date on. The latest whose date has come is in force; older rows are the history.

    An emergency change has an end, `until`, at most 72 hours after it was taken: from then on the row holds nothing any more.
    """

    key = models.CharField(max_length=40)
    value = models.JSONField()
    decision = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    review_on = models.DateField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective", "key", "effective_on"], name="policy_once_a_day")]
        ordering: ClassVar = ["key", "-effective_on"]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"


def standing() -> models.Q:
    """Rows that hold now or held until another decision: emergencies that have ended are left out."""
    return models.Q(until=None) | models.Q(until__gt=timezone.now())
