"""Forms over rows of a collective, and how a refusal lands beside its field."""

from typing import Any

from django import forms

from collectives.refusals import Refusal


class OwnedForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """Choices are asked for again for each form, so they are those of the collective acting now."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
                field.queryset = field.queryset.model._default_manager.all()


def refuse(form: forms.BaseForm, refusal: Refusal) -> None:
    """Show the refusal beside the field it names, or on top when the form has no such field."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
