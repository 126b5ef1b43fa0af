"""What one person wants to see of the board: the chips that are on, and sets of chips kept under a name."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from collectives.models import Membership
from collectives.tenancy import Owned


class BoardView(Owned):
    """`chips` are names of `board_views.CHIPS`; `presets` are `{"name": str, "chips": [str]}` in the order they were kept."""

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="+")
    chips = models.JSONField(default=list)
    presets = models.JSONField(default=list)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[Any]] = ["id"]

    def __str__(self) -> str:
        return f"board of {self.membership_id}"
