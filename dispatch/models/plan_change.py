"""Every placement of a task in a round has a human author."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from collectives.tenancy import Owned


class PlanChange(Owned):
    """One gesture of one person: what moved, from where, to where. `by` is never empty; rules and the scheduler cannot plan.

    `before` and `after` are `{"tasks": {ref: {"round", "position", "on"}}, "rounds": {ref: {"name", "courier", "on", …} or null}}`, and
    for a way through a hub `"legs": {ref: {"stop", "leg", "place", …} or null}`; undo restores `before`.
    `passed_over_at`: undo was refused once, with the reason, so the next Ctrl+Z goes one further back.
    """

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    verb = models.CharField(max_length=24)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=12)
    at = models.DateTimeField(default=timezone.now)
    on = models.DateField()
    before = models.JSONField()
    after = models.JSONField()
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, related_name="undone_by", null=True, blank=True)
    passed_over_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(source__in=["web", "courier", "api", "import"]), name="plans_are_made_by_people")
        ]
        indexes: ClassVar = [models.Index(fields=["collective", "by", "-at"], name="plan_change_of_person")]
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.verb} by {self.by_id}"

    @property
    def rounds_touched(self) -> set[str]:
        """The refs of every round the gesture took from, put into, or changed."""
        spots = [*self.before.get("tasks", {}).values(), *self.after.get("tasks", {}).values()]
        return {spot["round"] for spot in spots if spot["round"]} | set(self.after.get("rounds", {})) | set(self.before.get("rounds", {}))
