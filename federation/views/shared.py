"""What every page of the federation needs."""

from typing import Any

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from collectives.context import NavEntry
from coopdelivery.people.models import Person
from federation.register.files import EXTENSIONS

ENTRIES = ("register", "assembly", "dues", "groups", "solidarity", "purchases", "contracts", "figures", "officers", "directory")


def actor(request: HttpRequest) -> Person:
    """The signed-in person."""
    person: Person = request.user  # type: ignore[assignment]  # the guard lets in nobody else
    return person


def page(request: HttpRequest, template: str, context: dict[str, Any], *, current: str = "register", status: int = 200) -> TemplateResponse:
    """A page inside the federation's frame; `current` is the entry of the main navigation it belongs to."""
    words = {
        "register": _("Co-ops"),
        "assembly": _("Assembly"),
        "dues": _("Dues"),
        "groups": _("Groups"),
        "solidarity": _("Solidarity fund"),
        "purchases": _("Group purchases"),
        "contracts": _("Contracts"),
        "figures": _("Month"),
        "officers": _("Offices"),
        "directory": _("Directory"),
    }
    nav = [NavEntry(label=words[name], url=reverse(f"federation:{name}"), current=name == current) for name in ENTRIES]
    return TemplateResponse(request, template, {"nav": nav, **context}, status=status)


def download(file: FieldFile, media_type: str, title: str) -> FileResponse:
    """To be saved, never shown inside our pages. 404 when the file is gone."""
    if not file or not file.storage.exists(file.name or ""):
        raise Http404
    name = f"{slugify(title) or 'evidence'}.{EXTENSIONS[media_type]}"
    response = FileResponse(file.open("rb"), as_attachment=True, filename=name, content_type=media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
