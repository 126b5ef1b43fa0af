"""Dues: terms set by resolutions, accounts, calls, waivers, payment plans, payments. What is written stays (migration 0005)."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective, Standing
from coopdelivery.decisions.models import Proposal
from coopdelivery.kit.money import Money
from coopdelivery.kit.words import NBSP, number
from federation.dues.engine import Terms, value_added

TRUE_UP = 13


class DuesTerms(models.Model):
    """What co-ops of this standing and currency contribute from `effective_on` on. Always by a passed resolution."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    standing = models.CharField(_("standing"), max_length=10, choices=Standing)
    currency = models.CharField(_("currency"), max_length=3)
    rate = models.PositiveSmallIntegerField()
    floor_cents = models.PositiveBigIntegerField(default=0)
    cap_cents = models.PositiveBigIntegerField(null=True, blank=True)
    effective_on = models.DateField()
    resolution = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["standing", "currency", "effective_on"], name="dues_terms_once_a_day"),
            models.CheckConstraint(condition=models.Q(rate__lte=10_000), name="dues_rate_at_most_all"),
            models.CheckConstraint(
                condition=models.Q(cap_cents=None) | models.Q(cap_cents__gte=models.F("floor_cents")), name="dues_cap_above_floor"
            ),
        ]
        ordering: ClassVar = ["standing", "currency", "-effective_on"]

    def __str__(self) -> str:
        return f"{self.rate / 100:g} % from {self.effective_on}"

    @property
    def percent(self) -> str:
        """`2.5 %`, in the reader's language."""
        return f"{number(self.rate / 100, 0 if self.rate % 100 == 0 else 2)}{NBSP}%"

    @property
    def terms(self) -> Terms:
        cap = Money(self.cap_cents, self.currency) if self.cap_cents is not None else None
        return Terms(rate=self.rate, floor=Money(self.floor_cents, self.currency), cap=cap)


class FiledAccounts(models.Model):
    """A year's figures as the co-op's general assembly adopted them, filed by one person and confirmed by an officer from elsewhere."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    collective = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"))
    currency = models.CharField(max_length=3)
    production_cents = models.BigIntegerField()
    margin_cents = models.BigIntegerField(default=0)
    bought_cents = models.BigIntegerField()
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collective", "year"], name="filed_accounts_once_a_year"),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None) | ~models.Q(confirmed_by=models.F("filed_by")), name="filed_accounts_two_people"
            ),
        ]
        ordering: ClassVar = ["-year"]

    def __str__(self) -> str:
        return f"accounts {self.year} of {self.collective_id}"

    @property
    def added(self) -> Money:
        production, margin, bought = (Money(c, self.currency) for c in (self.production_cents, self.margin_cents, self.bought_cents))
        return value_added(production, margin, bought)


class DuesCall(models.Model):
    """One call: month 1 to 12 provisional, 13 the true-up of the year (below zero: given back). Never for customers' money."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    collective = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    currency = models.CharField(max_length=3)
    cents = models.BigIntegerField()
    due_on = models.DateField()
    terms = models.ForeignKey(DuesTerms, on_delete=models.PROTECT, related_name="+")
    accounts = models.ForeignKey(FiledAccounts, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    called_at = models.DateTimeField(default=timezone.now)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collective", "year", "month"], name="dues_called_once"),
            models.CheckConstraint(condition=models.Q(month__range=(1, TRUE_UP)), name="dues_call_of_a_month"),
            models.CheckConstraint(condition=models.Q(month=TRUE_UP) | models.Q(cents__gte=0), name="dues_only_true_up_gives_back"),
        ]
        ordering: ClassVar = ["year", "month"]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"{self.collective.slug.upper()[:12]}-{self.year}-{'T' if self.month == TRUE_UP else f'{self.month:02d}'}"

    @property
    def is_true_up(self) -> bool:
        return self.month == TRUE_UP

    @property
    def amount(self) -> Money:
        return Money(self.cents, self.currency)


class DuesRelief(models.Model):
    """What the assembly let a co-op off (`parts` 0), or lets it pay in monthly parts from `begins_on` on. One for each resolution."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    collective = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    cents = models.PositiveBigIntegerField()
    parts = models.PositiveSmallIntegerField(default=0)
    begins_on = models.DateField()
    resolution = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(cents__gt=0), name="dues_relief_of_something")]
        ordering: ClassVar = ["begins_on", "id"]

    def __str__(self) -> str:
        return f"relief by {self.resolution_id}"

    @property
    def is_waiver(self) -> bool:
        return self.parts == 0

    @property
    def amount(self) -> Money:
        return Money(self.cents, self.currency)


class DuesPayment(models.Model):
    """Money of a co-op's own that reached the federation's own account, noted by an officer. `key` makes noting it twice one."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField(unique=True)
    collective = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    cents = models.PositiveBigIntegerField()
    on = models.DateField()
    note = models.CharField(max_length=140, blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(cents__gt=0), name="dues_payment_of_something")]
        ordering: ClassVar = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.cents} {self.currency} on {self.on}"

    @property
    def amount(self) -> Money:
        return Money(self.cents, self.currency)
