"""Corrections of working time in the office: what couriers asked for is answered here, and the office asks them."""

import uuid
from functools import partial

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives import selectors
from collectives.access import needs
from collectives.forms.corrections import CorrectionForm
from collectives.models import Membership, TimeCorrection
from collectives.services.corrections import answer_correction, ask_correction
from collectives.services.worked import CORRECTED_FOR
from collectives.views.shared import actor, edit_page, press

CORRECTIONS = "collectives:corrections"
SHOWN = 50


@require_safe
@needs("members.edit")
def corrections(request: HttpRequest) -> HttpResponseBase:
    """What waits for either side, and what was answered lately."""
    return _page(request)


def _page(request: HttpRequest) -> TemplateResponse:
    rows = TimeCorrection.objects.select_related("membership__person", "replaces", "asked_by", "answered_by")
    context = {
        "open": rows.filter(state=TimeCorrection.State.OPEN),
        "answered": rows.exclude(state=TimeCorrection.State.OPEN).order_by("-answered_at", "-pk")[:SHOWN],
        "couriers": selectors.couriers(),
    }
    return TemplateResponse(request, "collectives/corrections.html", context)


@require_POST
@needs("members.edit")
def correction_answer(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(TimeCorrection, ref=ref)
    agreed = request.POST.get("answer") == "yes"
    answer = partial(answer_correction, correction=found, agreed=agreed, by=actor(request))
    said = _("Confirmed. It counts from now on.") if agreed else _("Not confirmed. The record stays as it is.")
    return press(request, answer, said, then=CORRECTIONS, page=_page)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.edit")
def correction_new(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """The office asks a courier to confirm another time."""
    found = get_object_or_404(Membership.objects.select_related("person"), ref=ref)
    form = CorrectionForm(request.POST or None, member=found, since=timezone.now() - CORRECTED_FOR)

    def save() -> str:
        ask_correction(membership=found, by=actor(request), **form.cleaned_data)
        return _("Asked. It counts when %(name)s has confirmed it.") % {"name": found.person.name}

    return edit_page(request, "collectives/correction_new.html", form, save, then=CORRECTIONS, member=found)
