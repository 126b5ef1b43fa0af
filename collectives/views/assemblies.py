"""A collective's general assembly: its administration prepares and runs it, everybody who works there reads it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives.access import allows, membership_of, needs
from collectives.forms.meetings import AmendmentForm, ItemForm, MeetingForm, SeatProxyForm
from collectives.meetings import NEXT, assemblies_of, freeze_members, names_of, steps, take_step, unsigned_roles
from collectives.views.shared import actor, form_page, here
from coopdelivery.decisions import meetings as verbs
from coopdelivery.decisions.models import Amendment, Item, Meeting, Proxy
from coopdelivery.decisions.proxies import BEFORE_THE_END
from coopdelivery.decisions.refusals import Refusal

RUN = "assemblies.run"


@require_http_methods(["GET", "HEAD", "POST"])
@needs("assemblies.run")
def assembly_new(request: HttpRequest) -> HttpResponseBase:
    form = MeetingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        prepared = verbs.prepare(collective_id=here(request).pk, by=actor(request), **form.cleaned_data)
        return to(request, prepared)
    return form_page(request, "collectives/assembly_new.html", form)


@require_safe
@needs("proposals.view")
def assembly(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    return assembly_page(request, found_here(request, ref))


@require_POST
@needs("assemblies.run")
def assembly_item(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found, form = found_here(request, ref), ItemForm(request.POST)
    if not form.is_valid():
        return assembly_page(request, found, form=form)
    try:
        with steps(found, by=actor(request), collective=here(request)):
            verbs.add_item(meeting=found, by=actor(request), **form.cleaned_data)
    except Refusal as refusal:
        return assembly_page(request, found, form=form, refusal=str(refusal))
    return to(request, found)


@require_POST
@needs("assemblies.run")
def assembly_step(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = found_here(request, ref)
    try:
        with steps(found, by=actor(request), collective=here(request)):
            take_step(meeting=found, step=request.POST.get("step", ""), freeze=freeze_members, by=actor(request))
    except Refusal as refusal:
        return assembly_page(request, found, refusal=str(refusal))
    found.refresh_from_db()
    messages.success(request, _("The assembly is now: %(state)s.") % {"state": found.get_state_display()})
    return to(request, found)


@require_POST
@needs("assemblies.run")
def assembly_again(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """A second call for what failed for want of voices."""
    found = found_here(request, ref)
    form = MeetingForm({**request.POST.dict(), "title": found.title})
    if not form.is_valid():
        return assembly_page(request, found, again=form)
    try:
        with steps(found, by=actor(request), collective=here(request)):
            called = verbs.call_again(meeting=found, begins_at=form.cleaned_data["begins_at"], by=actor(request))
    except Refusal as refusal:
        return assembly_page(request, found, again=form, refusal=str(refusal))
    return to(request, called)


@require_POST
@needs("assemblies.run")
def assembly_settle(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """`ref` is the amendment's."""
    rows = Amendment.objects.select_related("item__meeting")
    found = get_object_or_404(rows, ref=ref, item__meeting__collective_id=here(request).pk)
    try:
        with steps(found.item.meeting, by=actor(request), collective=here(request)):
            verbs.settle_amendment(amendment=found, take=request.POST.get("take") == "yes", by=actor(request))
    except Refusal as refusal:
        return assembly_page(request, found.item.meeting, refusal=str(refusal))
    return to(request, found.item.meeting)


@require_safe
@needs("proposals.view")
def assembly_minutes(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """The very text whose fingerprint is published."""
    found = get_object_or_404(assemblies_of(here(request)).exclude(minutes_sha256=""), ref=ref)
    return HttpResponse(found.minutes, content_type="text/plain; charset=utf-8")


def found_here(request: HttpRequest, ref: uuid.UUID) -> Meeting:
    """Drafts are seen by who prepares them only."""
    rows = assemblies_of(here(request))
    return get_object_or_404(rows if allows(membership_of(request), RUN) else rows.exclude(state=Meeting.State.DRAFT), ref=ref)


def to(request: HttpRequest, meeting: Meeting) -> HttpResponseBase:
    return redirect("collectives:assembly", collective=here(request).slug, ref=meeting.ref)


def assembly_page(request: HttpRequest, found: Meeting, *, refusal: str = "", **bound: Any) -> TemplateResponse:
    """`bound` holds the form that was refused: form, again, amendment or proxy."""
    found.refresh_from_db()
    person, runs = actor(request), allows(membership_of(request), RUN)
    items = list(found.items.select_related("proposal").prefetch_related("amendments__by"))
    names = names_of(found.roll)
    live = list(Proxy.objects.filter(meeting=found, revoked_at=None).select_related("item"))
    may_give = found.state in BEFORE_THE_END and person.pk in found.roll
    second = Meeting.objects.filter(second_of=found).exists()
    signatures = list(found.signatures.select_related("person"))
    context = {
        "meeting": found,
        "rows": [(item, _amendment_form(item, found, bound.get("amendment"))) for item in items],
        "next": NEXT.get(found.state, "") if runs else "",
        "may_settle": runs and found.state == Meeting.State.CONVENED,
        "form": (bound.get("form") or ItemForm()) if runs and found.state == Meeting.State.DRAFT else None,
        "again": (bound.get("again") or MeetingForm()) if runs and found.state == Meeting.State.CLOSED and not second else None,
        "given": [(row, names.get(row.holder, "")) for row in live if row.giver == person.pk],
        "carried": [(row, names.get(row.giver, "")) for row in live if row.holder == person.pk],
        "proxy_form": (bound.get("proxy") or proxy_form(request, found, names)) if may_give else None,
        "signatures": signatures,
        "may_sign": unsigned_roles(found, signatures, person.pk) if person.pk in found.roll else [],
        "refusal": refusal,
    }
    wrong = any(form.errors for form in bound.values())
    return TemplateResponse(request, "collectives/assembly.html", context, status=409 if refusal else 422 if wrong else 200)


def proxy_form(request: HttpRequest, meeting: Meeting, names: dict[int, str]) -> SeatProxyForm:
    holders = {seat: name for seat, name in names.items() if seat != actor(request).pk}
    posted = request.POST if "holder" in request.POST else None
    return SeatProxyForm(posted, holders=holders, items=meeting.items.exclude(kind=Item.Kind.INFORMATION))


def _amendment_form(item: Item, meeting: Meeting, bound: AmendmentForm | None) -> AmendmentForm | None:
    if meeting.state != Meeting.State.CONVENED:
        return None
    if bound is not None and bound.prefix == str(item.ref):
        return bound
    return AmendmentForm(prefix=str(item.ref), initial={"text": item.text})
