"""The collective's card."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collectives.countries import CURRENCIES, all_zones, zones_of
from collectives.forms.owned import OwnedForm
from collectives.models import Collective
from coopdelivery.kit.phones import NoNumber, international


class CollectiveForm(OwnedForm):
    """What an admin may change. `changes()` gives the answers for `services.edit_collective`."""

    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("All times of this co-op are written in it."))
    currency = forms.ChoiceField(label=_("Currency"))
    language = forms.ChoiceField(label=_("Language"), help_text=_("For messages to people who have not chosen one."))

    class Meta:
        model = Collective
        fields: ClassVar = [
            "name", "legal_form", "tile", "tile_colour", "email", "phone", "street_address", "city", "vat_number", "time_zone", "language",
            "currency", "pickup_minutes", "drop_minutes",
        ]  # fmt: skip
        labels: ClassVar = {
            "name": _("Name"), "legal_form": _("Legal form"), "tile": _("Letters on the tile"), "tile_colour": _("Tile colour"),
            "email": _("E-mail"), "phone": _("Telephone"), "street_address": _("Street and number"), "city": _("Town"),
            "vat_number": _("VAT number"), "pickup_minutes": _("Minutes at a pickup"), "drop_minutes": _("Minutes at a drop"),
        }  # fmt: skip
        help_texts: ClassVar = {
            "tile": _("One or two. Left empty, the first letters of the name."),
            "tile_colour": _("The letters turn white or black, whichever reads better."),
            "pickup_minutes": _("The board and suggested orders reckon with it."),
            "phone": _("Shown to recipients and partners."),
        }
        widgets: ClassVar = {"tile_colour": forms.TextInput(attrs={"type": "color"}), "phone": forms.TextInput(attrs={"type": "tel"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now: Collective = self.instance
        self.fields["time_zone"].choices = zone_choices(now.country, now.time_zone)  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["language"].choices = with_current(list(settings.LANGUAGES), now.language)  # type: ignore[attr-defined]  # a ChoiceField
        currencies = [now.currency] if now.has_orders else sorted({*CURRENCIES, now.currency})
        self.fields["currency"].choices = [(code, code) for code in currencies]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["currency"].help_text = (
            _("Orders were placed in it, so it stays.") if now.has_orders else _("Fixed from the first order on.")
        )

    def clean_phone(self) -> str:
        """International form, `+33612345678`; national numbers are read as those of the co-op's country."""
        try:
            return international(self.cleaned_data["phone"], country=self.instance.country)
        except NoNumber as error:
            raise forms.ValidationError(str(error)) from error

    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


Choice = tuple[str, str | Promise | list[tuple[str, str]]]


def zone_choices(country: str, current: str) -> list[Choice]:
    """The country's zones first, then all others."""
    near = zones_of(country)
    first: list[Choice] = [(name, name.replace("_", " ")) for name in dict.fromkeys([*near, current])]
    return [*first, (str(_("Elsewhere")), [(name, name.replace("_", " ")) for name in all_zones() if name not in {*near, current}])]


def with_current(choices: list[tuple[str, str]], current: str) -> list[tuple[str, str]]:
    """A value set by other means stays possible."""
    return choices if current in dict(choices) else [*choices, (current, current)]
