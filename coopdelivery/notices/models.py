"""Messages on their way out, what each person wants to get, and the devices that take pushes."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    PUSH = "webpush", _("Push")
    SMS = "sms", _("SMS")


class When(models.TextChoices):
    NONE = "none", _("never")
    NOW = "now", _("at once")
    DIGEST = "digest", _("in the daily digest")


class Message(models.Model):
    """One message to one recipient on one channel. The row is the outbox and the log: sent, failed, why."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        DIGEST = "digest", _("for the daily digest")
        HELD = "held", _("not sent")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=60)
    subject_key = models.CharField(max_length=120)
    recipient = models.CharField(max_length=260)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages", null=True, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    channel = models.CharField(max_length=8, choices=Channel)
    language = models.CharField(max_length=8, default="en")
    collective_id = models.BigIntegerField(null=True, blank=True)
    subject = models.CharField(max_length=200)
    short = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    url = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=500, blank=True)
    part_of = models.ForeignKey("self", on_delete=models.PROTECT, related_name="items", null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "recipient", "channel", "subject_key"], name="message_once")]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="message_waiting", condition=models.Q(state__in=["waiting", "sending"])),
            models.Index(fields=["person", "-id"], name="message_of_person"),
            models.Index(fields=["person"], name="message_for_digest", condition=models.Q(state="digest", part_of=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient} by {self.channel}"

    @property
    def glyph(self) -> str:
        """The name of the state glyph that stands beside the word."""
        return {"sent": "ok", "failed": "failed", "held": "off", "sending": "go"}.get(self.state, "wait")


class Preference(models.Model):
    """What a person chose for one kind on one channel; without a row the kind's default holds."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_preferences")
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=8, choices=Channel)
    when = models.CharField(max_length=8, choices=When)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "kind", "channel"], name="preference_once")]

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel}: {self.when}"


class PushSubscription(models.Model):
    """One browser of one person that agreed to receive pushes."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions")
    endpoint = models.URLField(max_length=600, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=40)
    device = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_ok_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.device or self.endpoint[:40]
