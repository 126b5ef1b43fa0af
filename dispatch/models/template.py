"""A round that comes again: its name, hour and bike, and the places in their order. It plans nothing by itself."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.models import Vehicle
from collectives.tenancy import Owned


class RoundTemplate(Owned):
    """`calls` are `[kind, place ref]` in order; `starts` is the wall clock of the collective."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=60)
    colour = models.PositiveSmallIntegerField(default=1)
    starts = models.TimeField(null=True, blank=True)
    vehicle = models.ForeignKey(Vehicle, on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    trailer = models.ForeignKey(Vehicle, on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    calls = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective", "name"], name="round_template_name_once")]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
