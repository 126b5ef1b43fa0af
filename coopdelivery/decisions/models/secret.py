"""Secret votes about persons: who voted is one list, what was voted another, and nothing joins them."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from coopdelivery.decisions.models.vote import Ballot, Proposal


class SecretBallot(models.Model):
    """One choice under a code that only its voter was shown. No voter, no seat, no time, no foreign key: nothing leads back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal_ref = models.UUIDField(db_index=True)
    choice = models.CharField(max_length=8, choices=Ballot.Choice)
    code = models.CharField(max_length=20, unique=True)

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.code


class Turnout(models.Model):
    """The signature list of a secret vote: this seat has voted."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="turnout")
    seat = models.BigIntegerField()
    voter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["proposal", "seat"], name="turnout_of_a_seat_once")]

    def __str__(self) -> str:
        return f"{self.seat} on {self.proposal_id}"
