"""What a partner asks to have changed once work on it has begun: kept with its price, decided by a person."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned
from coopdelivery.kit.money import Money
from orders.models.delivery import Delivery


class ChangeRequest(Owned):
    """One is open at most for a delivery. `wanted` is the whole delivery as it should be, `priced` what it would cost, as it was shown."""

    class Kind(models.TextChoices):
        CANCEL = "cancel", _("cancel it")
        CHANGE = "change", _("change it")

    class State(models.TextChoices):
        OPEN = "open", _("waits for an answer")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("taken back")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="change_requests")
    kind = models.CharField(max_length=8, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    reason = models.CharField(max_length=300)
    wanted = models.JSONField(default=dict)
    priced = models.JSONField(default=dict)
    says = models.JSONField(default=list)
    currency = models.CharField(max_length=3)
    before_cents = models.BigIntegerField()
    after_cents = models.BigIntegerField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    asked_at = models.DateTimeField(default=timezone.now)
    answer = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["delivery"], condition=models.Q(state="open"), name="change_request_open_once")
        ]
        indexes: ClassVar = [models.Index(fields=["collective", "state", "asked_at"], name="change_request_of_state")]
        ordering: ClassVar = ["-asked_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.delivery_id} {self.state}"

    @property
    def before(self) -> Money:
        return Money(self.before_cents, self.currency)

    @property
    def after(self) -> Money:
        """With VAT; for a cancellation what it costs."""
        return Money(self.after_cents, self.currency)

    @property
    def moves_price(self) -> bool:
        return self.before_cents != self.after_cents
