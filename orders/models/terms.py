"""Until when a collective takes orders, and how many at a time."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned


class OrderTerms(Owned):
    """One row for each collective that has said something; without it an order is taken until its window begins."""

    notice_minutes = models.PositiveIntegerField(_("minutes before the window"), default=0)
    same_day_until = models.TimeField(_("for the same day, until"), null=True, blank=True)
    day_before_until = models.TimeField(_("the day before, until"), null=True, blank=True)
    closed_on_holidays = models.BooleanField(_("closed on public holidays"), default=False)
    drops_an_hour = models.PositiveIntegerField(_("drops that may begin in one hour"), null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective"], name="order_terms_once")]

    def __str__(self) -> str:
        return f"order terms of {self.collective_id}"
