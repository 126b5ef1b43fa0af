"""An assembly's forms: convening, agenda, amendments, papers. A collective's assembly and the federation's use the same."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coopdelivery.decisions.models import Ballot, Item
from coopdelivery.decisions.papers import Papers


class MeetingForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=160)
    place = forms.CharField(label=_("Where"), max_length=200, required=False, help_text=_("A place, or the address of the call."))
    begins_at = forms.DateTimeField(
        label=_("Begins"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("At least 15 days after the convening."),
    )

    def clean_begins_at(self) -> Any:
        begins = self.cleaned_data["begins_at"]
        if begins <= timezone.now():
            raise forms.ValidationError(_("This moment has passed. Choose a later one."))
        return begins


class ItemForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=Item.Kind.choices, initial=Item.Kind.ORDINARY)
    title = forms.CharField(label=_("Title"), max_length=160)
    text = forms.CharField(label=_("Text"), max_length=10_000, required=False, widget=forms.Textarea(attrs={"rows": 5}))
    minutes = forms.IntegerField(label=_("Minutes set aside"), required=False, min_value=1, max_value=600)


class AmendmentForm(forms.Form):
    text = forms.CharField(label=_("Our text"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}))
    why = forms.CharField(label=_("Why"), max_length=500, required=False)


class SeatProxyForm(forms.Form):
    """`holders` are (seat, name); the item left open gives the voice for the whole assembly."""

    holder = forms.TypedChoiceField(label=_("Who carries my voice"), coerce=int)
    item = forms.ModelChoiceField(label=_("On"), queryset=Item.objects.none(), required=False, empty_label=_("the whole assembly"))

    def __init__(self, *args: Any, holders: Mapping[int, str], items: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"].choices = list(holders.items())  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["item"].queryset = items  # type: ignore[attr-defined]  # a ModelChoiceField


class PapersForm(forms.Form):
    """What a teller reads: a choice for each voter, or, of secret papers, who put one in and how many said what."""

    def __init__(self, *args: Any, names: Mapping[int, str], secret: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names, self.secret = names, secret
        if not secret:
            choices = [("", _("no paper")), *Ballot.Choice.choices]
            self.fields |= {f"seat-{seat}": forms.ChoiceField(label=name, choices=choices, required=False) for seat, name in names.items()}
            return
        self.fields["seats"] = forms.TypedMultipleChoiceField(
            label=_("Who put a paper in"), choices=list(names.items()), coerce=int, widget=forms.CheckboxSelectMultiple
        )
        for choice, label in Ballot.Choice.choices:
            self.fields[choice] = forms.IntegerField(label=_("Papers: %(choice)s") % {"choice": label}, min_value=0, initial=0)

    def papers(self) -> Papers:
        told = self.cleaned_data
        if self.secret:
            return Papers(seats=frozenset(told["seats"]), counts={choice: told[choice] for choice in Ballot.Choice.values})
        return Papers(choices=dict(self._read()))

    def _read(self) -> Iterator[tuple[int, str]]:
        for seat in self.names:
            if choice := self.cleaned_data[f"seat-{seat}"]:
                yield seat, choice
