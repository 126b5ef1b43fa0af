"""Proposals, votes, results. A collective's assembly and the federation's use the same rows."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Proposal(models.Model):
    """Something to decide; `collective_id` None means the federation's assembly. `roll` is the frozen list of who may vote.

    A roll lists seats: people (ids) in a collective, member collectives (ids) in the federation. One seat, one voice.
    `rule` is when it passes, as data (see `tally.Rule`); without one, `quorum_percent` and more for than against.
    """

    class State(models.TextChoices):
        OPEN = "open", _("vote open")
        PASSED = "passed", _("passed")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Manner(models.TextChoices):
        """By votes cast here, in an assembly whose result was written down here, or by one person in an emergency, for 72 hours at most."""

        VOTE = "vote", _("vote")
        ASSEMBLY = "assembly", _("assembly")
        URGENT = "urgent", _("emergency")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    collective_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    number = models.CharField(max_length=12)
    title = models.CharField(_("title"), max_length=160)
    text = models.TextField(_("text"), blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    manner = models.CharField(max_length=8, choices=Manner, default=Manner.VOTE)
    roll = models.JSONField(default=list)
    quorum_percent = models.PositiveSmallIntegerField(default=33)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    closes_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    settles = models.JSONField(default=dict, blank=True)
    rule = models.JSONField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collective_id", "number"], name="proposal_number_once"),
            models.UniqueConstraint(fields=["number"], condition=models.Q(collective_id=None), name="federation_proposal_number_once"),
            models.CheckConstraint(condition=models.Q(quorum_percent__lte=100), name="proposal_quorum_at_most_all"),
        ]
        indexes: ClassVar = [models.Index(fields=["closes_at"], condition=models.Q(state="open"), name="proposal_to_close")]
        ordering: ClassVar = ["-opened_at", "-id"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    def takes_votes(self) -> bool:
        """Open, and its end has not come."""
        return self.is_open and (self.closes_at is None or timezone.now() < self.closes_at)


class Ballot(models.Model):
    """One voice on one proposal: that of a `seat` on its roll, given by a person. Changed until the vote closes, never counted twice."""

    class Choice(models.TextChoices):
        FOR = "for", _("for")
        AGAINST = "against", _("against")
        ABSTAIN = "abstain", _("abstention")

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="ballots")
    seat = models.BigIntegerField()
    voter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=8, choices=Choice)
    reason = models.CharField(max_length=500, blank=True)
    cast_at = models.DateTimeField(default=timezone.now)
    on_paper = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["proposal", "seat"], name="ballot_of_a_seat_once")]

    def __str__(self) -> str:
        return f"{self.choice} on {self.proposal_id}"
