"""What the office asks a courier to confirm about their hours."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.models import Membership, TimeMark


class MarkChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # no generic at run time
    def label_from_instance(self, mark: TimeMark) -> str:
        return f"{timezone.localtime(mark.at):%Y-%m-%d %H:%M}, {mark.get_verb_display()}"


class CorrectionForm(forms.Form):
    """`cleaned_data` is what `services.corrections.ask_correction` takes. `since` bounds the moments to choose from."""

    verb = forms.ChoiceField(label=_("What"), choices=TimeMark.Verb)
    at = forms.DateTimeField(label=_("When"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
    replaces = MarkChoice(
        label=_("Instead of"),
        queryset=TimeMark.objects.none(),
        to_field_name="ref",
        required=False,
        empty_label=_("nothing: it was forgotten"),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, member: Membership, since: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        replaced = TimeMark.objects.filter(membership=member, replaces__isnull=False).values("replaces")
        rows = TimeMark.objects.filter(membership=member, at__gte=since).exclude(pk__in=replaced)
        self.fields["replaces"].queryset = rows  # type: ignore[attr-defined]  # a ModelChoiceField
