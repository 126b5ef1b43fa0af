"""An area, drawn, pasted or uploaded."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collectives.areas import MOST_CHARACTERS, parse_area
from collectives.refusals import BadArea

MOST_BYTES = MOST_CHARACTERS


class ZoneForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    is_service_area = forms.BooleanField(label=_("Deliveries are accepted here"), required=False, initial=True)
    area = forms.CharField(
        label=_("Outline"),
        error_messages={"required": _("Draw the area on the map, or paste it as GeoJSON.")},
        help_text=_("Click on the map, paste GeoJSON, or type one corner on each line as latitude, longitude."),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=_("Or a GeoJSON file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".geojson,.json,application/geo+json,application/json"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].required = "file" not in self.files

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"]).strip()

    def clean(self) -> dict[str, Any]:
        """`area` becomes the checked GeoJSON; an uploaded file wins over the text."""
        cleaned: dict[str, Any] = super().clean() or {}
        upload = cleaned.get("file")
        if "area" in self.errors:
            return cleaned
        field = "file" if upload else "area"
        try:
            cleaned["area"] = parse_area(self._text(upload) if upload else cleaned.get("area", ""))
        except BadArea as refusal:
            self.add_error(field, str(refusal))
        return cleaned

    def _text(self, upload: Any) -> str:
        if upload.size > MOST_BYTES:
            raise BadArea(_("This file is larger than 400 kB. Simplify the outline."))
        try:
            return str(upload.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise BadArea(_("This file is not text. A GeoJSON file is needed.")) from error
