"""What officers, and admins of a collective, write in the register."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from collectives.countries import CURRENCIES, all_zones, zones_of
from collectives.models import Collective
from coopdelivery.places.geometry import BadPoint, Point, point_in_text
from federation.models import Condition
from federation.register.files import EXTENSIONS
from federation.register.papers import GENERIC, KINDS, Pack

ACCEPTED = ",".join(f".{extension}" for extension in EXTENSIONS.values())
CHOSEN_CARD = ("name", "legal_form", "city", "country", "currency", "language", "time_zone")
NEEDED = ("name", "city", "country", "currency", "language", "time_zone")


def day_field(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class DossierForm(forms.Form):
    """A new co-op, or one that is here already and has no dossier yet."""

    collective = forms.ModelChoiceField(
        label=_("Is the co-op already here?"), queryset=Collective.objects.none(), required=False, empty_label=_("No, it is new")
    )
    name = forms.CharField(label=_("Name of the co-op"), max_length=80, required=False)
    legal_form = forms.CharField(label=_("Legal form"), max_length=80, required=False, help_text=_("As in its statutes: Scop, Scic, eG…"))
    city = forms.CharField(label=_("Town"), max_length=80, required=False)
    country = forms.CharField(label=_("Country"), max_length=2, required=False, help_text=_("Two letters, for example FR, BE or CH."))
    place = forms.CharField(
        label=_("Where it is"),
        max_length=60,
        required=False,
        help_text=_("Latitude and longitude, such as 47.4712, -0.5518: its mark on the map."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=[(zone, zone.replace("_", " ")) for zone in all_zones()], required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, required=False)
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in CURRENCIES], required=False)
    headcount = forms.IntegerField(label=_("People at work"), min_value=1, max_value=5000, required=False)
    contact_name = forms.CharField(label=_("Who to talk to"), max_length=120, required=False)
    contact_email = forms.EmailField(
        label=_("E-mail"), help_text=_("News of the dossier goes there until somebody of the co-op has an account.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Collective.objects.filter(dossier=None).order_by("name")
        if known.exists():
            self.fields["collective"].queryset = known  # type: ignore[attr-defined]  # a ModelChoiceField
        else:
            del self.fields["collective"]
        for name in NEEDED:
            self.fields[name].required = not self.data.get("collective")
            self.fields[name].error_messages["required"] = _("This is needed for a new co-op.")

    def clean_country(self) -> str:
        country = str(self.cleaned_data["country"]).upper()
        if country and not zones_of(country):
            raise forms.ValidationError(
                _("There is no country “%(code)s”. Write its two letters, for example FR."), params={"code": country}
            )
        return country

    def clean_place(self) -> Point | None:
        typed = str(self.cleaned_data["place"])
        try:
            point = point_in_text(typed)
        except BadPoint:
            point = None
        if typed and point is None:
            raise forms.ValidationError(_("This is not a place on the earth. Write latitude and longitude, such as 60.1699, 24.9384."))
        return point

    def facts(self) -> dict[str, Any]:
        """For `services.open_dossier`."""
        answers = self.cleaned_data
        facts = {name: answers[name] for name in ("contact_name", "contact_email", "headcount")}
        if answers.get("collective"):
            return {**facts, "collective": answers["collective"]}
        if answers["place"]:
            facts["latitude"], facts["longitude"] = answers["place"]
        return {**facts, **{name: answers[name] for name in CHOSEN_CARD}, "email": answers["contact_email"]}


class EvidenceForm(forms.Form):
    condition = forms.ChoiceField(label=_("Which condition"), choices=Condition.choices)
    kind = forms.ChoiceField(
        label=_("Kind of piece"), required=False, help_text=_("Left open, it is the usual one: headcount, minutes or statutes.")
    )
    title = forms.CharField(label=_("What it is"), max_length=120, help_text=_("For example: statutes, one person one vote (art. 21)."))
    file = forms.FileField(
        label=_("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
        help_text=_("PDF, JPEG, PNG, OpenDocument, Office or CSV, 10 MB at most. No names, no payslips: totals are enough."),
        error_messages={"empty": _("This file is empty. Choose another one.")},
    )
    issued_on = day_field(_("Issued on"))
    expires_on = day_field(_("Valid until"), help_text=_("Five years at most."))

    def __init__(self, *args: Any, pack: Pack = GENERIC, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needed = {kind for kinds in pack.mandatory.values() for kind in kinds}
        groups = [
            (
                condition.label,
                [(kind, _needed(words) if kind in needed else words) for kind, (owner, words) in KINDS.items() if owner == condition],
            )
            for condition in Condition
        ]
        self.fields["kind"].choices = [("", _("the usual one")), *groups]  # type: ignore[attr-defined]  # a ChoiceField


def _needed(words: Any) -> str:
    return gettext("%(piece)s (needed)") % {"piece": words}


class ReviewForm(forms.Form):
    """`holds` comes from the button that was pressed."""

    holds = forms.ChoiceField(choices=[("yes", _("holds")), ("no", _("does not hold"))], widget=forms.HiddenInput)
    comment = forms.CharField(label=_("Comment"), max_length=500, required=False, help_text=_("Needed when it does not hold."))


class StepForm(forms.Form):
    """`step` comes from the button that was pressed."""

    step = forms.CharField(widget=forms.HiddenInput, max_length=10)
    reason = forms.CharField(
        label=_("Reason"), max_length=300, error_messages={"required": _("Write the reason. It stays in the dossier.")}
    )


class OfficerForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), help_text=_("Of somebody who has an account here."))
    home = forms.ModelChoiceField(
        label=_("Comes from"),
        queryset=Collective.objects.all(),
        required=False,
        empty_label=_("no co-op"),
        help_text=_("They never judge the dossier of this co-op."),
    )
