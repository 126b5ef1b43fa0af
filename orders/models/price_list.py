"""What a delivery costs: rows that `orders.pricing.lists` turns into the pure engine's input."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned


class PriceList(Owned):
    """A named list in the collective's currency. Each change of its rules raises `version`; orders keep their own copy of the lines.

    With `vat_included` its amounts are what people pay; orders keep what is left of each line before VAT, too.

    One that `follows` another takes its place, for everybody who has that one, from its own `valid_from` on.
    """

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80)
    version = models.PositiveIntegerField(default=1)
    vat_rate = models.PositiveSmallIntegerField(_("VAT, in hundredths of a percent"), default=2000)
    vat_included = models.BooleanField(_("the amounts include VAT"), default=False)
    valid_from = models.DateField(default=timezone.localdate)
    follows = models.ForeignKey("self", on_delete=models.PROTECT, related_name="later", null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective", "name"], name="price_list_name_once")]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class PriceCase(Owned):
    """A delivery that does not exist, kept to see what a list makes of it. `facts` are those of the form, `net_cents` what it cost then."""

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="cases")
    name = models.CharField(_("name"), max_length=60)
    facts = models.JSONField()
    net_cents = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["price_list", "name"], name="price_case_name_once")]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class PriceRule(Owned):
    """One line of the list, in order. `params` by kind is described in `orders.pricing.engine`."""

    class Kind(models.TextChoices):
        BASE = "base", _("pickup and first drop")
        EXTRA_DROP = "extra_drop", _("each further drop")
        DISTANCE = "distance", _("distance")
        WEIGHT = "weight", _("weight")
        PARCEL = "parcel", _("parcels of a type")
        SHORT_WINDOW = "short_window", _("short window")
        OUT_OF_ZONE = "out_of_zone", _("outside the area")
        VOLUME = "volume", _("volume")
        PIECES = "pieces", _("each parcel, cheaper from the n-th")
        SHORT_NOTICE = "short_notice", _("ordered at short notice")
        TIMES = "times", _("days and hours")
        PERCENT = "percent", _("percentage of the lines above")
        MINIMUM = "minimum", _("at least")
        MAXIMUM = "maximum", _("at most")
        LIMIT = "limit", _("limit: more is not taken")
        FIXED = "fixed", _("fixed amount")
        PER_UNIT = "per_unit", _("for each unit, by steps")
        REFUSAL = "refusal", _("not taken when")
        EACH_STOP = "each_stop", _("each stop of a kind")
        DOORSTEP = "doorstep", _("carried up to the door")
        VEHICLE = "vehicle", _("a vehicle asked for")
        WAITING = "waiting", _("waiting, for each minute")

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="rules")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=Kind)
    label = models.CharField(_("name on the bill"), max_length=80)
    params = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["price_list", "position"], name="price_rule_position_once")]
        ordering: ClassVar = ["position"]

    def __str__(self) -> str:
        return self.label
