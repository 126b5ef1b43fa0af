"""What is written about framework contracts: by who prepares and allots, and by the co-ops that answer."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from collectives.areas import MOST_CHARACTERS, parse_area
from collectives.models import Collective
from collectives.refusals import BadArea
from federation.contracts.ordering import ClientOrder
from federation.forms.register import day_field
from federation.forms.solidarity import later_than_today
from federation.models import Application
from orders.models import PriceList

LONG = {"rows": 4}


def hour_field(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


def long_field(label: Any, most: int = 4000, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs=LONG), **more)


class ContractForm(forms.Form):
    """A client that several co-ops could ride for."""

    client = forms.CharField(label=_("Client"), max_length=80)
    address = forms.CharField(label=_("Its address"), max_length=200)
    summary = long_field(_("What is to be delivered"))
    price_basis = long_field(_("On what prices rest"), 2000)
    begins_on = day_field(_("From"))
    ends_on = day_field(_("Until"))
    closes_on = day_field(_("Co-ops answer until"))
    standstill_days = forms.IntegerField(
        label=_("Days of standstill"), min_value=1, max_value=90, initial=10, help_text=_("So long candidates may appeal.")
    )

    def clean_closes_on(self) -> date:
        return later_than_today(self.cleaned_data["closes_on"])

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        begins, ends = answers.get("begins_on"), answers.get("ends_on")
        if begins and ends and ends < begins:
            self.add_error("ends_on", _("This lies before the first day."))
        return answers


class PressedForm(forms.Form):
    """Nothing is asked."""


class LotForm(forms.Form):
    name = forms.CharField(label=_("Territory"), max_length=80)
    detail = long_field(_("What is particular about it"), 2000, required=False)
    area = forms.CharField(
        label=_("Outline"),
        required=False,
        max_length=MOST_CHARACTERS,
        help_text=_("GeoJSON, or one corner on each line as latitude, longitude. Orders find their co-op by it."),
        widget=forms.Textarea(attrs={**LONG, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_area(self) -> dict[str, Any] | None:
        typed = str(self.cleaned_data["area"]).strip()
        if not typed:
            return None
        try:
            return parse_area(typed)
        except BadArea as error:
            raise forms.ValidationError(str(error)) from error


class StopForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=200)


class AllotForm(forms.Form):
    """One of the candidates, and why."""

    collective = forms.TypedChoiceField(label=_("To"))
    reasons = long_field(_("Reasons"), help_text=_("Every co-op reads them, with your name and the list of candidates."))

    def __init__(self, data: Mapping[str, Any] | None = None, *, candidates: list[Application], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.candidates = {str(each.collective_id): each.collective for each in candidates}
        field = self.fields["collective"]
        field.choices = [("", ""), *((key, row.name) for key, row in self.candidates.items())]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_collective(self) -> Collective:
        return self.candidates[self.cleaned_data["collective"]]


class VerdictForm(forms.Form):
    """What is decided about an appeal."""

    granted = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("no", _("the allotment stands")), ("yes", _("the lot is allotted anew"))],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
    )
    reasons = long_field(_("Reasons"))


class ApplyForm(forms.Form):
    offer = long_field(_("What we offer"))
    capacity = forms.CharField(label=_("Couriers, bikes and hours we have for it"), max_length=200)


class AppealForm(forms.Form):
    text = long_field(_("What speaks against it"))


class ClientOrderForm(forms.Form):
    """An order of the client; the outline of a lot says who rides it."""

    address = forms.CharField(
        label=_("Address to deliver to"), max_length=200, help_text=_("Street, number and town. Its lot says who rides.")
    )
    day = day_field(_("Day"))
    starts = hour_field(_("Not before"))
    ends = hour_field(_("Not after"))
    contact_name = forms.CharField(label=_("Who receives it"), max_length=120)
    phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)
    pieces = forms.IntegerField(label=_("Pieces"), min_value=1, max_value=500, initial=1)
    note = forms.CharField(label=_("Note for the courier"), max_length=300, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        starts, ends = answers.get("starts"), answers.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("This lies before the hour it begins."))
        return answers

    def wanted(self) -> ClientOrder:
        return ClientOrder(**self.cleaned_data)


class TakeOnForm(forms.Form):
    """Acts for the co-op: its own price lists are offered."""

    address = forms.CharField(
        label=_("Where its goods are fetched"),
        max_length=200,
        help_text=_("A client that is your partner already keeps the address it has."),
    )
    price_list = forms.ModelChoiceField(label=_("Price list"), queryset=PriceList.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price_list"].queryset = PriceList.objects.order_by("name")  # type: ignore[attr-defined]  # a ModelChoiceField
