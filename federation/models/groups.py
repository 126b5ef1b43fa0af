"""The six working groups: mandates with their budgets, members, deliverables, expenses with two signatures, and where each euro came from.

What is written stays, and the database itself refuses what has no resolution or no money behind it (migration 0007).
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective
from coopdelivery.decisions.models import Proposal
from coopdelivery.kit.money import Money
from federation.models.dues import DuesPayment


class WorkingGroup(models.TextChoices):
    """The services that the co-ops pool."""

    SOFTWARE = "software", _("Software")
    TRAINING = "training", _("Training")
    COMMUNICATION = "communication", _("Communication and advocacy")
    PURCHASING = "purchasing", _("Group purchasing")
    PARTNERSHIPS = "partnerships", _("Partnerships")
    COORDINATION = "coordination", _("Coordination")


class Mandate(models.Model):
    """What the assembly asks of a group, until when, and how much it may spend on it. Spending stops after `review_on`."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    group = models.CharField(max_length=14, choices=WorkingGroup)
    text = models.TextField(max_length=4000)
    begins_on = models.DateField()
    review_on = models.DateField()
    ends_on = models.DateField()
    currency = models.CharField(max_length=3)
    cents = models.PositiveBigIntegerField()
    resolution = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(review_on__gte=models.F("begins_on"), ends_on__gte=models.F("review_on")), name="mandate_days_in_order"
            )
        ]
        ordering: ClassVar = ["group", "-begins_on", "-id"]

    def __str__(self) -> str:
        return f"{self.group} until {self.review_on}"

    @property
    def budget(self) -> Money:
        return Money(self.cents, self.currency)


class GroupMember(models.Model):
    """A person of a co-op who works in a group; `home` is that co-op."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    group = models.CharField(max_length=14, choices=WorkingGroup)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    home = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+")
    since = models.DateField(default=timezone.localdate)
    until = models.DateField(null=True, blank=True)
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "person"], condition=models.Q(until=None), name="in_a_group_once"),
        ]
        ordering: ClassVar = ["since", "id"]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.group}"


class Deliverable(models.Model):
    """What a group promised for a day."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="deliverables")
    title = models.CharField(max_length=160)
    due_on = models.DateField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["due_on", "id"]

    def __str__(self) -> str:
        return self.title


class Expense(models.Model):
    """What a group spends on its mandate. From the asking on it counts against the budget; it is paid after two signatures."""

    class State(models.TextChoices):
        ASKED = "asked", _("to sign")
        SIGNED = "signed", _("to pay")
        PAID = "paid", _("paid")
        WITHDRAWN = "withdrawn", _("withdrawn")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="expenses")
    title = models.CharField(max_length=160)
    payee = models.CharField(max_length=120)
    payee_home = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    currency = models.CharField(max_length=3)
    cents = models.PositiveBigIntegerField()
    spent_on = models.DateField()
    receipt = models.FileField(upload_to="receipts/")
    media_type = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=9, choices=State, default=State.ASKED)
    paid_on = models.DateField(null=True, blank=True)
    paid_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(cents__gt=0), name="expense_of_something"),
            models.CheckConstraint(
                condition=models.Q(state="paid", paid_on__isnull=False, paid_by__isnull=False)
                | ~models.Q(state="paid") & models.Q(paid_on=None),
                name="expense_paid_on_a_day",
            ),
        ]
        ordering: ClassVar = ["-asked_at", "-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def amount(self) -> Money:
        return Money(self.cents, self.currency)


class Signature(models.Model):
    """One of the two; never by who asked, nor by somebody of the co-op that is paid."""

    expense = models.ForeignKey(Expense, on_delete=models.PROTECT, related_name="signatures")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["expense", "person"], name="expense_signed_once")]
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.person_id} signed {self.expense_id}"


class Source(models.Model):
    """So many cents of an expense came from this contribution: the oldest money is spent first."""

    expense = models.ForeignKey(Expense, on_delete=models.PROTECT, related_name="sources")
    payment = models.ForeignKey(DuesPayment, on_delete=models.PROTECT, related_name="spent")
    cents = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["expense", "payment"], name="source_once"),
            models.CheckConstraint(condition=models.Q(cents__gt=0), name="source_of_something"),
        ]
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.cents} of {self.payment_id}"

    @property
    def amount(self) -> Money:
        return Money(self.cents, self.payment.currency)
