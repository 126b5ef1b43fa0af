"""Who gave an order by telephone, in whose name, and that it was read back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import PhoneCall


class CallForm(forms.Form):
    """All empty: nobody called. `agreed` is asked for only when it is ordered."""

    caller = forms.CharField(label=_("Who called"), max_length=120, required=False)
    caller_phone = forms.CharField(label=_("Their telephone"), max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    mandate = forms.ChoiceField(label=_("In whose name"), required=False, choices=[("", "–"), *PhoneCall.Mandate.choices])
    agreed = forms.BooleanField(label=_("I read it back, and they said yes"), required=False)

    @property
    def is_call(self) -> bool:
        """After `is_valid`."""
        return bool(self.cleaned_data["caller"].strip() or self.cleaned_data["mandate"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(data.get("caller", "").strip()) != bool(data.get("mandate")):
            self.add_error("mandate" if data.get("caller", "").strip() else "caller", _("Write who called and in whose name."))
        return data
