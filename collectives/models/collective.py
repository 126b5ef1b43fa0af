"""The tenant: one local courier co-operative."""

import uuid
from datetime import date
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

FIRST_NUMBER = 4000  # people read numbers aloud; four digits from the first day on

MOST_MINUTES = 60  # at one stop; who needs longer is at work there


class Standing(models.TextChoices):
    """Where a collective stands in the federation; only the federation's register changes it."""

    APPLICANT = "applicant", _("applicant")
    TRIAL = "trial", _("on trial")
    MEMBER = "member", _("member")
    LAPSED = "lapsed", _("lapsed")
    LEFT = "left", _("left")


class Collective(models.Model):
    """One local courier co-op. Not an owned row: it is the owner."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(unique=True, max_length=40)
    name = models.CharField(_("name"), max_length=80)
    legal_form = models.CharField(_("legal form"), max_length=80, blank=True)
    city = models.CharField(_("town"), max_length=80)
    country = models.CharField(_("country"), max_length=2)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    language = models.CharField(_("language"), max_length=8, default="en")
    time_zone = models.CharField(_("time zone"), max_length=40, default="Europe/Paris")
    latitude = models.FloatField(_("latitude"), default=0)
    longitude = models.FloatField(_("longitude"), default=0)
    base_map = models.CharField(max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    street_address = models.CharField(_("address"), max_length=200, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    tile = models.CharField(_("letters on the tile"), max_length=2, blank=True)
    tile_colour = models.CharField(
        _("tile colour"),
        max_length=7,
        default="#2B459F",
        validators=[RegexValidator(r"^#[0-9A-Fa-f]{6}$", _("Write a colour as #2B459F."))],
    )
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.APPLICANT)
    licence_until = models.DateField(null=True, blank=True)
    stripe_account = models.CharField(_("Stripe account"), max_length=60, blank=True)
    last_number = models.PositiveIntegerField(default=FIRST_NUMBER)
    pickup_minutes = models.PositiveSmallIntegerField(_("minutes at a pickup"), default=3, validators=[MaxValueValidator(MOST_MINUTES)])
    drop_minutes = models.PositiveSmallIntegerField(_("minutes at a drop"), default=3, validators=[MaxValueValidator(MOST_MINUTES)])
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def tile_letters(self) -> str:
        words = [word for word in self.name.split() if word[0].isalpha()]
        return self.tile or "".join(word[0] for word in words[:2]).upper()

    @property
    def has_centre(self) -> bool:
        """Whether anybody has said where the collective is; no co-op rides in the Gulf of Guinea."""
        return (self.latitude, self.longitude) != (0, 0)

    @property
    def has_orders(self) -> bool:
        """Whether a number was ever given to an order: from then on the currency stays."""
        return self.last_number > FIRST_NUMBER

    def today(self) -> date:
        """The date on the collective's own calendar."""
        return timezone.localdate(timezone=self.zone)

    def may_trade(self, on: date | None = None) -> bool:
        """New commercial orders are for collectives on trial or members, while every licence condition (with its grace) holds.

        A lapse never touches data or rounds under way.
        """
        in_good_standing = self.standing in {Standing.TRIAL, Standing.MEMBER}
        return in_good_standing and self.licence_until is not None and (on or self.today()) <= self.licence_until
