"""A delivery asked for by somebody without an account."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from coopdelivery.kit import words
from coopdelivery.kit.windows import on_day
from orders.models import ParcelType
from orders.refusals import Refused
from orders.requests import DeliveryRequest, ParcelRequest, StopRequest
from orders.slots import Slot

PICKUP_WITHIN = timedelta(hours=1)


def _text(label: Any, most: int, *, required: bool = True, **attrs: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required, widget=forms.TextInput(attrs=attrs))


class AskForm(forms.Form):
    """From, to, what, when; who pays and who receives. Windows are offered, never typed."""

    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    quote = forms.UUIDField(required=False, widget=forms.HiddenInput)
    origin = _text(_("From"), 300, autocomplete="street-address")
    target = _text(_("To"), 300, autocomplete="off")
    what = forms.TypedChoiceField(label=_("What"), coerce=int, empty_value=None, required=False)
    when = forms.ChoiceField(label=_("When"), error_messages={"invalid_choice": _("This window is no longer free. Choose another one.")})
    name = _text(_("Your name"), 120, autocomplete="name")
    email = forms.EmailField(label=_("Your e-mail, for the receipt"), max_length=254)
    phone = _text(_("Your telephone"), 40, type="tel", autocomplete="tel")
    recipient = _text(_("Who receives it"), 120, autocomplete="off")
    recipient_phone = _text(_("Their telephone"), 40, required=False, type="tel", autocomplete="off")
    note = _text(_("Note for the courier"), 300, required=False, autocomplete="off")

    def __init__(self, *args: Any, types: Sequence[ParcelType], slots: Iterable[tuple[date, Slot]], **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid4().hex, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        what: Any = self.fields["what"]
        what.choices = [(kind.pk, kind.name) for kind in types] or [("", _("Parcel"))]
        when: Any = self.fields["when"]
        when.choices = [
            (f"{day}|{slot.value}", f"{words.day(day)}, {words.promise(slot.window.start, slot.window.end)}") for day, slot in slots
        ]

    @property
    def quote_ref(self) -> UUID | None:
        ref: UUID | None = self.cleaned_data.get("quote")
        return ref

    def payer(self) -> dict[str, str]:
        return {key: self.cleaned_data[key].strip() for key in ("name", "email", "phone")}

    def request(self, zone: ZoneInfo) -> DeliveryRequest:
        """After `is_valid`: the pickup in the first hour of the window."""
        data = self.cleaned_data
        start, end = self._window(zone)
        until = start + min(PICKUP_WITHIN, (end - start) / 2)
        pickup = StopRequest(start, until, address=data["origin"], contact_name=data["name"], phone=data["phone"])
        drop = StopRequest(
            start,
            end,
            address=data["target"],
            contact_name=data["recipient"],
            phone=data["recipient_phone"],
            note=data["note"],
            parcels=[ParcelRequest(type_id=data["what"])],
        )
        return DeliveryRequest(dropoffs=[drop], pickup=pickup)

    def _window(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        day, _bar, hours = self.cleaned_data["when"].partition("|")
        first, last = (time.fromisoformat(part) for part in hours.split("-"))
        window = on_day(date.fromisoformat(day), first, last, zone)
        return window.start, window.end

    def refuse(self, refused: Refused) -> None:
        """Beside the field it is about."""
        self.add_error(_FIELDS.get(refused.field), str(refused))


_FIELDS = {
    "pickup.address": "origin",
    "dropoffs.0.address": "target",
    "pickup.window": "when",
    "dropoffs.0.window": "when",
    "pickup.phone": "phone",
    "dropoffs.0.phone": "recipient_phone",
    "dropoffs.0.note": "note",
}
