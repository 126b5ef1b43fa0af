"""The price list editor: one small form for each rule, its fields by kind, amounts in the currency's own units."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from coopdelivery.kit.money import minor_digits
from orders.forms.price_when import ASKED, MEASURED, when_params
from orders.models import BikeAsked, ParcelType, PriceRule, StopKind
from orders.pricing.explain import DAYS
from orders.services import RuleDraft

Kind = PriceRule.Kind
MOST_RULES = 30
MOST_STEPS = 5
METRES_IN_KM = 1000


def _amount(label: Any, *, required: bool = False) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=-9999, max_value=9999, max_digits=8, decimal_places=2, required=required, localize=True
    )


def _km(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_value=200, max_digits=6, decimal_places=3, required=False, localize=True)


def _clock(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


def _count(label: Any, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=most, required=False)


# kind → the fields it needs, without the steps of the weight
NEEDED: dict[str, tuple[str, ...]] = {
    Kind.BASE: ("amount",),
    Kind.EXTRA_DROP: ("amount",),
    Kind.DISTANCE: ("amount",),
    Kind.WEIGHT: (),
    Kind.PARCEL: ("amount", "parcel_type"),
    Kind.SHORT_WINDOW: ("amount", "minutes"),
    Kind.OUT_OF_ZONE: ("amount",),
    Kind.VOLUME: (),
    Kind.PIECES: ("amount",),
    Kind.SHORT_NOTICE: ("amount", "notice"),
    Kind.TIMES: ("amount", "days"),
    Kind.PERCENT: ("percent",),
    Kind.MINIMUM: ("amount",),
    Kind.MAXIMUM: ("amount",),
    Kind.LIMIT: ("measure", "most"),
    Kind.FIXED: ("amount",),
    Kind.PER_UNIT: ("measure", "unit"),
    Kind.REFUSAL: ("when_measure",),
    Kind.EACH_STOP: ("amount", "stop"),
    Kind.DOORSTEP: ("amount",),
    Kind.VEHICLE: ("amount", "vehicle"),
    Kind.WAITING: ("amount",),
}
SHOWN: dict[str, tuple[str, ...]] = {
    **NEEDED,
    Kind.DISTANCE: ("amount", "included_km"),
    Kind.PARCEL: ("amount", "parcel_type", "included"),
    Kind.PIECES: ("amount", "cheaper_from", "then_amount"),
    Kind.TIMES: ("amount", "days", "from_time", "until_time"),
    Kind.LIMIT: ("measure", "most", "sentence"),
    Kind.REFUSAL: ("sentence",),
    Kind.WAITING: ("amount", "free_min", "most_min"),
}
# kind → the label of a step, how many of ours one of it is, and how a step and its price are kept
STEPPED = {
    Kind.WEIGHT: (_("Up to, in kg"), 1000, "up_to_g", "amount_cents"),
    Kind.VOLUME: (_("Up to, in litres"), 1, "up_to_l", "amount_cents"),
    Kind.PER_UNIT: (_("Up to unit number"), 1, "up_to", "each_cents"),
}
MINUTES_IN_DAY = 24 * 60


class RuleForm(forms.Form):
    """One rule. `currency` says how many decimals an amount has; `types` are the parcel types to choose from."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    label = forms.CharField(label=_("Name on the bill"), max_length=80)
    amount = _amount(_("Amount"))
    included_km = _km(_("Kilometres included"))
    parcel_type = forms.TypedChoiceField(label=_("Parcel type"), coerce=int, empty_value=None, required=False)
    included = _count(_("Pieces included"), 200)
    minutes = _count(_("Shorter than, in minutes"), 1440)

    notice = _count(_("Less than so many minutes before"), 7 * MINUTES_IN_DAY)
    days = forms.ChoiceField(label=_("On"), choices=tuple(DAYS.items()), required=False)
    from_time = _clock(_("Windows that begin from"))
    until_time = _clock(_("until before"))
    percent = forms.DecimalField(
        label=_("Percent, a discount with a minus"),
        min_value=-100,
        max_value=500,
        max_digits=5,
        decimal_places=2,
        required=False,
        localize=True,
    )
    cheaper_from = _count(_("Cheaper from parcel number"), 200)
    then_amount = _amount(_("Then each"))
    measure = forms.ChoiceField(label=_("What"), choices=[(key, label) for key, (label, _unit) in MEASURED.items()], required=False)
    most = forms.DecimalField(
        label=_("At most"), min_value=0, max_value=9999, max_digits=7, decimal_places=3, required=False, localize=True
    )
    sentence = forms.CharField(label=_("What the partner reads when it is more"), max_length=200, required=False)
    group = forms.CharField(
        label=_("Group"), max_length=20, required=False, help_text=_("Of the rules of one group only the first that applies is charged.")
    )

    stop = forms.ChoiceField(label=_("Kind of stop"), choices=StopKind.choices, required=False)
    vehicle = forms.ChoiceField(label=_("Vehicle"), choices=BikeAsked.choices[1:], required=False)
    free_min = _count(_("Free minutes at each stop"), MINUTES_IN_DAY)
    most_min = _count(_("Minutes charged at most, at each stop"), MINUTES_IN_DAY)
    unit = _km(_("One unit is so many"))
    when_measure = forms.ChoiceField(
        label=_("Only when"),
        choices=[("", _("always")), *((key, label) for key, (label, _unit) in ASKED.items())],
        required=False,
    )
    when_least = forms.DecimalField(
        label=_("from"), min_value=0, max_value=99_999, max_digits=8, decimal_places=3, required=False, localize=True
    )
    when_most = forms.DecimalField(
        label=_("to"), min_value=0, max_value=99_999, max_digits=8, decimal_places=3, required=False, localize=True
    )
    by_drop = forms.BooleanField(label=_("Count it for each drop by itself"), required=False)

    def __init__(self, *args: Any, currency: str = "EUR", types: Sequence[ParcelType] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        choices = [("", "—"), *((str(kind.pk), kind.name) for kind in types)]
        self.fields["parcel_type"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        for step in range(MOST_STEPS):
            self.fields[f"up_to_{step}"] = _km(_("Up to, in kg"))
            self.fields[f"costs_{step}"] = _amount(_("Costs"))

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields of the kind chosen, in order."""
        return [self[name] for name in SHOWN.get(str(self["kind"].value() or ""), ())]

    @property
    def steps(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        stepped = STEPPED.get(Kind(self["kind"].value())) if self["kind"].value() in Kind.values else None
        if stepped is None:
            return []
        for step in range(MOST_STEPS):
            self.fields[f"up_to_{step}"].label = stepped[0]
        return [(self[f"up_to_{step}"], self[f"costs_{step}"]) for step in range(MOST_STEPS)]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("when_measure") and data.get("when_least") is None and data.get("when_most") is None:
            self.add_error("when_least", _("Say from how much, to how much, or both."))
        for name in NEEDED.get(data.get("kind", ""), ()):
            if data.get(name) in {None, ""} and name not in self.errors:
                self.add_error(name, _("Fill this in."))
        if data.get("kind") in STEPPED and not self._steps(data):
            self.add_error(None, _("Give at least one step: up to how much, and what it costs."))
        if data.get("kind") == Kind.PER_UNIT and data.get("unit") == 0:
            self.add_error("unit", _("Fill this in."))
        if data.get("cheaper_from") and data.get("then_amount") is None:
            self.add_error("then_amount", _("Fill this in."))
        return data

    def _cents(self, amount: Decimal) -> int:
        return int(amount.scaleb(minor_digits(self.currency)).to_integral_value())

    def _steps(self, data: dict[str, Any]) -> list[dict[str, int | None]]:
        """A step with a price and no limit is for all that is heavier."""
        _label, unit, key, costs_key = STEPPED[data["kind"]]
        given = [(data.get(f"up_to_{step}"), data.get(f"costs_{step}")) for step in range(MOST_STEPS)]
        return [
            {key: int(up_to * unit) if up_to is not None else None, costs_key: self._cents(costs)}
            for up_to, costs in given
            if costs is not None
        ]

    def draft(self) -> RuleDraft:
        data = self.cleaned_data
        make = _PARAMS[data["kind"]]
        group = {"group": data["group"].strip()} if data.get("group", "").strip() else {}
        return RuleDraft(data["kind"], data["label"], {**make(self, data), **group, **when_params(data)})

    def _pieces(self, data: dict[str, Any]) -> dict[str, Any]:
        then = data.get("then_amount")
        cheaper = {"cheaper_from": data.get("cheaper_from") or 0, "then_cents": self._cents(then) if then is not None else 0}
        return {"amount_cents": self._cents(data["amount"]), **cheaper}

    def _times(self, data: dict[str, Any]) -> dict[str, Any]:
        start, end = data.get("from_time"), data.get("until_time")
        from_minute = start.hour * 60 + start.minute if start else 0
        until_minute = end.hour * 60 + end.minute if end else MINUTES_IN_DAY
        hours = {"from_minute": from_minute, "until_minute": until_minute}
        return {"amount_cents": self._cents(data["amount"]), "days": data["days"], **hours}


_PARAMS: dict[str, Callable[[RuleForm, dict[str, Any]], dict[str, Any]]] = {
    Kind.BASE: lambda form, data: {"amount_cents": form._cents(data["amount"])},
    Kind.EXTRA_DROP: lambda form, data: {"amount_cents": form._cents(data["amount"])},
    Kind.OUT_OF_ZONE: lambda form, data: {"amount_cents": form._cents(data["amount"])},
    Kind.DISTANCE: lambda form, data: {
        "per_km_cents": form._cents(data["amount"]),
        "included_m": int((data.get("included_km") or 0) * METRES_IN_KM),
    },
    Kind.PARCEL: lambda form, data: {
        "amount_cents": form._cents(data["amount"]),
        "parcel_type_id": data["parcel_type"],
        "included": data.get("included") or 0,
    },
    Kind.SHORT_WINDOW: lambda form, data: {"amount_cents": form._cents(data["amount"]), "under_minutes": data["minutes"]},
    Kind.WEIGHT: lambda form, data: {"steps": form._steps(data)},
    Kind.VOLUME: lambda form, data: {"steps": form._steps(data)},
    Kind.PIECES: lambda form, data: form._pieces(data),
    Kind.SHORT_NOTICE: lambda form, data: {"amount_cents": form._cents(data["amount"]), "under_minutes": data["notice"]},
    Kind.TIMES: lambda form, data: form._times(data),
    Kind.PERCENT: lambda form, data: {"rate": int(data["percent"] * 100)},
    Kind.MINIMUM: lambda form, data: {"amount_cents": form._cents(data["amount"])},
    Kind.MAXIMUM: lambda form, data: {"amount_cents": form._cents(data["amount"])},
    Kind.LIMIT: lambda form, data: {
        "measure": data["measure"],
        "most": int(data["most"] * MEASURED[data["measure"]][1]),
        "sentence": data.get("sentence", "").strip(),
    },
    Kind.FIXED: lambda form, data: {"amount_cents": form._cents(data["amount"])},
    Kind.PER_UNIT: lambda form, data: {
        "measure": data["measure"],
        "unit": max(1, int(data["unit"] * MEASURED[data["measure"]][1])),
        "tiers": form._steps(data),
    },
    Kind.EACH_STOP: lambda form, data: {"stop": data["stop"], "amount_cents": form._cents(data["amount"])},
    Kind.DOORSTEP: lambda form, data: {"amount_cents": form._cents(data["amount"])},
    Kind.VEHICLE: lambda form, data: {"vehicle": data["vehicle"], "amount_cents": form._cents(data["amount"])},
    Kind.WAITING: lambda form, data: {
        "each_cents": form._cents(data["amount"]),
        "free_min": data.get("free_min") or 0,
        "most_min": data.get("most_min") or 0,
    },
    Kind.REFUSAL: lambda form, data: {"sentence": data.get("sentence", "").strip()},
}

RuleForms = formset_factory(RuleForm, extra=0, max_num=MOST_RULES, absolute_max=MOST_RULES + 1, validate_max=True)
