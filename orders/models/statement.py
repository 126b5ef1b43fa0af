"""The monthly statement a partner can check line by line."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned
from coopdelivery.kit.money import Money
from orders.models.delivery import Delivery
from orders.models.order import Order
from orders.models.partner import Partner
from orders.models.settlement import Credit


class Statement(Owned):
    """A partner's month. Open until closed; a closed month never changes (the database refuses), a credit lands in the next open one."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="statements")
    month = models.DateField()
    number = models.CharField(max_length=24, null=True, blank=True)  # noqa: DJ001  unique when given
    currency = models.CharField(max_length=3)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["partner", "month"], name="statement_once_a_month"),
            models.UniqueConstraint(fields=["collective", "number"], name="statement_number_once"),
        ]
        ordering: ClassVar = ["-month", "partner__name"]

    def __str__(self) -> str:
        return f"{self.partner} {self.month:%Y-%m}"


class StatementLine(Owned):
    """One billed order, or one credit (negative). Each order and each credit is on exactly one statement."""

    class Kind(models.TextChoices):
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("attempted, failed")
        CANCELLED = "cancelled", _("cancelled too late")
        CREDIT = "credit", _("credit")

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines")
    kind = models.CharField(max_length=10, choices=Kind)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="statement_lines")
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="+")
    credit = models.OneToOneField(Credit, on_delete=models.PROTECT, related_name="statement_line", null=True, blank=True)
    on = models.DateField()
    net_cents = models.BigIntegerField()
    vat_cents = models.BigIntegerField()
    vat_rate = models.PositiveSmallIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order"], condition=models.Q(credit=None), name="statement_line_of_order_once"),
        ]
        ordering: ClassVar = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.order_id} on {self.statement_id}"

    @property
    def net(self) -> Money:
        return Money(self.net_cents, self.currency)

    @property
    def vat(self) -> Money:
        return Money(self.vat_cents, self.currency)


class NumberSeries(Owned):
    """The last number given in a series of a year; numbers are given in the transaction that uses them, so there are no gaps."""

    series = models.CharField(max_length=8)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective", "series", "year"], name="number_series_once")]

    def __str__(self) -> str:
        return f"{self.series}-{self.year}"
