"""A delivery of one co-op that another does: offered, answered, taken into custody, told back, settled in both books."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective
from coopdelivery.kit.money import Money
from coopdelivery.places.models import Place
from dispatch.models import Task
from orders.models import Delivery, Partner, Stop


class Handover(models.Model):
    """`giver` sold the delivery, `receiver` is asked to do it for `cents`, with VAT.

    `place` is where it changes hands when that is a hub of the giver's; without one the receiver fetches it where the giver would have.
    `taken` is the receiver's own delivery, placed when it accepted. Every state is reached by one conditional UPDATE.
    """

    class State(models.TextChoices):
        OFFERED = "offered", _("offered")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")
        EXPIRED = "expired", _("not answered in time")
        CUSTODY = "custody", _("on their bike")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("failed")
        RETURNED = "returned", _("given back")
        CANCELLED = "cancelled", _("cancelled")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField(unique=True)
    giver = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+")
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.OFFERED)
    currency = models.CharField(max_length=3)
    cents = models.PositiveBigIntegerField()
    note = models.CharField(max_length=300, blank=True)
    answer_by = models.DateTimeField()
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(default=timezone.now)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    taken = models.OneToOneField(Delivery, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    custody_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["delivery"], condition=models.Q(state__in=["offered", "accepted", "custody"]), name="handover_under_way_once"
            ),
            models.CheckConstraint(condition=~models.Q(giver=models.F("receiver")), name="handover_to_another"),
            models.CheckConstraint(condition=models.Q(cents__gt=0), name="handover_for_something"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["giver", "-offered_at"], name="handover_given"),
            models.Index(fields=["receiver", "-offered_at"], name="handover_received"),
            models.Index(fields=["answer_by"], name="handover_open", condition=models.Q(state="offered")),
        ]
        ordering: ClassVar = ["-offered_at", "-id"]

    def __str__(self) -> str:
        return f"{self.delivery_id} to {self.receiver_id}"

    @property
    def price(self) -> Money:
        return Money(self.cents, self.currency)

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.state == self.State.OFFERED and timezone.now() < self.answer_by

    @property
    def is_theirs(self) -> bool:
        """Whether the receiver has it: only then it sees doors, names and telephones."""
        return self.state in {self.State.ACCEPTED, self.State.CUSTODY}


class HandedTask(models.Model):
    """A piece of the giver's work that goes with it, and the receiver's stop that does it once it accepted."""

    handover = models.ForeignKey(Handover, on_delete=models.CASCADE, related_name="tasks")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="+")
    stop = models.ForeignKey(Stop, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["handover", "task"], name="handed_task_once")]
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.task_id} in {self.handover_id}"


class HandoverPartner(models.Model):
    """The partner in whose name the receiver does what this giver hands over: its statements say what is owed."""

    receiver = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+")
    giver = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+")
    partner = models.OneToOneField(Partner, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["receiver", "giver"], name="handover_partner_once")]

    def __str__(self) -> str:
        return f"{self.giver_id} at {self.receiver_id}"
