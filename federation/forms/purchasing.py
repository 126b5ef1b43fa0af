"""What is written about a group purchase: by who opens it, by the co-ops, and by who runs it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.countries import CURRENCIES
from federation.forms.dues import amount_field, money_of
from federation.forms.register import day_field
from federation.forms.solidarity import later_than_today
from federation.models import GroupPurchase, Intent
from federation.purchasing.settling import Landed

MOST_UNITS = 1_000_000


def units_field(label: Any, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, **{"min_value": 1, "max_value": MOST_UNITS, **more})


def not_later(day: date) -> date:
    """Raises ValidationError."""
    if day > timezone.localdate():
        raise forms.ValidationError(_("Write it down on the day it happened, or later."))
    return day


class PurchaseForm(forms.Form):
    """A purchase that co-ops are asked to join."""

    title = forms.CharField(label=_("What"), max_length=120)
    supplier = forms.CharField(label=_("Supplier"), max_length=120)
    unit = forms.CharField(label=_("Unit"), max_length=40, help_text=_("What is counted: a tyre, a box of twelve…"))
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in CURRENCIES])
    price = amount_field(_("Price of a unit, before VAT"), min_value=Decimal("0.01"))
    vat = forms.DecimalField(
        label=_("VAT, in percent"), min_value=0, max_value=100, max_digits=5, decimal_places=2, localize=True, initial=0
    )
    extras = amount_field(_("Freight and customs in all, expected"), min_value=0, initial=0)
    threshold = units_field(_("It is bought from so many units on"))
    step = units_field(_("Units in a pack"), initial=1, help_text=_("Co-ops order whole packs."))
    closes_on = day_field(_("Co-ops answer until"))
    terms = forms.CharField(label=_("Terms"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4000, required=False)

    def clean_closes_on(self) -> date:
        return later_than_today(self.cleaned_data["closes_on"])

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        price, currency = answers.get("price"), answers.get("currency")
        if price and currency and not money_of(price, currency):
            self.add_error("price", _("This is nothing in %(currency)s.") % {"currency": currency})
        return answers

    def facts(self) -> dict[str, Any]:
        told = dict(self.cleaned_data)
        currency, vat = told.pop("currency"), told.pop("vat")
        amounts = {name: money_of(told.pop(name), currency) for name in ("price", "extras")}
        return {**told, **amounts, "vat_rate": int(vat * 100)}


class UnitsForm(forms.Form):
    """How many units; `least` 0 where none is an answer too."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, label: Any, help_text: Any = "", least: int = 0, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["units"] = units_field(label, min_value=least, help_text=help_text)


class NothingForm(forms.Form):
    """A step that is only pressed."""


class CallOffForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=200)


class OrderForm(forms.Form):
    on = day_field(_("Ordered on"))
    order_number = forms.CharField(label=_("Number of the order"), max_length=60, required=False)

    def clean_on(self) -> date:
        return not_later(self.cleaned_data["on"])


class PaidOnForm(forms.Form):
    on = day_field(_("Paid on"))

    def clean_on(self) -> date:
        return not_later(self.cleaned_data["on"])


class ReceiveForm(forms.Form):
    """What arrived for each co-op; what is in neither number is missing."""

    on = day_field(_("Arrived on"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, intents: list[Intent], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.intents = intents
        for intent in intents:
            words = {"name": intent.collective.name, "units": intent.units}
            self.fields[f"came-{intent.ref}"] = units_field(
                _("%(name)s: in good order, of %(units)s") % words, min_value=0, max_value=intent.units, initial=intent.units
            )
            self.fields[f"damaged-{intent.ref}"] = units_field(
                _("%(name)s: damaged") % words, min_value=0, max_value=intent.units, initial=0
            )

    def clean_on(self) -> date:
        return not_later(self.cleaned_data["on"])

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        for intent in self.intents:
            came, damaged = answers.get(f"came-{intent.ref}"), answers.get(f"damaged-{intent.ref}")
            if came is not None and damaged is not None and came + damaged > intent.units:
                self.add_error(f"damaged-{intent.ref}", _("In good order and damaged together are more than was ordered."))
        return answers

    def arrived(self) -> dict[int, tuple[int, int]]:
        told = self.cleaned_data
        return {each.collective_id: (told[f"came-{each.ref}"], told[f"damaged-{each.ref}"]) for each in self.intents}


class BillForm(forms.Form):
    """The supplier's invoice, in the currency of the purchase."""

    number = forms.CharField(label=_("Number of the invoice"), max_length=60)
    on = day_field(_("Date of the invoice"))
    goods = amount_field(_("Goods, before VAT"), min_value=0)
    freight = amount_field(_("Freight"), min_value=0, initial=0)
    customs = amount_field(_("Customs"), min_value=0, initial=0)
    discount = amount_field(_("Discount and credit for what was damaged"), min_value=0, initial=0)
    vat = amount_field(_("VAT"), min_value=0, initial=0)

    def clean_on(self) -> date:
        return not_later(self.cleaned_data["on"])

    def landed(self, purchase: GroupPurchase) -> Landed:
        names = ("goods", "freight", "customs", "discount", "vat")
        return Landed(**{f"{name}_cents": money_of(self.cleaned_data[name], purchase.currency).cents for name in names})
