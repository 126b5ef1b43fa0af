"""Offices, dossiers, evidence, reviews, delegates, changes of standing."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective, Standing
from coopdelivery.decisions.models import Proposal


class Condition(models.TextChoices):
    """The three conditions of the licence."""

    EMPLOYED = "employed", _("couriers are employed")
    GOVERNANCE = "governance", _("couriers take part in governance")
    VALUES = "values", _("co-operative values are respected")


class Officer(models.Model):
    """A person who holds a federation office; `home` is the collective they come from, whose dossier they leave to others."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="federation_office")
    home = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    since = models.DateField(default=timezone.localdate)
    until = models.DateField(null=True, blank=True)
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    def __str__(self) -> str:
        return str(self.person)


class Dossier(models.Model):
    """The file of one collective with the federation, from the first contact on."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    collective = models.OneToOneField(Collective, on_delete=models.PROTECT, related_name="dossier")
    contact_name = models.CharField(_("who to talk to"), max_length=120, blank=True)
    contact_email = models.EmailField(_("e-mail"), blank=True)
    headcount = models.PositiveSmallIntegerField(_("people at work"), null=True, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    trial_until = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"dossier of {self.collective}"


class Evidence(models.Model):
    """One proof of one condition, with its end. Never a payslip, never a name; of an old piece only fingerprint and verdict stay."""

    class Verdict(models.TextChoices):
        WAITING = "waiting", _("to review")
        HOLDS = "holds", _("holds")
        REFUSED = "refused", _("refused")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="evidence")
    condition = models.CharField(max_length=12, choices=Condition)
    kind = models.CharField(max_length=20, default="", blank=True)
    title = models.CharField(_("what it is"), max_length=120)
    file = models.FileField(upload_to="evidence/")
    media_type = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    issued_on = models.DateField(_("issued on"))
    expires_on = models.DateField(_("valid until"))
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    verdict = models.CharField(max_length=8, choices=Verdict, default=Verdict.WAITING)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(reviewer=None) | ~models.Q(reviewer=models.F("added_by")), name="evidence_reviewed_by_another"
            ),
            models.CheckConstraint(
                condition=models.Q(verdict="waiting", reviewer=None) | models.Q(reviewer__isnull=False) & ~models.Q(verdict="waiting"),
                name="evidence_verdict_has_a_reviewer",
            ),
            models.CheckConstraint(condition=models.Q(expires_on__gt=models.F("issued_on")), name="evidence_expires_after_issue"),
        ]
        indexes: ClassVar = [models.Index(fields=["dossier", "condition"], name="evidence_of_condition")]
        ordering: ClassVar = ["-added_at", "-id"]

    def __str__(self) -> str:
        return self.title


class Review(models.Model):
    """What one reviewer said of one piece; `home` is their co-op on that day (None: a founding officer of no co-op)."""

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    home = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    holds = models.BooleanField()
    comment = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evidence", "reviewer"], name="review_once_each"),
            models.UniqueConstraint(fields=["evidence", "home"], name="review_from_two_co_ops"),
        ]
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.reviewer_id} on {self.evidence_id}"


class Delegate(models.Model):
    """Who speaks for a co-op in the federation's assembly, from a day on. One at a time."""

    collective = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="delegates")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collective"], condition=models.Q(until=None), name="delegate_one_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} for {self.collective_id}"


class StandingChange(models.Model):
    """Each change of standing, dated, reasoned, by a person (or by the expiry of a condition, then `by` is empty).

    From trial to member it carries the resolution of the assembly; the database refuses it otherwise (migration 0003).
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="changes")
    before = models.CharField(max_length=10, choices=Standing)
    after = models.CharField(max_length=10, choices=Standing)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(default=timezone.now)
    resolution = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.before} → {self.after}"
