"""A member in the assembly: amends a text, gives their voice to another member, takes it back, signs the minutes."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from collectives.access import needs
from collectives.forms.meetings import AmendmentForm
from collectives.meetings import give_voice, names_of, sign_here, steps, take_back
from collectives.views.assemblies import assembly_page, found_here, proxy_form, to
from collectives.views.shared import actor, here
from coopdelivery.decisions import meetings as verbs
from coopdelivery.decisions.models import Item
from coopdelivery.decisions.refusals import Refusal


@require_POST
@needs("proposals.vote")
def assembly_amend(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """`ref` is the item's."""
    found = get_object_or_404(Item.objects.select_related("meeting"), ref=ref, meeting__collective_id=here(request).pk)
    meeting, form = found_here(request, found.meeting.ref), AmendmentForm(request.POST, prefix=str(found.ref))
    if not form.is_valid():
        return assembly_page(request, meeting, amendment=form)
    try:
        with steps(meeting, by=actor(request), collective=here(request)):
            verbs.amend(item=found, by=actor(request), **form.cleaned_data)
    except Refusal as refusal:
        return assembly_page(request, meeting, refusal=str(refusal))
    messages.success(request, _("Your amendment is in the agenda."))
    return to(request, meeting)


@require_POST
@needs("proposals.vote")
def assembly_proxy(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = found_here(request, ref)
    names = names_of(found.roll)
    form = proxy_form(request, found, names)
    if not form.is_valid():
        return assembly_page(request, found, proxy=form)
    try:
        with steps(found, by=actor(request), collective=here(request)):
            give_voice(meeting=found, by=actor(request), **form.cleaned_data)
    except Refusal as refusal:
        return assembly_page(request, found, proxy=form, refusal=str(refusal))
    name = names[form.cleaned_data["holder"]]
    messages.success(request, _("%(name)s carries your voice. You may take it back until it is used.") % {"name": name})
    return to(request, found)


@require_POST
@needs("proposals.vote")
def assembly_proxy_back(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = found_here(request, ref)
    try:
        with steps(found, by=actor(request), collective=here(request)):
            take_back(meeting=found, by=actor(request))
    except Refusal as refusal:
        return assembly_page(request, found, refusal=str(refusal))
    messages.success(request, _("Your voice is yours again."))
    return to(request, found)


@require_POST
@needs("proposals.vote")
def assembly_sign(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = found_here(request, ref)
    try:
        with steps(found, by=actor(request), collective=here(request)):
            sign_here(meeting=found, role=request.POST.get("role", ""), sha256=request.POST.get("sha256", ""), by=actor(request))
    except Refusal as refusal:
        return assembly_page(request, found, refusal=str(refusal))
    messages.success(request, _("You have signed the minutes."))
    return to(request, found)
