"""What every page of the federation needs."""

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from collectives.context import NavEntry
from coopdelivery.people.models import Person

ENTRIES = ("register", "assembly", "dues", "figures", "officers", "directory")


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
        "figures": _("Month"),
        "officers": _("Offices"),
        "directory": _("Directory"),
    }
    nav = [NavEntry(label=words[name], url=reverse(f"federation:{name}"), current=name == current) for name in ENTRIES]
    return TemplateResponse(request, template, {"nav": nav, **context}, status=status)
