"""Where a collective rides."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned


class Zone(Owned):
    """An area: a GeoJSON Polygon or MultiPolygon in longitude, latitude (WGS 84)."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=60)
    area = models.JSONField(_("area"))
    is_service_area = models.BooleanField(_("deliveries are accepted here"), default=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective", "name"], name="zone_name_once")]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
