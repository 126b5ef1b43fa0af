"""The solidarity fund: what the assembly put in it, what co-ops ask for, what was given or lent, and what came back."""

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


class Endowment(models.Model):
    """Contributions that a resolution moved from the pot into the fund, and the most that one request may get from then on."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    currency = models.CharField(max_length=3)
    cents = models.PositiveBigIntegerField()
    cap_cents = models.PositiveBigIntegerField()
    on = models.DateField()
    resolution = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.cents} {self.currency} on {self.on}"

    @property
    def amount(self) -> Money:
        return Money(self.cents, self.currency)

    @property
    def cap(self) -> Money:
        return Money(self.cap_cents, self.currency)


class FundSource(models.Model):
    """So many cents of an endowment came from this contribution."""

    endowment = models.ForeignKey(Endowment, on_delete=models.PROTECT, related_name="sources")
    payment = models.ForeignKey(DuesPayment, on_delete=models.PROTECT, related_name="endowed")
    cents = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endowment", "payment"], name="fund_source_once"),
            models.CheckConstraint(condition=models.Q(cents__gt=0), name="fund_source_of_something"),
        ]
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.cents} of {self.payment_id}"


class AidRequest(models.Model):
    """What a co-op asks of the fund. The other member co-ops deliberate and vote; it has no voice in its own matter."""

    class Purpose(models.TextChoices):
        LAUNCH = "launch", _("launch of a co-op")
        WAGES = "wages", _("wages while activity is low")
        SICK = "sick", _("sick leave")

    class Form(models.TextChoices):
        GRANT = "grant", _("grant")
        LOAN = "loan", _("loan")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    collective = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=6, choices=Purpose)
    form = models.CharField(max_length=5, choices=Form)
    months = models.PositiveSmallIntegerField(default=0)
    currency = models.CharField(max_length=3)
    cents = models.PositiveBigIntegerField()
    reason = models.TextField(max_length=4000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    resolution = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="+")
    paid_on = models.DateField(null=True, blank=True)
    paid_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(cents__gt=0), name="aid_of_something"),
            models.CheckConstraint(
                condition=models.Q(form="loan", months__gt=0) | models.Q(form="grant", months=0), name="aid_lent_for_some_months"
            ),
        ]
        ordering: ClassVar = ["-asked_at", "-id"]

    def __str__(self) -> str:
        return f"{self.form} to {self.collective_id}"

    @property
    def amount(self) -> Money:
        return Money(self.cents, self.currency)


class Repayment(models.Model):
    """A part of a loan that came back into the fund. `key` makes noting it twice one."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField(unique=True)
    aid = models.ForeignKey(AidRequest, on_delete=models.PROTECT, related_name="repayments")
    cents = models.PositiveBigIntegerField()
    on = models.DateField()
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(cents__gt=0), name="repayment_of_something")]
        ordering: ClassVar = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.cents} of {self.aid_id}"


class LoanReminder(models.Model):
    """The co-op was told that its loan is behind since this day: once for each part."""

    aid = models.ForeignKey(AidRequest, on_delete=models.PROTECT, related_name="reminders")
    due_on = models.DateField()
    cents = models.PositiveBigIntegerField()
    told_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["aid", "due_on"], name="loan_reminded_once")]
        ordering: ClassVar = ["due_on", "id"]

    def __str__(self) -> str:
        return f"{self.aid_id} behind since {self.due_on}"
