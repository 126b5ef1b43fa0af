"""Programs that call us, and what we call: applications of partners, webhooks, phones."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned

SCOPES = ("deliveries", "tasks", "orders", "tasks:all", "orders:all")


class ApiApplication(Owned):
    """A program with its own keys, which orders for one partner (`partner_ref`), or for the whole collective when there is none.

    Only the hashes of its secrets are kept. Raising `epoch` ends every token given so far.
    """

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80)
    partner_ref = models.UUIDField(null=True, blank=True)
    scopes = models.JSONField(default=list)
    client_id = models.CharField(max_length=40, unique=True)
    secret_hash = models.CharField(max_length=64)
    key_hash = models.CharField(max_length=64, unique=True)
    key_hint = models.CharField(max_length=8, blank=True)
    is_sandbox = models.BooleanField(_("sandbox"), default=False)
    is_active = models.BooleanField(default=True)
    epoch = models.PositiveIntegerField(default=0)
    rate_per_minute = models.PositiveIntegerField(default=600)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.name


class ApiAnswer(Owned):
    """What was answered to a request with an `Idempotency-Key`; without a status it is still being worked on."""

    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    begun_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective", "caller", "key"], name="api_answer_once")]
        indexes: ClassVar = [models.Index(fields=["begun_at"], name="api_answer_age")]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"


class Webhook(Owned):
    """Where an application wants to be told of one event. The secret is shown once, when it is made."""

    application = models.ForeignKey(ApiApplication, on_delete=models.CASCADE, related_name="webhooks")
    event = models.CharField(max_length=40)
    url = models.URLField(max_length=500)
    secret = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.event} to {self.url}"


class WebhookCall(Owned):
    """One thing to tell one webhook: `body` is what is signed and sent, byte for byte. Kept with the last answer."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="calls")
    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event_id = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=80)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["webhook", "event_id", "subject"], name="webhook_call_once")]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="webhook_call_waiting", condition=models.Q(done_at=None, given_up_at=None)),
        ]
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.subject} to {self.webhook_id}"


class PushToken(models.Model):
    """Where an app wants its pushes: one for each person and platform, the newest."""

    class Platform(models.TextChoices):
        ANDROID = "android", "Android"
        IOS = "ios", "iOS"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    platform = models.CharField(max_length=8, choices=Platform)
    token = models.CharField(max_length=500)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "platform"], name="push_token_once")]

    def __str__(self) -> str:
        return f"{self.platform} of {self.person_id}"
