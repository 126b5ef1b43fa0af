"""What a person buys, what a shop shows."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from coopdelivery.kit import words
from coopdelivery.kit.windows import Window
from orders.models import Product, ShopWindow
from orders.refusals import Refused
from orders.window.allergens import ALLERGENS
from orders.window.buying import MOST_PIECES, Asked

RIDE, COLLECT = "ride", "collect"


def slot_value(window: Window) -> str:
    return f"{window.start.isoformat()}|{window.end.isoformat()}"


def _label(window: Window) -> str:
    return f"{words.day(window.start)}, {words.promise(window.start, window.end)}"


def _text(label: Any, most: int, *, required: bool = True, **attrs: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required, widget=forms.TextInput(attrs=attrs))


class BasketForm(forms.Form):
    """A number for each product, how and when, and who. Times are offered, never typed."""

    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    way = forms.ChoiceField(label=_("How"), widget=forms.RadioSelect)
    ride_at = forms.ChoiceField(label=_("Delivered when"), required=False)
    collect_at = forms.ChoiceField(label=_("Collected when"), required=False)
    address = _text(_("Where to"), 300, required=False, autocomplete="street-address")
    name = _text(_("Your name"), 120, autocomplete="name")
    phone = _text(_("Your telephone"), 40, type="tel", autocomplete="tel")
    email = forms.EmailField(label=_("Your e-mail, for the receipt"), max_length=254)
    note = _text(_("Note for the courier"), 300, required=False, autocomplete="off")

    def __init__(
        self,
        *args: Any,
        shop: ShopWindow,
        products: Sequence[Product],
        rides: Iterable[Window],
        collects: Iterable[Window],
        **kwargs: Any,
    ) -> None:
        self.products = products
        self.rides, self.collects = list(rides), list(collects)
        ways = [(RIDE, _("Delivered by bike"))] if shop.delivers and self.rides else []
        ways += [(COLLECT, _("Collected at the shop"))] if shop.collects and self.collects else []
        kwargs["initial"] = {"key": uuid4().hex, "way": ways[0][0] if ways else "", **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self._offer("way", ways)
        self._offer("ride_at", [(slot_value(each), _label(each)) for each in self.rides])
        self._offer("collect_at", [(slot_value(each), _label(each)) for each in self.collects])
        for product in products:
            self.fields[f"p{product.pk}"] = forms.IntegerField(
                label=product.name,
                min_value=0,
                max_value=MOST_PIECES,
                required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": "0"}),
            )

    def _offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        self.fields[name].error_messages["invalid_choice"] = _("This time is no longer free. Choose another one.")

    @property
    def has_ways(self) -> bool:
        return bool(self.fields["way"].choices)  # type: ignore[attr-defined]  # as above

    def shelf(self) -> list[tuple[Product, forms.BoundField]]:
        return [(product, self[f"p{product.pk}"]) for product in self.products]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("way") == RIDE and not data.get("address", "").strip():
            self.add_error("address", _("Write where to go: a street, a number and a town."))
        at, unused = ("ride_at", "collect_at") if data.get("way") == RIDE else ("collect_at", "ride_at")
        self.errors.pop(unused, None)  # what is not asked for cannot be wrong
        if data.get("way") and not data.get(at) and at not in self.errors:
            self.add_error(at, _("Choose a window."))
        return data

    def asked(self) -> Asked:
        """After `is_valid`."""
        data = self.cleaned_data
        rides = data["way"] == RIDE
        start, _bar, end = data["ride_at" if rides else "collect_at"].partition("|")
        return Asked(
            pieces={product.pk: data.get(f"p{product.pk}") or 0 for product in self.products},
            slot=Window(datetime.fromisoformat(start), datetime.fromisoformat(end)),
            buyer={name: data[name].strip() for name in ("name", "phone", "email")},
            address=data["address"].strip() if rides else "",
            note=data["note"],
        )

    def refuse(self, refused: Refused) -> None:
        fields = {"dropoffs.0.address": "address", "dropoffs.0.window": "ride_at", "pickup.window": "ride_at", "dropoffs.0.phone": "phone"}
        self.add_error(fields.get(refused.field, refused.field if refused.field in self.fields else None), str(refused))


class WindowForm(forms.Form):
    about = _text(_("What the shop says of itself"), 300, required=False)
    prepares_minutes = forms.IntegerField(label=_("Minutes to prepare a basket"), min_value=0, max_value=2880)
    delivers = forms.BooleanField(label=_("Delivered by bike"), required=False)
    collects = forms.BooleanField(label=_("Collected at the shop"), required=False)
    is_open = forms.BooleanField(label=_("Shown to everybody"), required=False)


class ProductForm(forms.Form):
    """The price as it stands on the label, with VAT."""

    name = _text(_("Name"), 80)
    about = _text(_("What it is"), 300, required=False)
    price = forms.DecimalField(label=_("Price, with VAT"), min_value=0, max_value=9999, max_digits=6, decimal_places=2, localize=True)
    vat = forms.DecimalField(label=_("VAT in it, %"), min_value=0, max_value=50, max_digits=4, decimal_places=2, localize=True)
    stock = forms.IntegerField(label=_("How many are there"), min_value=0, max_value=100_000)
    allergens = forms.MultipleChoiceField(
        label=_("Allergens in it"), choices=list(ALLERGENS.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    photo = forms.FileField(
        label=_("Photo"), required=False, widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"})
    )
    is_listed = forms.BooleanField(label=_("In the window"), required=False, initial=True)

    def values(self) -> dict[str, Any]:
        """As `save_product` takes them."""
        data = self.cleaned_data
        kept = {name: data[name] for name in ("about", "stock", "allergens", "is_listed")}
        return {**kept, "name": data["name"].strip(), "price_cents": int(data["price"] * 100), "vat_rate": int(data["vat"] * 100)}


def days_ahead(first: date, count: int) -> list[date]:
    return [date.fromordinal(first.toordinal() + n) for n in range(count)]
