"""A program that orders for a partner."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import Partner

KINDS = {
    "shop": (_("A shop's plugin or program: orders deliveries and follows them"), ("deliveries", "tasks")),
    "reading": (_("A program of the co-op: reads every partner's tasks and deliveries"), ("tasks:all", "orders:all")),
}


class ProgramForm(forms.Form):
    """`partner` offers the acting collective's partners: build it inside a request."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Such as: the florist's web shop. The plugin shows it."))
    partner = forms.ModelChoiceField(label=_("Partner"), queryset=Partner.objects.none(), required=False)
    kind = forms.ChoiceField(label=_("What it may do"), choices=[(key, words) for key, (words, _scopes) in KINDS.items()])
    is_sandbox = forms.BooleanField(label=_("Sandbox: only for trying, nobody rides and nothing is billed"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].queryset = Partner.objects.filter(is_active=True)  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == "shop" and not data.get("partner") and "partner" not in self.errors:
            self.add_error("partner", _("Choose for which partner the program orders."))
        return data

    def facts(self) -> dict[str, Any]:
        """What `add_application` takes."""
        data = self.cleaned_data
        partner = data["partner"] if data["kind"] == "shop" else None
        return {
            "name": data["name"],
            "partner_ref": partner.ref if partner else None,
            "scopes": KINDS[data["kind"]][1],
            "is_sandbox": data["is_sandbox"],
        }
