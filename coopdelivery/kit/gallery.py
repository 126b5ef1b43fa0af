"""The page of components: every part of the visual language once, with invented samples, for who builds and who reviews."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from coopdelivery.kit.access import open_to_all


@dataclass(frozen=True, slots=True)
class SampleStop:
    name: str
    kind: str
    state: str
    word: str
    start: datetime
    end: datetime
    minutes: int
    weight_g: int | None
    note: bool = False

    @property
    def planned(self) -> datetime:
        return self.end + timedelta(minutes=self.minutes)


class SampleForm(forms.Form):
    address = forms.CharField(label=_("Drop-off address"))
    phone = forms.CharField(label=_("Telephone"), required=False, help_text=_("Seen by the courier, on that day only."))
    when = forms.ChoiceField(label=_("When"), choices=[("am", _("morning")), ("pm", _("afternoon"))], widget=forms.RadioSelect)
    cold = forms.BooleanField(label=_("Keep cold"), required=False)

    def clean_address(self) -> str:
        raise forms.ValidationError(_("This street exists in three towns. Choose one of them."))


def samples() -> list[SampleStop]:
    """Four stops of today: on time, at risk, late, and one of unknown weight."""
    ten = timezone.localtime().replace(hour=10, minute=0, second=0, microsecond=0)
    hour, half = timedelta(hours=1), timedelta(minutes=30)
    return [
        SampleStop("12 Bakery Lane", "drop", "", "", ten, ten + hour, -33, 1200, note=True),
        SampleStop("Flower shop", "pickup", "", "", ten + half, ten + 3 * half, -35, 18000),
        SampleStop("Day nursery", "drop", "risk", "+6", ten + hour, ten + 2 * hour, 6, None),
        SampleStop("Garage", "drop", "late", gettext("9 min"), ten, ten + half, 9, 350),
    ]


def icon_names() -> list[str]:
    text = (Path(settings.STATICFILES_DIRS[0]) / "img" / "icons.txt").read_text()
    return sorted({name for line in text.splitlines() for name in line.partition("#")[0].split()})


@open_to_all("shows invented samples of the look, no data")
def components(request: HttpRequest) -> TemplateResponse:
    form = SampleForm({"address": "12 rue des Lilas", "when": "am", "phone": "06 39 98 12 40"})
    shares = [(14, "solid"), (3, "dark"), (2, "hatch")]
    return TemplateResponse(request, "docs/components.html", {"form": form, "samples": samples(), "shares": shares, "icons": icon_names()})
