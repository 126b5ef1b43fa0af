"""A general assembly: convened, amended, frozen, opened, closed. A collective's and the federation's use the same rows."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from coopdelivery.decisions.models.vote import Proposal


class Meeting(models.Model):
    """`collective_id` None means the federation's. The roll (seats) and the texts are frozen together, at `frozen_at`.

    Minutes are written by the program at the end; from then on nobody edits them, and the database refuses it (migration 0006).
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("being prepared")
        CONVENED = "convened", _("convened")
        FROZEN = "frozen", _("texts and roll frozen")
        OPEN = "open", pgettext_lazy("assembly", "open")
        CLOSED = "closed", pgettext_lazy("assembly", "closed")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    collective_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    title = models.CharField(_("title"), max_length=160)
    place = models.CharField(_("where"), max_length=200, blank=True)
    begins_at = models.DateTimeField()
    notice_days = models.PositiveSmallIntegerField(default=15)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    roll = models.JSONField(default=list)
    second_of = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="second_call")
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    convened_at = models.DateTimeField(null=True, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    minutes = models.TextField(blank=True)
    minutes_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["-begins_at", "-id"]

    def __str__(self) -> str:
        return self.title


class Item(models.Model):
    """One point of the agenda and its time box. All but information are voted on, each by the rule of its kind, kept here as data."""

    class Kind(models.TextChoices):
        INFORMATION = "information", _("information")
        ORDINARY = "ordinary", _("ordinary resolution")
        EXTRAORDINARY = "extraordinary", _("change of statutes")
        CONSENT = "consent", _("consent")
        ELECTION = "election", _("election of a person")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=14, choices=Kind, default=Kind.ORDINARY)
    title = models.CharField(_("title"), max_length=160)
    text = models.TextField(_("text"), blank=True)
    rule = models.JSONField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, null=True, blank=True, related_name="item")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["meeting", "position"], name="item_position_once")]
        ordering: ClassVar = ["position"]

    def __str__(self) -> str:
        return f"{self.position}. {self.title}"


class Amendment(models.Model):
    """Another text for an item, until the freeze: taken over, or kept as refused."""

    class State(models.TextChoices):
        WAITING = "waiting", _("proposed")
        TAKEN = "taken", _("taken over")
        REFUSED = "refused", _("not taken over")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="amendments")
    text = models.TextField(_("new text"))
    why = models.CharField(_("why"), max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"amendment to {self.item_id}"


class Proxy(models.Model):
    """One seat votes for another, on one item or (None) on all of a meeting. Revoked until the vote is cast; never passed on."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="proxies")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, null=True, blank=True, related_name="proxies")
    giver = models.BigIntegerField()
    holder = models.BigIntegerField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(giver=models.F("holder")), name="proxy_to_another"),
            models.UniqueConstraint(fields=["item", "giver"], condition=models.Q(revoked_at=None), name="proxy_once_an_item"),
            models.UniqueConstraint(
                fields=["meeting", "giver"], condition=models.Q(revoked_at=None, item=None), name="proxy_once_a_meeting"
            ),
        ]
        ordering: ClassVar = ["given_at", "id"]

    def __str__(self) -> str:
        return f"{self.giver} by {self.holder}"


class Signature(models.Model):
    """The chair or the secretary stands by the minutes of this fingerprint: once, for ever, and never one person for both."""

    class Role(models.TextChoices):
        CHAIR = "chair", _("chair")
        SECRETARY = "secretary", _("secretary")

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="signatures")
    role = models.CharField(max_length=10, choices=Role)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["meeting", "role"], name="signature_of_a_role_once"),
            models.UniqueConstraint(fields=["meeting", "person"], name="signature_of_two_people"),
        ]
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.role} of {self.meeting_id}"
