"""Who is invited, in which roles; and how an invited person arrives."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from collectives.models import Role
from coopdelivery.people.models import Person

# What each role opens, as the people who tick the boxes should know it.
ROLE_CHOICES = [
    (Role.COURIER, _("Courier: rides, and sees the rounds of the day")),
    (Role.DISPATCHER, _("Dispatcher: takes orders, plans rounds and the weeks")),
    (Role.ADMIN, _("Administration: team, prices, accounts, settings")),
]


class RolesField(forms.MultipleChoiceField):
    def __init__(self) -> None:
        super().__init__(
            label=_("Roles"),
            choices=ROLE_CHOICES,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("A role opens pages. It gives no extra vote."),
            error_messages={"required": _("Choose at least one role.")},
        )


class InvitationForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("The invitation goes to this address and is good for two weeks."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    roles = RolesField()


class MemberForm(forms.Form):
    roles = RolesField()
    member_since = forms.DateField(
        label=_("Shareholder-member since"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    weekly_hours = forms.IntegerField(
        label=_("Hours a week"), required=False, min_value=0, max_value=80, help_text=_("As written in the contract.")
    )


class WelcomeForm(forms.Form):
    """An invited person without an account makes one; the link has shown that the e-mail is theirs."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Choose a password"),
        strip=False,
        max_length=128,
        help_text=_("At least ten characters; several words are easy to remember."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "password" in cleaned:
            try:
                validate_password(cleaned["password"], Person(name=cleaned.get("name", ""), email=self.email))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned
