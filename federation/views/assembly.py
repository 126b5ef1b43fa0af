"""The assembly as officers see it: what is open, what was decided, what to put to the vote."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives.assembly import counted
from collectives.forms import refuse
from collectives.refusals import Refusal
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Proposal
from coopdelivery.decisions.refusals import Refusal as DecisionRefusal
from coopdelivery.decisions.secret import is_secret, published
from federation import services
from federation.access import federation_needs
from federation.assembly.meetings import assemblies
from federation.assembly.reading import roll_of_co_ops
from federation.assembly.resolutions import ends_at, resolutions
from federation.assembly.voices import voices
from federation.forms.assembly import ResolutionForm
from federation.views.shared import actor, page

MOST_SHOWN = 200
MOST_MEETINGS = 20


@require_safe
@federation_needs("register.view")
def assembly(request: HttpRequest) -> HttpResponseBase:
    rows = counted(resolutions()[:MOST_SHOWN])
    context = {
        "open": [row for row in rows if row.proposal.is_open],
        "decided": [row for row in rows if not row.proposal.is_open],
        "voices": voices().count(),
        "meetings": assemblies()[:MOST_MEETINGS],
    }
    return page(request, "federation/assembly.html", context, current="assembly")


@require_http_methods(["GET", "HEAD", "POST"])
@federation_needs("register.admit")
def resolution_new(request: HttpRequest) -> HttpResponseBase:
    form = ResolutionForm(request.POST or None, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            opened = services.open_resolution(
                title=answers["title"], text=answers["text"], closes_at=ends_at(answers["closes_on"]), by=actor(request)
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("%(number)s is open for votes.") % {"number": opened.number})
            return redirect("federation:resolution", ref=opened.ref)
    context = {"form": form, "voices": voices().count()}
    return page(request, "federation/resolution_new.html", context, current="assembly", status=422 if form.errors else 200)


@require_safe
@federation_needs("register.view")
def resolution(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    return _page(request, get_object_or_404(resolutions(), ref=ref))


@require_POST
@federation_needs("register.admit")
def resolution_close(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(resolutions(), ref=ref)
    try:
        decisions.close(proposal=found, by=actor(request))
    except DecisionRefusal as refusal:
        return _page(request, found, refusal=str(refusal))
    words = _("%(number)s has passed.") if found.state == Proposal.State.PASSED else _("%(number)s is rejected.")
    messages.success(request, words % {"number": found.number})
    return redirect("federation:resolution", ref=found.ref)


def _page(request: HttpRequest, found: Proposal, *, refusal: str = "") -> HttpResponseBase:
    row = counted([found])[0]
    context = {
        "row": row,
        "proposal": found,
        "roll": roll_of_co_ops(found),
        "refusal": refusal,
        "published": published(found) if is_secret(found) else [],
        "may_paper": found.takes_votes() and not row.tally.rule.consent,
        "may_close": found.is_open and (not found.takes_votes() or row.tally.is_complete),
    }
    return page(request, "federation/resolution.html", context, current="assembly", status=409 if refusal else 200)
