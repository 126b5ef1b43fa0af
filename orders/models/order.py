"""The commercial side: who pays how much for what, fixed when the order is placed."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned
from coopdelivery.kit.money import Money
from orders.models.partner import Partner
from orders.models.price_list import PriceList
from orders.pricing.explain import explain


class Order(Owned):
    """What was bought. Lines and totals are copies: later rule changes never touch them.

    Each change of the price that somebody agreed to raises `price_version`; the journal tells the price before and after.
    """

    class PaidBy(models.TextChoices):
        STATEMENT = "statement", _("monthly statement")
        CARD = "card", _("card")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=16)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="orders", null=True, blank=True)
    paid_by = models.CharField(max_length=10, choices=PaidBy, default=PaidBy.STATEMENT)
    currency = models.CharField(max_length=3)
    net_cents = models.BigIntegerField()
    vat_cents = models.BigIntegerField()
    vat_rate = models.PositiveSmallIntegerField()
    price_list = models.ForeignKey(PriceList, on_delete=models.PROTECT, related_name="+")
    price_list_version = models.PositiveIntegerField()
    price_version = models.PositiveSmallIntegerField(default=1)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    placed_at = models.DateTimeField(default=timezone.now)
    payer_name = models.CharField(max_length=120, blank=True)
    payer_email = models.EmailField(blank=True)
    payer_phone = models.CharField(max_length=20, blank=True)
    idempotency_key = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001  unique when given
    fingerprint = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collective", "number"], name="order_number_once"),
            models.UniqueConstraint(fields=["collective", "idempotency_key"], name="order_key_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["partner", "-placed_at"], name="order_of_partner")]

    def __str__(self) -> str:
        return self.number

    @property
    def net(self) -> Money:
        return Money(self.net_cents, self.currency)

    @property
    def vat(self) -> Money:
        return Money(self.vat_cents, self.currency)

    @property
    def gross(self) -> Money:
        return Money(self.net_cents + self.vat_cents, self.currency)


class OrderLine(Owned):
    """One reason of the price, before VAT. The order's net is the sum of its lines, nowhere else.

    `code` and `facts` are those of `pricing.explain`; `reason` holds the words of lines written before facts were kept.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=80)
    code = models.CharField(max_length=30, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    amount_cents = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["order", "position"], name="order_line_position_once")]
        ordering: ClassVar = ["position"]

    def __str__(self) -> str:
        return self.label

    @property
    def amount(self) -> Money:
        return Money(self.amount_cents, self.order.currency)

    @property
    def why(self) -> str:
        """Where the amount comes from, in the reader's language; for old lines in that of the day they were written."""
        return explain(self.code, self.facts, self.order.currency) or self.reason


class Quote(Owned):
    """A price shown with its lines, honoured until it expires, accepted once."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+", null=True, blank=True)
    asked = models.JSONField()
    lines = models.JSONField()
    currency = models.CharField(max_length=3)
    net_cents = models.BigIntegerField()
    vat_cents = models.BigIntegerField()
    vat_rate = models.PositiveSmallIntegerField()
    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="+")
    price_list_version = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"quote {self.ref}"
