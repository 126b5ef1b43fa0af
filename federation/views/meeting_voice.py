"""A co-op and the federation's assembly: its delegate amends the texts, gives its voice to another co-op, takes it back."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collectives.access import needs
from collectives.meetings import steps
from collectives.models import Collective
from collectives.views.shared import actor, here
from coopdelivery.decisions.models import Item, Meeting, Proxy
from coopdelivery.decisions.proxies import BEFORE_THE_END
from federation.assembly.meetings import agenda, amend_for, assemblies, give_voice, take_back
from federation.assembly.reading import facts_of, votes_on
from federation.assembly.resolutions import REFUSALS
from federation.assembly.voices import delegate_of
from federation.forms.meetings import AmendmentForm, ProxyForm


@require_safe
@needs("proposals.view")
def meeting(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    return _page(request, get_object_or_404(assemblies().exclude(state=Meeting.State.DRAFT), ref=ref))


@require_POST
@needs("proposals.vote")
def amend(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """`ref` is the item's."""
    found = get_object_or_404(Item.objects.select_related("meeting"), ref=ref, meeting__collective_id=None)
    form = AmendmentForm(request.POST, prefix=str(found.ref))
    if not form.is_valid():
        return _page(request, found.meeting, amendment=form)
    try:
        with steps(found.meeting, by=actor(request), collective=here(request), refusals=REFUSALS):
            amend_for(item=found, collective=here(request), by=actor(request), **form.cleaned_data)
    except REFUSALS as refusal:
        return _page(request, found.meeting, amendment=form, refusal=str(refusal))
    messages.success(request, _("Your amendment is in the agenda."))
    return redirect("licence:meeting", collective=here(request).slug, ref=found.meeting.ref)


@require_POST
@needs("proposals.vote")
def proxy_give(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(assemblies(), ref=ref)
    form = ProxyForm(request.POST, meeting=found, giver=here(request))
    if not form.is_valid():
        return _page(request, found, proxy=form)
    try:
        with steps(found, by=actor(request), collective=here(request), refusals=REFUSALS):
            given = give_voice(meeting=found, collective=here(request), by=actor(request), **form.cleaned_data)
    except REFUSALS as refusal:
        return _page(request, found, proxy=form, refusal=str(refusal))
    holder = Collective.objects.get(pk=given.holder)
    messages.success(request, _("%(name)s carries our voice. You may take it back until it is used.") % {"name": holder.name})
    return redirect("licence:meeting", collective=here(request).slug, ref=found.ref)


@require_POST
@needs("proposals.vote")
def proxy_revoke(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """All voices we gave away for this assembly."""
    found = get_object_or_404(assemblies(), ref=ref)
    try:
        with steps(found, by=actor(request), collective=here(request), refusals=REFUSALS):
            for given in Proxy.objects.filter(meeting=found, giver=here(request).pk, revoked_at=None):
                take_back(proxy=given, collective=here(request), by=actor(request))
    except REFUSALS as refusal:
        return _page(request, found, refusal=str(refusal))
    messages.success(request, _("Our voice is ours again."))
    return redirect("licence:meeting", collective=here(request).slug, ref=found.ref)


def _page(
    request: HttpRequest, found: Meeting, *, amendment: AmendmentForm | None = None, proxy: ProxyForm | None = None, refusal: str = ""
) -> HttpResponseBase:
    collective = here(request)
    delegate = delegate_of(collective)
    speaks = delegate is not None and delegate.person_id == request.user.pk
    items = agenda(found)
    votes, amends = votes_on(items), speaks and found.state == Meeting.State.CONVENED
    rows = [(item, _form_of(item, amendment) if amends else None, votes.get(item.pk)) for item in items]
    live = Proxy.objects.filter(meeting=found, revoked_at=None).select_related("item")
    names = dict(Collective.objects.filter(pk__in=found.roll).values_list("pk", "name"))
    may_give = speaks and found.state in BEFORE_THE_END and collective.pk in found.roll
    context = {
        "meeting": found,
        "rows": rows,
        "facts": facts_of(found, items),
        "given": [(row, names.get(row.holder, "")) for row in live if row.giver == collective.pk],
        "carried": [(row, names.get(row.giver, "")) for row in live if row.holder == collective.pk],
        "proxy_form": (proxy or ProxyForm(meeting=found, giver=collective)) if may_give else None,
        "speaks": speaks,
        "signatures": list(found.signatures.select_related("person")),
        "refusal": refusal,
    }
    bound = amendment or proxy
    return TemplateResponse(request, "federation/meeting_voice.html", context, status=409 if refusal else 422 if bound else 200)


def _form_of(item: Item, bound: AmendmentForm | None) -> AmendmentForm:
    fresh = AmendmentForm(prefix=str(item.ref), initial={"text": item.text})
    return bound if bound is not None and bound.prefix == str(item.ref) else fresh
