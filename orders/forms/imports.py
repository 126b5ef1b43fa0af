"""A file of deliveries: the file, then what its columns are."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.imports.columns import FIELDS
from orders.imports.services import BY_DEFAULT
from orders.models import ImportBatch

NOT_THERE = ""


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("CSV, XLSX or ODS file"), help_text=_("The first line names the columns; each other line is a delivery.")
    )
    file.widget.attrs["accept"] = ".csv,.txt,.xlsx,.ods"


class ColumnsForm(forms.Form):
    """For each of our fields the column it stands in; day and hours may hold for every line instead."""

    on = forms.DateField(
        label=_("Day, where a line has none"),
        required=False,
        localize=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    starts = forms.TimeField(
        label=_("From, where a line has none"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends = forms.TimeField(
        label=_("Until, where a line has none"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    whole = forms.BooleanField(label=_("All or nothing: order none while a line is wrong"), required=False)

    def __init__(self, *args: Any, batch: ImportBatch, **kwargs: Any) -> None:
        kwargs["initial"] = {**_initial(batch), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        columns = [(NOT_THERE, _("not in the file")), *((str(n), name or f"({n + 1})") for n, name in enumerate(batch.headers))]
        for field, (label, _known) in FIELDS.items():
            self.fields[f"column_{field}"] = forms.ChoiceField(label=label, choices=columns, required=False)

    @property
    def column_fields(self) -> list[forms.BoundField]:
        return [self[f"column_{field}"] for field in FIELDS]

    def columns(self) -> dict[str, int]:
        chosen = {field: self.cleaned_data[f"column_{field}"] for field in FIELDS}
        return {field: int(position) for field, position in chosen.items() if position != NOT_THERE}

    def defaults(self) -> dict[str, str]:
        data = self.cleaned_data
        given = {"day": data["on"].isoformat() if data["on"] else ""}
        for field in ("starts", "ends"):
            given[field] = f"{data[field]:%H:%M}" if data[field] else ""
        return {field: text for field, text in given.items() if text}

    def refuse(self, field: str, sentence: str) -> None:
        name = {"day": "on"}.get(field, field) if field in BY_DEFAULT else f"column_{field}"
        self.add_error(name if name in self.fields else None, sentence)


def _initial(batch: ImportBatch) -> dict[str, Any]:
    columns = {f"column_{field}": str(position) for field, position in batch.columns.items()}
    defaults = batch.defaults
    return {**columns, "on": defaults.get("day"), "starts": defaults.get("starts"), "ends": defaults.get("ends"), "whole": batch.whole}
