"""What a co-op writes down about a training."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective
from collectives.selectors import members
from coopdelivery.people.models import Person
from federation.forms.register import day_field
from federation.models import TrainingRecord


class _ByName(forms.ModelChoiceField):  # type: ignore[type-arg]  # the class takes no argument at run time
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class TrainingForm(forms.Form):
    person = _ByName(label=_("Who"), queryset=Person.objects.none())
    topic = forms.ChoiceField(label=_("About"), choices=TrainingRecord.Topic.choices)
    title = forms.CharField(label=_("What"), max_length=160)
    hours = forms.DecimalField(
        label=_("Hours"),
        min_value=Decimal("0.25"),
        max_value=500,
        max_digits=5,
        decimal_places=2,
        localize=True,
        help_text=_("1.5 is an hour and a half."),
    )
    given_on = day_field(_("Given on"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, collective: Collective) -> None:
        super().__init__(data, initial={"given_on": collective.today()})
        self.fields["person"].queryset = Person.objects.filter(pk__in=members().values("person")).order_by("name")  # type: ignore[attr-defined]  # a ModelChoiceField

    def facts(self) -> dict[str, Any]:
        told = dict(self.cleaned_data)
        minutes = int(told.pop("hours") * 60)
        return {**told, "minutes": minutes}
