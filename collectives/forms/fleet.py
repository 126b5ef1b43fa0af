"""Bikes, trailers, hubs: weights in kilograms for people, in grams for the rows."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collectives.models import Vehicle

GRAMS = 1000


class VehicleForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("As it is called in the workshop."))
    kind = forms.ChoiceField(label=_("Kind"), choices=Vehicle.Kind)
    max_weight_kg = forms.IntegerField(label=_("Carries at most, in kg"), min_value=1, max_value=1_000, initial=80)
    max_volume_l = forms.IntegerField(label=_("Room, in litres"), min_value=1, max_value=10_000, initial=300)
    electric = forms.BooleanField(label=_("Electric assistance"), required=False, initial=True)
    in_service = forms.BooleanField(
        label=_("In service"), required=False, initial=True, help_text=_("Out of service, it cannot be given to a round.")
    )

    def facts(self) -> dict[str, Any]:
        """As `services.save_vehicle` takes them."""
        facts = {name: self.cleaned_data[name] for name in ("kind", "max_volume_l", "electric", "in_service")}
        return {"name": self.cleaned_data["name"].strip(), "max_weight_g": self.cleaned_data["max_weight_kg"] * GRAMS, **facts}


def vehicle_initial(vehicle: Vehicle) -> dict[str, Any]:
    names = ("name", "kind", "max_volume_l", "electric", "in_service")
    return {"max_weight_kg": vehicle.max_weight_g // GRAMS, **{name: getattr(vehicle, name) for name in names}}


class HubForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    street_address = forms.CharField(label=_("Street and number"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    postcode = forms.CharField(label=_("Postcode"), max_length=12, required=False)
    city = forms.CharField(label=_("Town"), max_length=80, required=False)
