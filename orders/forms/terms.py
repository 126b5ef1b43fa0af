"""Cut-offs and room, as the office writes them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import OrderTerms


def _clock(label: Any, hint: Any) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, help_text=hint, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


class TermsForm(forms.Form):
    notice_minutes = forms.IntegerField(
        label=_("Minutes before the window begins"), min_value=0, max_value=7 * 24 * 60, help_text=_("0: until the window begins.")
    )
    same_day_until = _clock(_("For the same day, until"), _("Empty: all day long."))
    day_before_until = _clock(
        _("The day before, until"), _("Such as 18:00: then nothing is taken for tomorrow. Empty: orders for the same day are welcome.")
    )
    closed_on_holidays = forms.BooleanField(label=_("No deliveries on public holidays"), required=False)
    drops_an_hour = forms.IntegerField(
        label=_("Drops that may begin in one hour"), min_value=1, max_value=10_000, required=False, help_text=_("Empty: no limit.")
    )


def terms_values(row: OrderTerms | None) -> dict[str, Any]:
    keys = ("notice_minutes", "same_day_until", "day_before_until", "drops_an_hour", "closed_on_holidays")
    return {key: getattr(row, key) for key in keys} if row else {"notice_minutes": 0}
