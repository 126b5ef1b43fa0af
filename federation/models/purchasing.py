"""Group purchases: what co-ops intend, what they are bound to once the threshold is reached, what arrived, and who pays which part of it.

Intents are theirs to change until the closing day. What is written after it stays: the database refuses the rest.
"""

import uuid
from datetime import date, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective
from coopdelivery.kit.money import Money
from coopdelivery.kit.words import NBSP, number

DAYS_TO_PAY = timedelta(days=30)


class GroupPurchase(models.Model):
    """One product of one supplier. It is bought when the co-ops together want `threshold` units on the closing day, else nobody pays."""

    class State(models.TextChoices):
        OPEN = "open", _("co-ops say what they want")
        COMMITTED = "committed", _("to order")
        ORDERED = "ordered", _("ordered")
        RECEIVED = "received", _("arrived, to bill")
        SETTLED = "settled", _("billed")
        CALLED_OFF = "called_off", _("called off")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=120)
    supplier = models.CharField(max_length=120)
    unit = models.CharField(max_length=40)
    terms = models.TextField(max_length=4000, blank=True)
    currency = models.CharField(max_length=3)
    unit_cents = models.PositiveBigIntegerField()
    vat_rate = models.PositiveSmallIntegerField(default=0)
    extras_cents = models.PositiveBigIntegerField(default=0)
    threshold = models.PositiveIntegerField()
    step = models.PositiveIntegerField(default=1)
    closes_on = models.DateField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    committed_units = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True)
    ordered_on = models.DateField(null=True, blank=True)
    order_number = models.CharField(max_length=60, blank=True)
    arrived_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(unit_cents__gt=0), name="purchase_costs_something"),
            models.CheckConstraint(condition=models.Q(vat_rate__lte=10_000), name="purchase_vat_at_most_all"),
            models.CheckConstraint(condition=models.Q(threshold__gt=0, step__gt=0), name="purchase_of_something"),
        ]
        ordering: ClassVar = ["-opened_at", "-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def price(self) -> Money:
        """Of one unit, before VAT."""
        return Money(self.unit_cents, self.currency)

    @property
    def extras(self) -> Money:
        """Freight and customs in all, as expected when it was opened."""
        return Money(self.extras_cents, self.currency)

    @property
    def vat(self) -> str:
        """`21 %`, in the reader's language."""
        return f"{number(self.vat_rate / 100, 0 if self.vat_rate % 100 == 0 else 2)}{NBSP}%"

    @property
    def is_bound(self) -> bool:
        """Whether co-ops cannot simply withdraw any more."""
        return self.state not in {self.State.OPEN, self.State.CALLED_OFF}

    def is_closing(self, today: date) -> bool:
        """The closing day is over, and nobody counted yet."""
        return self.state == self.State.OPEN and self.closes_on < today

    def takes_intents(self, today: date) -> bool:
        return self.state == self.State.OPEN and today <= self.closes_on


class Intent(models.Model):
    """How many units a co-op wants; once the purchase is committed, how many it takes. `offered` of them it would give to other co-ops."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    purchase = models.ForeignKey(GroupPurchase, on_delete=models.PROTECT, related_name="intents")
    collective = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+")
    units = models.PositiveIntegerField()
    offered = models.PositiveIntegerField(default=0)
    offered_at = models.DateTimeField(null=True, blank=True)
    came = models.PositiveIntegerField(null=True, blank=True)
    damaged = models.PositiveIntegerField(null=True, blank=True)
    stated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["purchase", "collective"], name="intent_once"),
            models.CheckConstraint(condition=models.Q(offered__lte=models.F("units")), name="intent_offers_what_it_has"),
            models.CheckConstraint(
                condition=models.Q(came=None, damaged=None) | models.Q(came__lte=models.F("units") - models.F("damaged")),
                name="intent_got_no_more_than_asked",
            ),
        ]
        ordering: ClassVar = ["stated_at", "id"]

    def __str__(self) -> str:
        return f"{self.units} for {self.collective_id}"

    @property
    def missing(self) -> int:
        return self.units - (self.came or 0) - (self.damaged or 0)


CHARGED = models.F("goods_cents") + models.F("freight_cents") + models.F("customs_cents") + models.F("vat_cents")


class Bill(models.Model):
    """The supplier's invoice with all that landed on it. A mistake is taken back whole, while no co-op has paid."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    purchase = models.ForeignKey(GroupPurchase, on_delete=models.PROTECT, related_name="bills")
    number = models.CharField(max_length=60)
    on = models.DateField()
    goods_cents = models.PositiveBigIntegerField()
    freight_cents = models.PositiveBigIntegerField(default=0)
    customs_cents = models.PositiveBigIntegerField(default=0)
    discount_cents = models.PositiveBigIntegerField(default=0)
    vat_cents = models.PositiveBigIntegerField(default=0)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_on = models.DateField(default=timezone.localdate)
    paid_on = models.DateField(null=True, blank=True)
    paid_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["purchase"], condition=models.Q(taken_back_at=None), name="bill_once"),
            models.CheckConstraint(
                condition=models.Q(discount_cents__lt=CHARGED),
                name="bill_of_something",
            ),
        ]
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.number

    @property
    def total(self) -> Money:
        """All that the supplier is paid: the co-ops' shares sum up to it."""
        cents = self.goods_cents + self.freight_cents + self.customs_cents + self.vat_cents - self.discount_cents
        return Money(cents, self.purchase.currency)

    @property
    def tax(self) -> Money:
        return Money(self.vat_cents, self.purchase.currency)

    @property
    def lines(self) -> list[tuple[str, Money]]:
        """What it is made of, without what is not on it."""
        rows = (
            (_("Goods"), self.goods_cents),
            (_("Freight"), self.freight_cents),
            (_("Customs"), self.customs_cents),
            (_("Discount"), -self.discount_cents),
            (_("VAT"), self.vat_cents),
        )
        return [(str(label), Money(cents, self.purchase.currency)) for label, cents in rows if cents]

    @property
    def due_on(self) -> date:
        return self.noted_on + DAYS_TO_PAY


class Share(models.Model):
    """What one co-op pays of a bill, VAT included."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="shares")
    collective = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+")
    units = models.PositiveIntegerField()
    cents = models.PositiveBigIntegerField()
    vat_cents = models.PositiveBigIntegerField()
    paid_on = models.DateField(null=True, blank=True)
    paid_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["bill", "collective"], name="share_once")]
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.cents} of {self.collective_id}"

    @property
    def amount(self) -> Money:
        return Money(self.cents, self.bill.purchase.currency)

    @property
    def tax(self) -> Money:
        return Money(self.vat_cents, self.bill.purchase.currency)

    @property
    def each(self) -> Money:
        """Of one unit, rounded: what it cost in the end."""
        return Money(round(self.cents / self.units), self.bill.purchase.currency)
