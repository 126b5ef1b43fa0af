"""A member puts down the hours of an assembly, of the co-op or of the federation."""

import uuid
from functools import partial

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from collectives.access import membership_of, needs
from collectives.forms import refuse
from collectives.models import AssemblyTime, Membership
from collectives.refusals import Refusal
from collectives.services.attended import closed_assemblies, put_down, take_back_hours
from collectives.views.shared import actor, here
from coopdelivery.decisions.models import Meeting

moment = partial(forms.DateTimeField, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))


class AttendedForm(forms.Form):
    starts_at = moment(label=gettext_lazy("From"))
    ends_at = moment(label=gettext_lazy("Until"))


def _me(request: HttpRequest) -> Membership:
    member = membership_of(request)
    if member is None:
        raise Http404
    return member


@require_http_methods(["GET", "HEAD", "POST"])
@needs("proposals.vote")
def assembly_hours(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(closed_assemblies(here(request).pk), ref=ref)
    form = AttendedForm(request.POST or None, initial={"starts_at": found.opened_at, "ends_at": found.closed_at})
    if request.method == "POST" and form.is_valid():
        try:
            put_down(membership=_me(request), meeting=found, by=actor(request), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("They stand with your hours."))
            return redirect("collectives:assembly_hours", collective=here(request).slug, ref=found.ref)
    return _page(request, found, form)


@require_POST
@needs("proposals.vote")
def assembly_hours_back(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """`ref` is that of the hours. Those of others are not found."""
    rows = AssemblyTime.objects.filter(membership=_me(request)).select_related("meeting", "membership")
    row = get_object_or_404(rows, ref=ref)
    try:
        take_back_hours(row=row, by=actor(request))
    except Refusal as refusal:
        return _page(request, row.meeting, AttendedForm(), refusal=str(refusal))
    messages.success(request, _("Taken back. They do not count any more."))
    return redirect("collectives:assembly_hours", collective=here(request).slug, ref=row.meeting.ref)


def _page(request: HttpRequest, found: Meeting, form: AttendedForm, *, refusal: str = "") -> HttpResponseBase:
    context = {
        "meeting": found,
        "form": form,
        "rows": AssemblyTime.objects.filter(membership=_me(request), meeting=found, withdrawn_at=None),
        "lasted_until": timezone.localtime(found.closed_at),
        "refusal": refusal,
    }
    status = 409 if refusal else 422 if form.errors else 200
    return TemplateResponse(request, "collectives/assembly_hours.html", context, status=status)
