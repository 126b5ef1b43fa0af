"""The new delivery form: what was typed → a `DeliveryRequest`, and refusals → the field they are about."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from coopdelivery.kit.windows import day_in
from coopdelivery.places.geometry import BadPoint, checked_point
from orders.models import BikeAsked, ParcelType
from orders.refusals import Refused
from orders.requests import DeliveryRequest, ParcelRequest, StopRequest
from orders.services.parcels import MOST_PIECES
from orders.services.prepare import MOST_DROPS, MOST_MORE_PICKUPS

FREE = "free"
OTHER = "other"


def _text(label: Any, most: int, **attrs: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, widget=forms.TextInput(attrs=attrs))


class PlaceFields(forms.Form):
    """An address as typed, and what a suggestion said about it; `picked` tells whether the text is still the suggestion's."""

    address = _text(_("Where? A name from your address book, or an address"), 300, autocomplete="off")
    picked = forms.CharField(max_length=300, required=False, widget=forms.HiddenInput)
    book = forms.UUIDField(required=False, widget=forms.HiddenInput)
    latitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    longitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    name = _text(_("For whom"), 120, autocomplete="off")
    phone = forms.CharField(
        label=_("Telephone"), max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})
    )
    note = _text(_("Note for the courier, read before arriving"), 500, autocomplete="off")

    def place(self) -> dict[str, Any]:
        """The part of a StopRequest that says where: the suggestion taken, or the words as typed."""
        data = self.cleaned_data
        address = data.get("address", "").strip()
        if not address or data.get("picked", "").strip() != address:
            return {"address": address}
        if data.get("book"):
            return {"book_ref": data["book"]}
        try:
            point = checked_point(data.get("latitude"), data.get("longitude"))
        except BadPoint:
            return {"address": address}
        return {"address": address, "point": (point.latitude, point.longitude)}


