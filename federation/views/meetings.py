"""Officers prepare, convene, freeze, open and close the assembly."""

import uuid
from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives.assembly import ProposalRow
from collectives.meetings import NEXT, steps, take_step, unsigned_roles
from coopdelivery.decisions import meetings as verbs
from coopdelivery.decisions.models import Amendment, Meeting
from coopdelivery.decisions.refusals import Refusal
from coopdelivery.decisions.signing import sign_minutes
from coopdelivery.kit.access import open_to_all
from federation.access import federation_needs
from federation.assembly.meetings import agenda, assemblies, freeze_roll
from federation.assembly.reading import facts_of, votes_on
from federation.forms.meetings import ItemForm, MeetingForm
from federation.policies.rules import notice_days, quorum
from federation.views.shared import actor, page

MOST_SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
@federation_needs("register.admit")
def meeting_new(request: HttpRequest) -> HttpResponseBase:
    form = MeetingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        prepared = verbs.prepare(collective_id=None, by=actor(request), notice_days=notice_days(), **form.cleaned_data)
        return redirect("federation:meeting", ref=prepared.ref)
    return page(request, "federation/meeting_new.html", {"form": form}, current="assembly", status=422 if form.errors else 200)


@require_safe
@federation_needs("register.view")
def meeting(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    return _page(request, get_object_or_404(assemblies(), ref=ref))


@require_POST
@federation_needs("register.admit")
def item_add(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(assemblies(), ref=ref)
    form = ItemForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form)
    try:
        with steps(found, by=actor(request), collective=None):
            verbs.add_item(meeting=found, by=actor(request), quorum=quorum(), **form.cleaned_data)
    except Refusal as refusal:
        return _page(request, found, form=form, refusal=str(refusal))
    return redirect("federation:meeting", ref=found.ref)


@require_POST
@federation_needs("register.admit")
def meeting_step(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(assemblies(), ref=ref)
    try:
        with steps(found, by=actor(request), collective=None):
            take_step(meeting=found, step=request.POST.get("step", ""), freeze=freeze_roll, by=actor(request))
    except Refusal as refusal:
        return _page(request, found, refusal=str(refusal))
    found.refresh_from_db()
    messages.success(request, _("The assembly is now: %(state)s.") % {"state": found.get_state_display()})
    return redirect("federation:meeting", ref=found.ref)


@require_POST
@federation_needs("register.admit")
def amendment_settle(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(Amendment.objects.select_related("item__meeting"), ref=ref, item__meeting__collective_id=None)
    try:
        with steps(found.item.meeting, by=actor(request), collective=None):
            verbs.settle_amendment(amendment=found, take=request.POST.get("take") == "yes", by=actor(request))
    except Refusal as refusal:
        return _page(request, found.item.meeting, refusal=str(refusal))
    return redirect("federation:meeting", ref=found.item.meeting.ref)


@require_POST
@federation_needs("register.admit")
def meeting_again(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """A second call for what failed for want of voices."""
    found = get_object_or_404(assemblies(), ref=ref)
    form = MeetingForm({**request.POST.dict(), "title": found.title})
    if not form.is_valid():
        return _page(request, found, again=form)
    try:
        with steps(found, by=actor(request), collective=None):
            called = verbs.call_again(meeting=found, begins_at=form.cleaned_data["begins_at"], by=actor(request))
    except Refusal as refusal:
        return _page(request, found, again=form, refusal=str(refusal))
    return redirect("federation:meeting", ref=called.ref)


@require_POST
@federation_needs("register.admit")
def meeting_sign(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(assemblies(), ref=ref)
    try:
        with steps(found, by=actor(request), collective=None):
            sign_minutes(meeting=found, role=request.POST.get("role", ""), sha256=request.POST.get("sha256", ""), by=actor(request))
    except Refusal as refusal:
        return _page(request, found, refusal=str(refusal))
    messages.success(request, _("You have signed the minutes."))
    return redirect("federation:meeting", ref=found.ref)


@require_safe
@open_to_all("co-ops and their members check what their federation decided")
def fingerprints(request: HttpRequest) -> HttpResponseBase:
    """Every closed assembly with the fingerprint of its minutes, for anybody who was given the text."""
    rows = assemblies().filter(state=Meeting.State.CLOSED).prefetch_related("signatures")
    return TemplateResponse(request, "federation/fingerprints.html", {"meetings": rows[:MOST_SHOWN]})


@require_safe
@federation_needs("register.view")
def meeting_minutes(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """The very text whose fingerprint is published."""
    found = get_object_or_404(assemblies().exclude(minutes_sha256=""), ref=ref)
    return HttpResponse(found.minutes, content_type="text/plain; charset=utf-8")


def _page(
    request: HttpRequest, found: Meeting, *, form: ItemForm | None = None, again: MeetingForm | None = None, refusal: str = ""
) -> HttpResponseBase:
    found.refresh_from_db()
    bound, signatures = form or again, list(found.signatures.select_related("person"))
    items = agenda(found)
    votes = votes_on(items)
    context = {
        "meeting": found,
        "items": [(item, votes.get(item.pk)) for item in items],
        "facts": facts_of(found, items),
        "form": (form or ItemForm()) if found.state == Meeting.State.DRAFT else None,
        "again": again or (MeetingForm() if _may_call_again(found, votes.values()) else None),
        "next": NEXT.get(found.state, ""),
        "signatures": signatures,
        "may_sign": unsigned_roles(found, signatures, actor(request).pk),
        "may_settle": found.state == Meeting.State.CONVENED,
        "refusal": refusal,
    }
    status = 409 if refusal else 422 if bound is not None and bound.errors else 200
    return page(request, "federation/meeting.html", context, current="assembly", status=status)


def _may_call_again(meeting: Meeting, votes: Iterable[ProposalRow]) -> bool:
    """Something failed for want of voices, and was not called again yet."""
    if meeting.state != Meeting.State.CLOSED or all(row.tally.has_quorum for row in votes):
        return False
    return not Meeting.objects.filter(second_of=meeting).exists()
