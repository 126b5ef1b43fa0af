"""What is put to the assembly, and who speaks for a co-op."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collectives.forms.proposals import ProposalForm
from collectives.models import Membership
from collectives.selectors import members


class ResolutionForm(ProposalForm):
    """A motion to all member co-ops: always by open ballots, since delegates answer for theirs at home."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["manner"]


class _ByName(forms.ModelChoiceField):  # type: ignore[type-arg]  # the class takes no argument at run time
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.person.name)


class DelegateForm(forms.Form):
    delegate = _ByName(label=_("Who speaks for us"), queryset=Membership._base_manager.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["delegate"].queryset = members()  # type: ignore[attr-defined]  # a ModelChoiceField
