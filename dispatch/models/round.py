"""An ordered list of tasks on a day, with or without a courier."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.models import Membership, Vehicle
from collectives.tenancy import Owned


class Round(Owned):
    """Named or not. `version` rises with every change of its list; a write on an old version is refused with 409.

    An unnamed round with a courier is that courier's loose tasks of the day: there is at most one a day.
    """

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    on = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=60, blank=True)
    colour = models.PositiveSmallIntegerField(default=1)
    courier = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="rounds", null=True, blank=True)
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    trailer = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    hidden = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["courier", "on"], condition=models.Q(name=""), name="loose_round_once_a_day"),
            models.UniqueConstraint(Lower("name"), "collective", "on", condition=~models.Q(name=""), name="round_name_once_a_day"),
        ]
        indexes: ClassVar = [models.Index(fields=["collective", "on"], name="round_of_day")]
        ordering: ClassVar = ["starts_at", "id"]

    def __str__(self) -> str:
        return self.name or f"loose tasks of {self.courier_id} on {self.on}"
