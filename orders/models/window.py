"""A partner's shop window: what it sells to people of the town, and what they bought. The goods are the shop's, the ride is the co-op's."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned
from coopdelivery.kit.money import Money
from orders.models.delivery import Delivery
from orders.models.partner import Partner


class ShopWindow(Owned):
    """`hours` are wall-clock ranges, `[[weekday, "09:00", "18:00"], …]`: something bought then is ready `prepares_minutes` later."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.OneToOneField(Partner, on_delete=models.PROTECT, related_name="window")
    is_open = models.BooleanField(_("shown to everybody"), default=False)
    about = models.CharField(_("what the shop says of itself"), max_length=300, blank=True)
    hours = models.JSONField(default=list, blank=True)
    prepares_minutes = models.PositiveSmallIntegerField(_("minutes to prepare"), default=30)
    collects = models.BooleanField(_("may be collected at the shop"), default=True)
    delivers = models.BooleanField(_("is delivered by bike"), default=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"window of {self.partner_id}"


def photo_path(product: "Product", filename: str) -> str:
    """No name given by a browser ever reaches the disk."""
    return f"products/{product.collective_id}/{uuid.uuid4().hex}.jpg"


class Product(Owned):
    """`price_cents` is with VAT (`vat_rate` in hundredths of a percent). `stock` falls with each purchase, never below zero."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    window = models.ForeignKey(ShopWindow, on_delete=models.CASCADE, related_name="products")
    name = models.CharField(_("name"), max_length=80)
    about = models.CharField(_("what it is"), max_length=300, blank=True)
    price_cents = models.PositiveIntegerField()
    vat_rate = models.PositiveSmallIntegerField()
    stock = models.PositiveIntegerField(_("in stock"), default=0)
    allergens = models.JSONField(default=list, blank=True)
    photo = models.FileField(upload_to=photo_path, blank=True)
    is_listed = models.BooleanField(_("in the window"), default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["window", "name"], name="product_name_once")]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def price(self) -> Money:
        return Money(self.price_cents, self.window.collective.currency)


class PurchaseState(models.TextChoices):
    UNPAID = "unpaid", _("not paid yet")
    PAID = "paid", _("paid, waits for the shop")
    ACCEPTED = "accepted", _("accepted")
    COLLECTED = "collected", _("handed over at the shop")
    REFUSED = "refused", _("refused")
    EXPIRED = "expired", _("never paid")


class Purchase(Owned):
    """One basket. `goods_cents` and `delivery_cents` are with VAT; the shop gets both, and is billed for the ride like for any other.

    `request` is the delivery as it will be ordered once the shop has accepted. `refund` empty: nothing is to go back.
    """

    class Refund(models.TextChoices):
        ASKED = "asked", _("refund on its way")
        DONE = "done", _("refunded")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=10)
    window = models.ForeignKey(ShopWindow, on_delete=models.PROTECT, related_name="purchases")
    state = models.CharField(max_length=10, choices=PurchaseState, default=PurchaseState.UNPAID)
    is_delivered = models.BooleanField()
    slot_start = models.DateTimeField()
    slot_end = models.DateTimeField()
    buyer_name = models.CharField(max_length=120)
    buyer_email = models.EmailField()
    buyer_phone = models.CharField(max_length=20)
    address = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=300, blank=True)
    request = models.JSONField(default=dict, blank=True)
    currency = models.CharField(max_length=3)
    goods_cents = models.PositiveIntegerField()
    delivery_cents = models.PositiveIntegerField(default=0)
    delivery = models.OneToOneField(Delivery, on_delete=models.PROTECT, related_name="purchase", null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    placed_at = models.DateTimeField(default=timezone.now)
    idempotency_key = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001  unique when given
    intent_id = models.CharField(max_length=80, blank=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    next_url = models.CharField(max_length=500, blank=True)
    why = models.CharField(max_length=300, blank=True)
    refund = models.CharField(max_length=6, choices=Refund, blank=True)
    refund_id = models.CharField(max_length=80, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collective", "idempotency_key"], name="purchase_key_once"),
            models.UniqueConstraint(fields=["intent_id"], condition=~models.Q(intent_id=""), name="purchase_intent_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["collective", "state", "slot_start"], name="purchase_of_state")]
        ordering: ClassVar = ["-placed_at"]

    def __str__(self) -> str:
        return self.code

    @property
    def goods(self) -> Money:
        return Money(self.goods_cents, self.currency)

    @property
    def ride(self) -> Money:
        return Money(self.delivery_cents, self.currency)

    @property
    def gross(self) -> Money:
        return Money(self.goods_cents + self.delivery_cents, self.currency)


class PurchaseLine(Owned):
    """A copy of what the product said when it was bought."""

    purchase = models.ForeignKey(Purchase, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.SET_NULL, related_name="+", null=True)
    name = models.CharField(max_length=80)
    quantity = models.PositiveSmallIntegerField()
    unit_cents = models.PositiveIntegerField()
    vat_rate = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"

    @property
    def amount_cents(self) -> int:
        return self.unit_cents * self.quantity
