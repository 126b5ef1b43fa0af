"""A delivery that does not exist, to try a price list with."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import BikeAsked
from orders.pricing.engine import Facts

DAYS = [(0, _("Monday to Friday")), (5, _("Saturday")), (6, _("Sunday")), (7, _("public holiday"))]
HOLIDAY, MONDAY = 7, 0


def _whole(label: Any, first: int, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, initial=first, min_value=0, max_value=most)


def _optional(label: Any, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, initial=0, min_value=0, max_value=most, required=False)


class CaseForm(forms.Form):
    """Round figures; what is not asked here is as on an ordinary delivery."""

    drops = forms.IntegerField(label=_("Drops"), initial=1, min_value=1, max_value=50)
    km = forms.DecimalField(label=_("Kilometres"), initial=3, min_value=0, max_value=200, max_digits=6, decimal_places=3, localize=True)
    kg = forms.DecimalField(label=_("Kilograms"), initial=5, min_value=0, max_value=500, max_digits=6, decimal_places=3, localize=True)
    litres = _whole(_("Litres"), 20, 5000)
    pieces = _whole(_("Parcels"), 1, 200)
    outside = _whole(_("Stops outside the area"), 0, 50)
    doorsteps = _optional(_("Drops up to the door"), 50)
    vehicle = forms.ChoiceField(label=_("Which bike"), choices=BikeAsked.choices, required=False)
    window = forms.IntegerField(label=_("Window, in minutes"), initial=120, min_value=15, max_value=1440)
    notice = _whole(_("Ordered so many minutes before"), 1440, 86_400)
    day = forms.TypedChoiceField(label=_("Day"), choices=DAYS, coerce=int, initial=0)
    hour = forms.IntegerField(label=_("Hour of the window"), initial=10, min_value=0, max_value=23)

    def facts(self) -> Facts:
        return facts_of(self.kept())

    def kept(self) -> dict[str, Any]:
        """As JSON, such as a kept case holds it."""
        return {name: float(value) if isinstance(value, Decimal) else value for name, value in self.cleaned_data.items()}


def facts_of(data: Mapping[str, Any]) -> Facts:
    """What `CaseForm.kept` said, for the engine."""
    return Facts(
        drops=data["drops"],
        distance_m=int(data["km"] * 1000),
        weight_g=int(data["kg"] * 1000),
        volume_l=data["litres"],
        pieces=data["pieces"],
        outside=data["outside"],
        doorsteps=data.get("doorsteps") or 0,
        vehicle=data.get("vehicle", ""),
        shortest_window_min=data["window"],
        lead_min=data["notice"],
        weekday=MONDAY if data["day"] == HOLIDAY else data["day"],
        minute=data["hour"] * 60,
        holiday=data["day"] == HOLIDAY,
    )
