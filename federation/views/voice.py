"""A co-op in the federation's assembly: everybody who works there reads, its delegate votes, its administration names the delegate."""

import uuid
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collectives.access import allows, membership_of, needs
from collectives.assembly import counted
from collectives.forms import refuse
from collectives.forms.proposals import BallotForm
from collectives.models import Collective, Standing
from collectives.refusals import Refusal
from collectives.views.shared import actor, here
from coopdelivery.decisions.models import Item, Meeting, Proposal
from coopdelivery.decisions.proxies import carried_by
from coopdelivery.decisions.refusals import Refusal as DecisionRefusal
from coopdelivery.decisions.secret import is_secret, published
from federation import services
from federation.assembly.mandates import consult, consultation_of, mandate_of
from federation.assembly.meetings import assemblies
from federation.assembly.reading import roll_of_co_ops
from federation.assembly.resolutions import resolutions
from federation.assembly.voices import delegate_of
from federation.forms.assembly import DelegateForm

MOST_SHOWN = 200
MOST_MEETINGS = 20


@require_safe
@needs("proposals.view")
def voice(request: HttpRequest) -> HttpResponseBase:
    return _list(request, None)


@require_POST
@needs("members.edit")
def delegate_name(request: HttpRequest) -> HttpResponseBase:
    form = DelegateForm(request.POST)
    if form.is_valid():
        person = form.cleaned_data["delegate"].person
        try:
            services.name_delegate(collective=here(request), person=person, by=actor(request))
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("%(name)s speaks for us in the federation from now on.") % {"name": person.name})
            return redirect("licence:voice", collective=here(request).slug)
    return _list(request, form)


def _list(request: HttpRequest, form: DelegateForm | None) -> HttpResponseBase:
    rows = counted(resolutions()[:MOST_SHOWN])
    context = {
        "open": [row for row in rows if row.proposal.is_open],
        "decided": [row for row in rows if not row.proposal.is_open],
        "delegate": delegate_of(here(request)),
        "meetings": assemblies().exclude(state=Meeting.State.DRAFT)[:MOST_MEETINGS],
        "has_voice": here(request).standing == Standing.MEMBER,
        "form": form or (DelegateForm() if allows(membership_of(request), "members.edit") else None),
    }
    return TemplateResponse(request, "federation/voice.html", context, status=422 if form and form.errors else 200)


@require_safe
@needs("proposals.view")
def motion(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    return _motion(request, get_object_or_404(resolutions(), ref=ref), None)


@require_POST
@needs("proposals.vote")
def motion_vote(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(resolutions(), ref=ref)
    form = BallotForm(request.POST)
    if not form.is_valid():
        return _motion(request, found, form)
    slug = request.POST.get("voice_of", "")
    whose = get_object_or_404(Collective, slug=slug) if slug else None
    facts = {"proposal": found, "collective": here(request), "by": actor(request), "voice_of": whose, "choice": form.cleaned_data["choice"]}
    try:
        if is_secret(found):
            return _told_once(request, found, services.cast_voice_secretly(**facts))
        services.cast_voice(reason=form.cleaned_data["reason"], **facts)
    except (Refusal, DecisionRefusal) as refusal:
        return _motion(request, found, form, refusal=str(refusal))
    messages.success(request, _("The voice of our co-op is counted. It may be changed until the end."))
    return redirect("licence:motion", collective=here(request).slug, ref=found.ref)


def _told_once(request: HttpRequest, found: Proposal, code: str) -> HttpResponseBase:
    """The code of a secret ballot is shown in this one answer and kept nowhere."""
    response = _motion(request, found, None, code=code)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@needs("proposals.open")
def motion_consult(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """Ask the members; they have until the evening before the vote ends."""
    found = get_object_or_404(resolutions(), ref=ref)
    last = (found.closes_at or timezone.now() + timedelta(days=8)) - timedelta(days=1)
    try:
        asked = consult(motion=found, collective=here(request), closes_at=last, by=actor(request))
    except (Refusal, DecisionRefusal) as refusal:
        return _motion(request, found, None, refusal=str(refusal))
    messages.success(request, _("%(number)s is open for votes.") % {"number": asked.number})
    return redirect("collectives:proposal", collective=here(request).slug, ref=asked.ref)


def _motion(request: HttpRequest, found: Proposal, form: BallotForm | None, *, refusal: str = "", code: str = "") -> HttpResponseBase:
    row, collective = counted([found])[0], here(request)
    delegate = delegate_of(collective)
    roll = roll_of_co_ops(found)
    mine = next((seat.ballot for seat in roll if seat.collective.pk == collective.pk), None)
    speaks = delegate is not None and delegate.person_id == request.user.pk and collective.pk in found.roll
    mandate, secret = mandate_of(found, collective), is_secret(found)
    shown = form or BallotForm(initial={"choice": mine.choice, "reason": mine.reason} if mine else None)
    if secret:
        del shown.fields["reason"]
    context = {
        "row": row,
        "proposal": found,
        "roll": roll,
        "delegate": delegate,
        "mandate": mandate,
        "asked": consultation_of(found, collective),
        "diverged": mandate is not None and mine is not None and mandate.diverges(mine.choice),
        "our_reason": mine.reason if mine else "",
        "may_ask": found.takes_votes() and collective.pk in found.roll,
        "carried": _carried(found, collective) if speaks and found.takes_votes() else [],
        "on_roll": collective.pk in found.roll,
        "form": shown if speaks and found.takes_votes() else None,
        "secret": secret,
        "code": code,
        "published": published(found) if secret else [],
        "refusal": refusal,
    }
    return TemplateResponse(request, "federation/motion.html", context, status=409 if refusal else 422 if form else 200)


def _carried(found: Proposal, collective: Collective) -> list[Collective]:
    """The co-ops whose voice ours carries on this motion."""
    item = Item.objects.filter(proposal=found).select_related("meeting").first()
    return list(Collective.objects.filter(pk__in=carried_by(collective.pk, item))) if item else []
