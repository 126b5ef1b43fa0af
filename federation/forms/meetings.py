"""Convening an assembly, its agenda, amendments, and voices given to another co-op."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective
from coopdelivery.decisions.models import Item, Meeting


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


class AmendmentForm(forms.Form):
    text = forms.CharField(label=_("Our text"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}))
    why = forms.CharField(label=_("Why"), max_length=500, required=False)


class ProxyForm(forms.Form):
    """`item` left open gives the voice for the whole assembly."""

    holder = forms.ModelChoiceField(label=_("Who carries our voice"), queryset=Collective.objects.none())
    item = forms.ModelChoiceField(label=_("On"), queryset=Item.objects.none(), required=False, empty_label=_("the whole assembly"))

    def __init__(self, *args: Any, meeting: Meeting, giver: Collective, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"].queryset = Collective.objects.filter(pk__in=meeting.roll).exclude(pk=giver.pk)  # type: ignore[attr-defined]
        self.fields["item"].queryset = meeting.items.exclude(kind=Item.Kind.INFORMATION)  # type: ignore[attr-defined]
