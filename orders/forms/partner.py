"""Partner, its people, its address book: forms of the office and of the partner."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coopdelivery.places.geometry import BadPoint, checked_point
from orders.models import ParcelType, Partner, PriceList, SeatRole
from orders.proof_rules import DROP, FAILED, KINDS, OUTCOMES, PICKUP
from orders.refusals import Refused

SEAT_WORDS = [
    (SeatRole.OWNER, _("Owner: everything, and who may do what")),
    (SeatRole.ORDERS, _("Orders: deliveries, address book, shop window")),
    (SeatRole.ACCOUNTS, _("Accounts: sees deliveries and statements")),
    (SeatRole.READER, _("Reads only: sees deliveries")),
]


class Placed(forms.Form):
    """An address as typed; when it is still the suggestion that was picked, with the suggestion's point."""

    address = forms.CharField(label=_("Address"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    picked = forms.CharField(max_length=300, required=False, widget=forms.HiddenInput)
    latitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    longitude = forms.FloatField(required=False, widget=forms.HiddenInput)

    def point(self) -> tuple[float, float] | None:
        data = self.cleaned_data
        if data.get("picked", "").strip() != data["address"].strip():
            return None
        try:
            point = checked_point(data.get("latitude"), data.get("longitude"))
        except BadPoint:
            return None
        return point.latitude, point.longitude

    def refuse(self, refused: Refused) -> None:
        """Beside the field it names, when the form has it."""
        self.add_error(refused.field if refused.field in self.fields else None, str(refused))


class PartnerForm(Placed):
    """Everything about a partner. `price_list` offers the acting collective's lists: build it inside a request."""

    name = forms.CharField(label=_("Name"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), choices=Partner.Kind.choices)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    vat_number = forms.CharField(label=_("VAT number"), max_length=20, required=False)
    pickup_note = forms.CharField(
        label=_("Note for every pickup"), max_length=300, required=False, help_text=_("Such as: ring at the back door.")
    )
    terms = forms.ChoiceField(label=_("Pays by"), choices=Partner.Terms.choices)
    price_list = forms.ModelChoiceField(label=_("Price list"), queryset=PriceList.objects.none())
    proof_photo = forms.ChoiceField(label=_("Photo at the handover"))
    proof_name = forms.ChoiceField(label=_("Name of who receives"))
    is_front_door = forms.BooleanField(
        label=_("People without an account order in this name, on the front page"),
        required=False,
        help_text=_("One partner at most, paying by card for each order."),
    )
    is_active = forms.BooleanField(label=_("May order"), required=False, initial=True)
    field_order = ("name", "kind", "address")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price_list"].queryset = PriceList.objects.filter(follows=None)  # type: ignore[attr-defined]  # a ModelChoiceField
        for key in ("proof_photo", "proof_name"):
            self.fields[key].choices = Partner._meta.get_field(key).choices  # type: ignore[attr-defined,union-attr]  # a ChoiceField
        for key, words in proof_fields():
            self.fields[key] = forms.ChoiceField(label=words, choices=[("", "…"), *Partner.Asked.choices], required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("is_front_door") and data.get("terms") != Partner.Terms.CARD:
            self.add_error("terms", _("People without an account pay by card: choose “card, for each order”."))
        return data

    def card(self) -> dict[str, Any]:
        """The values that `add_partner` and `edit_partner` take, all but the place."""
        left_out = {"address", "picked", "latitude", "longitude"} | {key for key, _words in proof_fields()}
        card = {key: value for key, value in self.cleaned_data.items() if key not in left_out}
        return {**card, "proof_rules": self.proof_rules()}

    def proof_rules(self) -> dict[str, dict[str, str]]:
        """The cells that somebody chose."""
        rules: dict[str, dict[str, str]] = {}
        for key, _words in proof_fields():
            chosen = self.cleaned_data.get(key)
            if chosen:
                _p, outcome, kind = key.split("_")
                rules.setdefault(outcome, {})[kind] = chosen
        return rules

    def proof_table(self) -> list[tuple[str, list[Any]]]:
        """For the page: each kind with its three cells, in the order of the outcomes."""
        return [(str(word), [self[_cell(outcome, kind)] for outcome in OUTCOMES]) for kind, word in KIND_WORDS.items()]


OUTCOME_WORDS = {PICKUP: _("Picked up"), DROP: _("Delivered"), FAILED: _("Failed")}
KIND_WORDS = {"photo": _("Photo"), "name": _("Name"), "signature": _("Signature"), "code": _("Code"), "scan": _("Scan of the label")}


def _cell(outcome: str, kind: str) -> str:
    """The field of a cell: two have a column, and a name, of their own."""
    return f"proof_{kind}" if outcome == DROP and kind in {"photo", "name"} else f"proof_{outcome}_{kind}"


def proof_fields() -> list[tuple[str, str]]:
    """The cells without a column of their own, with what a screen reader says."""
    cells = [(_cell(outcome, kind), f"{KIND_WORDS[kind]}: {OUTCOME_WORDS[outcome]}") for kind in KINDS for outcome in OUTCOMES]
    return [(key, words) for key, words in cells if key not in {"proof_photo", "proof_name"}]


def partner_values(partner: Partner) -> dict[str, Any]:
    keys = (
        "name",
        "kind",
        "email",
        "phone",
        "vat_number",
        "pickup_note",
        "terms",
        "price_list",
        "proof_photo",
        "proof_name",
        "is_front_door",
        "is_active",
    )
    cells = {_cell(outcome, kind): partner.asks(outcome, kind) for outcome in OUTCOMES for kind in KINDS}
    return {**cells, **{key: getattr(partner, key) for key in keys}, "address": partner.place.one_line}


class InviteForm(forms.Form):
    """A new person of the partner, and what they may do."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"))
    role = forms.ChoiceField(label=_("What they may do"), choices=SEAT_WORDS)


class EntryForm(Placed):
    """One known recipient."""

    contact_name = forms.CharField(label=_("For whom"), max_length=120)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    email = forms.EmailField(label=_("E-mail, for the tracking link"), required=False)
    note = forms.CharField(
        label=_("Note, read before arriving, every time"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    field_order = ("contact_name", "address")


class ParcelTypeForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("Such as: Bouquet."))
    short_code = forms.CharField(label=_("Short code, for the board"), max_length=4)
    kilograms = forms.DecimalField(
        label=_("Weight, in kg"), min_value=0, max_value=500, max_digits=6, decimal_places=3, required=False, localize=True
    )
    volume_l = forms.IntegerField(label=_("Volume, in litres"), min_value=0, max_value=2000, required=False)

    def weight_g(self) -> int | None:
        kilograms = self.cleaned_data.get("kilograms")
        return int(kilograms * 1000) if kilograms is not None else None


def parcel_type_values(kind: ParcelType) -> dict[str, Any]:
    kilograms = kind.weight_g / 1000 if kind.weight_g is not None else None
    return {"name": kind.name, "short_code": kind.short_code, "kilograms": kilograms, "volume_l": kind.volume_l}
