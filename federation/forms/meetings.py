"""Voices given to another co-op. The other forms of an assembly are those of every assembly: `collectives.forms.meetings`."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collectives.forms.meetings import AmendmentForm, ItemForm, MeetingForm
from collectives.models import Collective
from coopdelivery.decisions.models import Item, Meeting

__all__ = ["AmendmentForm", "ItemForm", "MeetingForm", "ProxyForm"]


class ProxyForm(forms.Form):
    """`item` left open gives the voice for the whole assembly."""

    holder = forms.ModelChoiceField(label=_("Who carries our voice"), queryset=Collective.objects.none())
    item = forms.ModelChoiceField(label=_("On"), queryset=Item.objects.none(), required=False, empty_label=_("the whole assembly"))

    def __init__(self, *args: Any, meeting: Meeting, giver: Collective, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"].queryset = Collective.objects.filter(pk__in=meeting.roll).exclude(pk=giver.pk)  # type: ignore[attr-defined]
        self.fields["item"].queryset = meeting.items.exclude(kind=Item.Kind.INFORMATION)  # type: ignore[attr-defined]
