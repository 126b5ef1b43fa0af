"""Card payments on the collective's own Stripe account, and what Stripe told us."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned
from coopdelivery.kit.money import Money
from orders.models.order import Order


class PaymentStatus(models.TextChoices):
    STARTED = "started", _("started")
    NEEDS_ACTION = "needs_action", _("waiting for the bank's confirmation")
    PAID = "paid", _("paid")
    FAILED = "failed", _("refused")
    REFUND_ASKED = "refund_asked", _("refund on its way")
    REFUNDED = "refunded", _("refunded")


class Payment(Owned):
    """The card payment of one order. The collective's own account receives it; nobody else ever holds it.

    A refused card starts a new `attempt` with a new intent. `fee_cents` None: Stripe has not told its fee yet.
    """

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="payment")
    status = models.CharField(max_length=14, choices=PaymentStatus, default=PaymentStatus.STARTED)
    amount_cents = models.BigIntegerField()
    fee_cents = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    attempt = models.PositiveSmallIntegerField(default=1)
    intent_id = models.CharField(max_length=80, blank=True)
    next_url = models.CharField(max_length=500, blank=True)
    refund_id = models.CharField(max_length=80, blank=True)
    why = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["intent_id"], condition=~models.Q(intent_id=""), name="payment_intent_once")
        ]
        indexes: ClassVar = [models.Index(fields=["collective", "status", "changed_at"], name="payment_of_status")]

    def __str__(self) -> str:
        return f"{self.order} {self.status}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_cents, self.currency)


class WebhookEvent(models.Model):
    """What Stripe sent, stored before anything is done with it. Not owned: the account in it says whose it is."""

    event_id = models.CharField(max_length=80, unique=True)
    type = models.CharField(max_length=80)
    account = models.CharField(max_length=80, blank=True)
    body = models.JSONField()
    received_at = models.DateTimeField(default=timezone.now)
    processed_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
