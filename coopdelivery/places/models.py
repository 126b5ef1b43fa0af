"""Places of a collective: an address, a point when it is known, and what couriers must know every time."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coopdelivery.kit.tenancy import OwnedManager
from coopdelivery.places.addresses import one_line
from coopdelivery.places.geometry import Point


class Place(models.Model):
    """The text is never edited, because deliveries made to it refer to it; another text is another place. The point may be fixed."""

    class Precision(models.TextChoices):
        ADDRESS = "address", _("house number")
        STREET = "street", _("street only")
        CITY = "city", _("town only")
        PIN = "pin", _("placed on the map")
        NONE = "none", _("not found")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    collective_id = models.BigIntegerField(db_index=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    street_address = models.CharField(_("street and number"), max_length=200)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    address_key = models.CharField(max_length=300, editable=False)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    precision = models.CharField(max_length=7, choices=Precision, default=Precision.NONE)
    to_check = models.BooleanField(default=False)
    contact_name = models.CharField(_("contact"), max_length=120, blank=True)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    note = models.TextField(_("note for couriers, every time"), max_length=1000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = OwnedManager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["collective_id", "address_key"], name="place_at_address"),
            models.Index(fields=["collective_id"], name="place_to_check", condition=models.Q(to_check=True)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="place_point_on_earth",
                condition=models.Q(latitude=None, longitude=None)
                | models.Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.one_line

    @property
    def one_line(self) -> str:
        return one_line(self.street_address, self.postcode, self.city)

    @property
    def point(self) -> Point | None:
        """None while nobody knows where it is: such a place is left out of every distance."""
        if self.latitude is None or self.longitude is None:
            return None
        return Point(self.latitude, self.longitude)


class PinFix(models.Model):
    """Where a person of the collective said an address is; it wins over every geocoder, for ever."""

    collective_id = models.BigIntegerField()
    address_key = models.CharField(max_length=300)
    latitude = models.FloatField()
    longitude = models.FloatField()
    by_id = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    objects = OwnedManager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective_id", "address_key"], name="pin_fix_once")]

    def __str__(self) -> str:
        return f"{self.address_key}: {self.latitude:.5f}, {self.longitude:.5f}"

    @property
    def point(self) -> Point:
        return Point(self.latitude, self.longitude)


class GeocodeCache(models.Model):
    """What an outside geocoder answered, so that it is asked once. No tenant: addresses are public, who asked is not kept."""

    provider = models.CharField(max_length=20)
    key = models.CharField(max_length=400)
    result = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "key"], name="geocode_once")]

    def __str__(self) -> str:
        return f"{self.provider}: {self.key}"


class TravelLeg(models.Model):
    """What a router answered between two points (`latitude,longitude`, five digits). No tenant: streets are public."""

    profile = models.CharField(max_length=12)
    start = models.CharField(max_length=24)
    end = models.CharField(max_length=24)
    distance_m = models.PositiveIntegerField()
    duration_s = models.PositiveIntegerField()
    climb_m = models.PositiveIntegerField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["profile", "start", "end"], name="travel_leg_once")]

    def __str__(self) -> str:
        return f"{self.start} → {self.end}: {self.distance_m} m"
