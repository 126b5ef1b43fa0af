"""What a program under development orders: nobody rides, nothing is billed."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from collectives.models import ApiApplication
from collectives.tenancy import Owned


class SandboxDelivery(Owned):
    """`shown` is the delivery as it was placed, in the dialect; where it is follows from the clock. `told` counts the steps announced."""

    application = models.ForeignKey(ApiApplication, on_delete=models.CASCADE, related_name="+")
    shown = models.JSONField(default=dict)
    began_at = models.DateTimeField(default=timezone.now)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    told = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["application", "-id"], name="sandbox_of_application")]

    def __str__(self) -> str:
        return f"sandbox {self.pk}"
