"""Bikes, trailers, hubs."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned
from coopdelivery.places.models import Place


class Vehicle(Owned):
    """A bike or a trailer, with what it can carry."""

    class Kind(models.TextChoices):
        BIKE = "bike", _("bike")
        CARGO_BIKE = "cargo_bike", _("cargo bike")
        TRIKE = "trike", _("cargo trike")
        TRAILER = "trailer", _("trailer")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.CARGO_BIKE)
    max_weight_g = models.PositiveIntegerField(_("carries at most, in grams"), default=80_000)
    max_volume_l = models.PositiveIntegerField(_("room, in litres"), default=300)
    electric = models.BooleanField(_("electric assistance"), default=True)
    in_service = models.BooleanField(_("in service"), default=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective", "name"], name="vehicle_name_once")]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Hub(Owned):
    """A place of the collective's own where parcels rest."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=60)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective", "name"], name="hub_name_once")]

    def __str__(self) -> str:
        return self.name
