"""What is moved: stops with promised windows, and parcels. The promise; planning never edits it."""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from collectives.tenancy import Owned
from coopdelivery.kit.windows import Window
from coopdelivery.places.models import Place
from orders.models.order import Order
from orders.models.partner import Partner


class DeliveryStatus(models.TextChoices):
    AWAITING_PAYMENT = "awaiting_payment", _("awaiting payment")
    PLACED = "placed", _("to pick up")
    PICKED_UP = "picked_up", _("on the bike")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class BikeAsked(models.TextChoices):
    """A vehicle that somebody asked for by name."""

    ANY = "", _("whichever bike suits")
    CARGO_BIKE = "cargo_bike", _("a cargo bike")
    TRAILER = "trailer", _("a bike with a trailer")


class Delivery(Owned):
    """One delivery of an order. `number` is what people say on the phone, such as `HE-4021`."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=16)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="deliveries")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="deliveries", null=True, blank=True)
    status = models.CharField(max_length=16, choices=DeliveryStatus, default=DeliveryStatus.PLACED)
    note = models.CharField(_("note"), max_length=500, blank=True)
    vehicle = models.CharField(_("vehicle"), max_length=12, choices=BikeAsked, blank=True, default=BikeAsked.ANY)
    distance_m = models.PositiveIntegerField(null=True)
    distance_estimated = models.BooleanField(default=True)
    line = models.TextField(blank=True)
    weight_g = models.PositiveIntegerField(null=True)
    placed_at = models.DateTimeField(default=timezone.now)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_billed = models.BooleanField(default=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    # What was written with it a moment ago, so that nobody reads it again: stops with their places, parcels.
    at_hand: "tuple[list[Stop], list[Parcel]] | None" = None

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective", "number"], name="delivery_number_once")]
        indexes: ClassVar = [
            models.Index(fields=["collective", "status", "finished_at"], name="delivery_of_status"),
            models.Index(fields=["partner", "-placed_at"], name="delivery_of_partner"),
            models.Index(fields=["collective", "-placed_at", "-id"], name="delivery_newest_first"),
        ]

    def __str__(self) -> str:
        return self.number


class StopKind(models.TextChoices):
    PICKUP = "pickup", _("pickup")
    DROPOFF = "dropoff", _("drop")


class StopStatus(models.TextChoices):
    OPEN = "open", _("to do")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", pgettext_lazy("stop", "cancelled")


class IfAbsent(models.TextChoices):
    """What the recipient wants if nobody is there. Another day is a request: the dispatcher decides."""

    HOME = "home", _("I am at home")
    NEIGHBOUR = "neighbour", _("with somebody in the neighbourhood")
    RECEPTION = "reception", _("at the reception or in the bike room")
    COLLECTIVE = "collective", _("at the co-op's place")
    ANOTHER_DAY = "another_day", _("another day")


class Stop(Owned):
    """A place and a promised window. The place's point may be corrected; its text and the window are the promise.

    `collect_cents` is what the recipient pays in cash, in the order's currency; `collected_cents` what was taken (None: nobody said).
    `doorstep`: up the stairs, to the door of the flat. `waited_s` is how long couriers waited here.
    """

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="stops")
    kind = models.CharField(max_length=8, choices=StopKind)
    position = models.PositiveSmallIntegerField()
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    window_start = models.DateTimeField()
    window_end = models.DateTimeField()
    contact_name = models.CharField(_("recipient"), max_length=120, blank=True)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    status = models.CharField(max_length=10, choices=StopStatus, default=StopStatus.OPEN)
    received_by = models.CharField(max_length=120, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    if_absent = models.CharField(max_length=12, choices=IfAbsent, blank=True)
    if_absent_note = models.CharField(max_length=200, blank=True)
    collect_cents = models.PositiveIntegerField(_("cash to collect"), default=0)
    collected_cents = models.PositiveIntegerField(null=True, blank=True)
    doorstep = models.BooleanField(_("carry it up to the door"), default=False)
    waited_s = models.PositiveIntegerField(default=0)

    # The work that was made of it in the transaction that wrote it, so that nobody reads it again.
    at_hand: Sequence[Any] = ()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["delivery", "position"], name="stop_position_once"),
            models.CheckConstraint(condition=models.Q(window_end__gt=models.F("window_start")), name="stop_window_ends_after_start"),
        ]
        indexes: ClassVar = [models.Index(fields=["collective", "window_start"], name="stop_of_day")]
        ordering: ClassVar = ["position"]

    def __str__(self) -> str:
        return f"{self.kind} of {self.delivery_id}"

    @property
    def window(self) -> Window:
        return Window(self.window_start, self.window_end)

    @property
    def waited_min(self) -> int:
        """Whole minutes, rounded half up."""
        return (self.waited_s + 30) // 60


class ParcelType(Owned):
    """What partners tick: "Bouquet, up to 3 kg"."""

    name = models.CharField(_("name"), max_length=60)
    short_code = models.CharField(_("short code"), max_length=4)
    weight_g = models.PositiveIntegerField(_("weight, in grams"), null=True, blank=True)
    volume_l = models.PositiveIntegerField(_("volume, in litres"), null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective", "name"], name="parcel_type_once")]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Parcel(Owned):
    """So many pieces of one type for one drop. Weight None is unknown, never 0."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="parcels")
    dropoff = models.ForeignKey(Stop, on_delete=models.CASCADE, related_name="parcels")
    type = models.ForeignKey(ParcelType, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    name = models.CharField(max_length=60)
    quantity = models.PositiveSmallIntegerField(default=1)
    weight_g = models.PositiveIntegerField(null=True)
    volume_l = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"
