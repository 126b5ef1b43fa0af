"""From a finished order to the books: how its price was shared, what was given back, and the pass that did it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned
from coopdelivery.kit.money import Money
from orders.models.order import Order


class SettlementRun(Owned):
    """One pass over what is finished; its page shows the progress. Killed and started again it goes on where it was."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("under way")
        DONE = "done", _("done")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    set_aside = models.JSONField(default=list)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField(default=timezone.now)
    heard_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["collective"], condition=models.Q(state__in=["waiting", "running"]), name="settlement_run_open_once"
            )
        ]
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"settlement {self.created_at:%Y-%m-%d}"


class Outcome(models.TextChoices):
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("attempted, failed")
    CANCELLED = "cancelled", _("cancelled too late")


class Settlement(Owned):
    """How one order's price was shared: VAT, payment fee, federation, collective. The parts sum to the gross to the cent."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="settlement")
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.DELIVERED)
    currency = models.CharField(max_length=3)
    gross_cents = models.BigIntegerField()
    vat_cents = models.BigIntegerField()
    fee_cents = models.BigIntegerField()
    fee_estimated = models.BooleanField(default=False)
    federation_cents = models.BigIntegerField()
    collective_cents = models.BigIntegerField()
    federation_rate = models.PositiveSmallIntegerField()
    value_added_cents = models.BigIntegerField()
    settled_on = models.DateField()
    settled_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(
                    gross_cents=models.F("vat_cents") + models.F("fee_cents") + models.F("federation_cents") + models.F("collective_cents")
                ),
                name="settlement_parts_sum_to_gross",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["collective", "settled_on"], name="settlement_of_day")]

    def __str__(self) -> str:
        return f"settlement of {self.order_id}"

    def money(self, part: str) -> Money:
        """`gross`, `vat`, `fee`, `federation`, `collective` or `value_added`."""
        return Money(getattr(self, f"{part}_cents"), self.currency)

    @property
    def net(self) -> Money:
        return self.money("gross") - self.money("vat")


class Credit(Owned):
    """Part of a settled order given back, before VAT and VAT; the settlement itself never changes."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="credits")
    currency = models.CharField(max_length=3)
    net_cents = models.BigIntegerField()
    vat_cents = models.BigIntegerField()
    federation_cents = models.BigIntegerField()
    reason = models.CharField(_("reason"), max_length=160)
    idempotency_key = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(net_cents__gt=0, vat_cents__gte=0, federation_cents__gte=0), name="credit_gives_back"
            ),
            models.UniqueConstraint(fields=["collective", "idempotency_key"], name="credit_key_once"),
        ]
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"credit on {self.order_id}"
