"""What a person says about themselves."""

from typing import ClassVar

from allauth.account import forms as allauth_forms
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from coopdelivery.kit.phones import NoNumber, international
from coopdelivery.people.models import Person


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no argument when it runs
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = Person
        fields: ClassVar = ["name", "phone", "language", "clock", "theme"]
        labels: ClassVar = {"name": _("Name"), "phone": _("Telephone"), "clock": _("Time format"), "theme": _("Colours")}
        help_texts: ClassVar = {"phone": _("With the country code, for example +33 6 12 34 56 78.")}
        widgets: ClassVar = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "maxlength": 30}),
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # a form's own arguments
        hint, widget = self.fields["phone"].help_text, self.fields["phone"].widget
        self.fields["phone"] = forms.CharField(label=_("Telephone"), required=False, max_length=30, help_text=hint, widget=widget)

    def clean_phone(self) -> str:
        """As `+33612345678`, so that every channel can dial it."""
        try:
            return international(self.cleaned_data["phone"])
        except NoNumber as error:
            raise forms.ValidationError(str(error)) from error


class SignInForm(allauth_forms.LoginForm):  # type: ignore[misc]  # the library ships no types
    """Says what may be typed; a label instead of words that vanish when one begins to write."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail or user name")
        self.fields["login"].widget.attrs.update(autocomplete="username", autocapitalize="none", spellcheck="false")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class AskForCodeForm(allauth_forms.RequestLoginCodeForm):  # type: ignore[misc]  # the library ships no types
    """The same word for an address as everywhere else, and no words that vanish when one begins to write."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")
        self.fields["email"].widget.attrs.pop("placeholder", None)