class DropForm(PlaceFields):
    """One drop with its parcels: a number for each parcel type, and something else in words."""

    email = forms.CharField(label=_("E-mail, for the tracking link"), max_length=254, required=False, widget=forms.EmailInput)
    collect = forms.DecimalField(
        label=_("Cash to take at the door"), min_value=0, max_value=50_000, max_digits=7, decimal_places=2, required=False, localize=True
    )
    doorstep = forms.BooleanField(label=_("Carry it up to the door of the flat"), required=False)
    other_name = _text(_("Something else"), 60)
    other_quantity = forms.IntegerField(
        label=_("How many"), min_value=0, max_value=MOST_PIECES, required=False, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    other_kg = forms.DecimalField(
        label=_("Weight of one, in kg"), min_value=0, max_value=500, max_digits=6, decimal_places=3, required=False, localize=True
    )

    def __init__(self, *args: Any, types: Sequence[ParcelType] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types = types
        for kind in types:
            self.fields[f"type_{kind.pk}"] = forms.IntegerField(
                label=kind.name,
                min_value=0,
                max_value=MOST_PIECES,
                required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": "0"}),
            )

    @property
    def steppers(self) -> list[tuple[ParcelType, forms.BoundField]]:
        return [(kind, self[f"type_{kind.pk}"]) for kind in self.types]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not data.get("address"):
            self.add_error("address", _("Write where to go: a street, a number and a town."))
        if not self.errors and not self.parcels():
            self.add_error(None, _("Say what goes there: at least one parcel."))
        return data

    def parcels(self) -> list[ParcelRequest]:
        data = self.cleaned_data
        counts = ((kind, data.get(f"type_{kind.pk}") or 0) for kind in self.types)
        chosen = [ParcelRequest(type_id=kind.pk, quantity=count) for kind, count in counts if count]
        quantity = data.get("other_quantity") or (1 if data.get("other_name") else 0)
        if quantity:
            kilograms = data.get("other_kg")
            weight = int(kilograms * 1000) if kilograms is not None else None
            chosen.append(ParcelRequest(name=data.get("other_name", ""), quantity=quantity, weight_g=weight))
        return chosen


DropForms = formset_factory(
    DropForm, formset=BaseFormSet, extra=0, min_num=1, max_num=MOST_DROPS, absolute_max=MOST_DROPS + 1, validate_max=True
)


class PickupForm(PlaceFields):
    """One more place where something is fetched."""

    name = _text(_("Who hands it over"), 120, autocomplete="off")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not data.get("address"):
            self.add_error("address", _("Write where to fetch it: a street, a number and a town. Or remove this pickup."))
        return data


PickupForms = formset_factory(PickupForm, extra=0, max_num=MOST_MORE_PICKUPS, absolute_max=MOST_MORE_PICKUPS + 1, validate_max=True)
NO_MORE = {"more-TOTAL_FORMS": "0", "more-INITIAL_FORMS": "0"}  # a form that never heard of further pickups asks for none


class DeliveryForm(forms.Form):
    """When, and everything that is not a drop."""

    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    quote = forms.UUIDField(required=False, widget=forms.HiddenInput)
    partner = forms.UUIDField(required=False)
    day = forms.CharField(max_length=10)
    other_day = forms.DateField(
        label=_("Which day"), required=False, localize=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    slot = forms.CharField(max_length=11, required=False)
    free_from = forms.TimeField(label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    free_until = forms.TimeField(label=_("Until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    note = _text(_("Note about the whole delivery"), 500, autocomplete="off")
    vehicle = forms.ChoiceField(label=_("Which bike"), choices=BikeAsked.choices, required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            self._day(data)
        if not self.errors:
            self._times(data)
        return data

    def _day(self, data: dict[str, Any]) -> None:
        try:
            data["on"] = day_in(str(data.get("other_day") or "") if data["day"] == OTHER else data["day"])
        except ValueError:
            data["on"] = None
        if data["on"] is None:
            self.add_error("other_day", _("Choose a day."))

    def _times(self, data: dict[str, Any]) -> None:
        if data.get("slot") == FREE:
            data["from"], data["until"] = data.get("free_from"), data.get("free_until")
            if not (data["from"] and data["until"]):
                self.add_error("free_from", _("Write from when until when, such as 10:00 and 12:30."))
            return
        try:
            first, last = data.get("slot", "").split("-")
            data["from"], data["until"] = time.fromisoformat(first), time.fromisoformat(last)
        except ValueError:
            self.add_error("slot", _("Choose a window."))

    def window(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Wall-clock times of the chosen day; an end at or before the start is on the next day."""
        data = self.cleaned_data
        start = datetime.combine(data["on"], data["from"], tzinfo=zone)
        end_day = data["on"] if data["until"] > data["from"] else data["on"] + timedelta(days=1)
        return start, datetime.combine(end_day, data["until"], tzinfo=zone)


class NewDelivery:
    """The forms of one page: the delivery, its pickup elsewhere (when asked for), further pickups, its drops."""

    def __init__(self, data: Mapping[str, Any] | None, *, types: Sequence[ParcelType], initial: dict[str, Any] | None = None) -> None:
        first = initial or {}
        self.main = DeliveryForm(data, initial={"key": uuid4().hex, **first.get("main", {})})
        self.pickup = PlaceFields(data, prefix="pickup", initial=first.get("pickup"))
        known = data if data is None or "more-TOTAL_FORMS" in data else NO_MORE
        self.more = PickupForms(known, prefix="more", initial=first.get("more") if data is None else None)
        drops = first.get("drops", [{}])
        self.drops = DropForms(data, prefix="drop", form_kwargs={"types": types}, initial=drops if data is None else None)

    def is_valid(self) -> bool:
        return all([self.main.is_valid(), self.pickup.is_valid(), self.more.is_valid(), self.drops.is_valid()])

    def complaints(self) -> list[str]:
        """What is still missing or wrong, each sentence once."""
        forms_ = [self.main, *self.drops.forms, self.pickup, *self.more.forms]
        said = [str(error) for form in forms_ for errors in form.errors.values() for error in errors]
        several = [*self.drops.non_form_errors(), *self.more.non_form_errors()]
        return list(dict.fromkeys([*said, *map(str, several)]))

    @property
    def key(self) -> str:
        return str(self.main.cleaned_data.get("key", ""))

    @property
    def quote_ref(self) -> UUID | None:
        ref: UUID | None = self.main.cleaned_data.get("quote")
        return ref

    def request(self, zone: ZoneInfo) -> DeliveryRequest:
        """After `is_valid`."""
        start, end = self.main.window(zone)
        drops = [self._drop(form, start, end) for form in self.drops.forms]
        main = self.main.cleaned_data
        more = [found for form in self.more.forms if (found := _pickup(form, start, end)) is not None]
        return DeliveryRequest(drops, _pickup(self.pickup, start, end), main.get("note", "").strip(), main.get("vehicle", ""), more)

    @staticmethod
    def _drop(form: DropForm, start: datetime, end: datetime) -> StopRequest:
        data = form.cleaned_data
        return StopRequest(
            start,
            end,
            contact_name=data["name"],
            phone=data["phone"],
            email=data["email"],
            note=data["note"],
            collect_cents=int((data.get("collect") or 0) * 100),
            doorstep=data["doorstep"],
            parcels=form.parcels(),
            **form.place(),
        )

    def refuse(self, refused: Refused) -> None:
        """Put the sentence beside the field it is about."""
        path = refused.field.split(".")
        if refused.field.endswith(".window"):
            self.main.add_error("slot", str(refused))
        elif path[0] == "dropoffs" and len(path) > 2 and path[1].isdigit():
            form = self.drops.forms[int(path[1])]
            form.add_error(_FIELDS.get(path[2]), str(refused))
        elif path[0] == "more_pickups" and len(path) > 2 and path[1].isdigit():
            self.more.forms[int(path[1])].add_error(_FIELDS.get(path[2]), str(refused))
        elif path[0] == "pickup" and len(path) > 1:
            self.pickup.add_error(_FIELDS.get(path[1]), str(refused))
        else:
            self.main.add_error(path[0] if path[0] in {"note", "vehicle"} else None, str(refused))


def _pickup(form: PlaceFields, start: datetime, end: datetime) -> StopRequest | None:
    """Where the form says, in the first hour (half, when shorter) of the window; None when it says nothing."""
    where = form.place()
    if not (where.get("address") or where.get("book_ref")):
        return None
    data = form.cleaned_data
    until = start + min(timedelta(hours=1), (end - start) / 2)
    return StopRequest(start, until, contact_name=data["name"], phone=data["phone"], note=data["note"], **where)


# The last part of a refusal's path → the form's field; None is the whole drop.
_FIELDS = {
    "address": "address",
    "contact_name": "name",
    "phone": "phone",
    "email": "email",
    "note": "note",
    "parcels": None,
    "collect_cents": "collect",
}


def as_typed(data: QueryDict, act: str, *, types: Sequence[ParcelType], home: Mapping[str, Any] | None = None) -> NewDelivery:
    """The page again with everything typed kept and nothing judged: a drop more (`more`), one at `home` (`back`), one less (`less-2`),
    a pickup more (`fetch`) or less (`unfetch-0`).
    """
    typed = NewDelivery(data, types=types)
    drops = [_values(form) for form in typed.drops.forms]
    if act == "more" and len(drops) < MOST_DROPS:
        drops.append({"note": drops[-1].get("note", "") if drops else ""})
    if act == "back" and home and len(drops) < MOST_DROPS:
        drops.append(dict(home))
    _take_out(drops, act, "less-", least=1)
    more = [_values(form) for form in typed.more.forms]
    if act == "fetch" and len(more) < MOST_MORE_PICKUPS:
        more.append({})
    _take_out(more, act, "unfetch-", least=0)
    first = {"main": _values(typed.main), "pickup": _values(typed.pickup), "more": more, "drops": drops or [{}]}
    return NewDelivery(None, types=types, initial=first)


def _take_out(rows: list[dict[str, Any]], act: str, verb: str, *, least: int) -> None:
    """The one that `less-2` means, unless there are no more than must stay."""
    place = act.removeprefix(verb)
    if act.startswith(verb) and place.isascii() and place.isdigit() and least < len(rows) > int(place):
        del rows[int(place)]


def _values(form: forms.Form) -> dict[str, Any]:
    return {name: form[name].data for name in form.fields if form[name].data is not None}
