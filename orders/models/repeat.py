"""Deliveries that come again: a rule, and what became of each of its dates."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned
from orders.models.delivery import Delivery
from orders.models.partner import Partner


class Repeat(Owned):
    """`rule` is an RFC 5545 recurrence over dates, `template` what is ordered each time (see `orders.repeats.request`)."""

    class OnHoliday(models.TextChoices):
        AS_USUAL = "as_usual", _("deliver as usual")
        SKIP = "skip", _("leave it out")
        NEXT_DAY = "next_day", _("the next day on which the co-op is open")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="repeats")
    name = models.CharField(_("name"), max_length=80)
    rule = models.CharField(max_length=200)
    first_on = models.DateField(_("from"))
    last_on = models.DateField(_("until"), null=True, blank=True)
    on_holiday = models.CharField(_("on public holidays and closed days"), max_length=8, choices=OnHoliday, default=OnHoliday.SKIP)
    left_out = models.JSONField(default=list)
    paused_from = models.DateField(null=True, blank=True)
    paused_until = models.DateField(null=True, blank=True)
    days_ahead = models.PositiveSmallIntegerField(default=7)
    template = models.JSONField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Occurrence(Owned):
    """One date of a rule, decided once: the database keeps (repeat, date) unique, and the order's key is made of the two."""

    class State(models.TextChoices):
        WAITING = "waiting", _("to be ordered")
        PLACED = "placed", _("ordered")
        SKIPPED = "skipped", _("left out")
        REFUSED = "refused", _("could not be ordered")

    repeat = models.ForeignKey(Repeat, on_delete=models.CASCADE, related_name="occurrences")
    on = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    why = models.CharField(max_length=300, blank=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["repeat", "on"], name="occurrence_once")]
        ordering: ClassVar = ["on"]

    def __str__(self) -> str:
        return f"{self.repeat_id} on {self.on}"
