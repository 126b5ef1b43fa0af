"""Decisions: proposed, voted, counted."""

import re
import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives.access import allows, membership_of, needs
from collectives.assembly import colleges_of, counted, proposals_of, roll_of, vote_ends_at, voters
from collectives.forms import refuse
from collectives.forms.proposals import BallotForm, ProposalForm, RoundForm
from collectives.meetings import assemblies_of
from collectives.models import Collective
from collectives.policies import POLICIES, RULES
from collectives.refusals import EmptyCollege
from collectives.views.shared import actor, form_page, here
from collectives.votes import carried, cast_vote
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Ballot, Meeting, Proposal
from coopdelivery.decisions.refusals import Refusal
from coopdelivery.decisions.secret import is_secret, published
from coopdelivery.decisions.tally import Rule

MOST_SHOWN = 200
MOST_MEETINGS = 20
SEAT = re.compile(r"[0-9]{1,18}", re.ASCII)
MANNERS = {"secret": Rule(secret=True), "consent": Rule(consent=True)}


@require_safe
@needs("proposals.view")
def proposals(request: HttpRequest) -> HttpResponseBase:
    rows = counted(proposals_of(here(request))[:MOST_SHOWN])
    runs = allows(membership_of(request), "assemblies.run")
    meetings = assemblies_of(here(request))
    context = {
        "open": [row for row in rows if row.proposal.is_open],
        "decided": [row for row in rows if not row.proposal.is_open],
        "meetings": list((meetings if runs else meetings.exclude(state=Meeting.State.DRAFT))[:MOST_MEETINGS]),
        "runs": runs,
    }
    return TemplateResponse(request, "collectives/proposals.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("proposals.open")
def proposal_new(request: HttpRequest) -> HttpResponseBase:
    collective = here(request)
    form = ProposalForm(request.POST or None, today=collective.today())
    if request.method == "POST" and form.is_valid():
        voting, manner = voters(collective.today()), form.cleaned_data["manner"]
        try:
            rule = Rule(colleges=colleges_of(voting)) if manner == "colleges" else MANNERS.get(manner)
        except EmptyCollege as refusal:
            refuse(form, refusal)
            return form_page(request, "collectives/proposal_new.html", form)
        proposal = decisions.open_proposal(
            collective_id=collective.pk,
            title=form.cleaned_data["title"],
            text=form.cleaned_data["text"],
            roll=[row.person_id for row in voting],
            closes_at=vote_ends_at(form.cleaned_data["closes_on"], collective),
            by=actor(request),
            rule=rule,
        )
        messages.success(request, _("%(number)s is open for votes.") % {"number": proposal.number})
        return redirect("collectives:proposal", collective=collective.slug, ref=proposal.ref)
    return form_page(request, "collectives/proposal_new.html", form)


@require_safe
@needs("proposals.view")
def proposal(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = _of_here(request, ref)
    mine = Ballot.objects.filter(proposal=found, seat=actor(request).pk).first()
    return _page(request, found, BallotForm(initial={"choice": mine.choice, "reason": mine.reason} if mine else None))


@require_POST
@needs("proposals.vote")
def proposal_vote(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = _of_here(request, ref)
    form = BallotForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    whose = request.POST.get("voice_of", "")
    try:
        cast = cast_vote(proposal=found, by=actor(request), seat=int(whose) if SEAT.fullmatch(whose) else None, **form.cleaned_data)
    except Refusal as refusal:
        return _refused(request, found, refusal)
    if cast.code:
        return _told_once(request, found, cast.code)
    messages.success(request, _("Your vote is counted. You may change it until the end."))
    return redirect("collectives:proposal", collective=here(request).slug, ref=found.ref)


def _told_once(request: HttpRequest, found: Proposal, code: str) -> HttpResponseBase:
    """The code is shown in this one answer: no redirect, no message, so that no session keeps it."""
    response = _page(request, found, BallotForm(), code=code)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@needs("proposals.open")
def proposal_round(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """The next round of a consent process."""
    found, collective = _of_here(request, ref), here(request)
    form = RoundForm(request.POST, today=collective.today())
    if not form.is_valid():
        return _page(request, found, BallotForm(), round_form=form)
    try:
        opened = decisions.next_round(
            proposal=found,
            text=form.cleaned_data["text"],
            closes_at=vote_ends_at(form.cleaned_data["closes_on"], collective),
            by=actor(request),
        )
    except Refusal as refusal:
        return _refused(request, found, refusal)
    messages.success(request, _("%(number)s is open for votes.") % {"number": opened.number})
    return redirect("collectives:proposal", collective=collective.slug, ref=opened.ref)


@require_POST
@needs("proposals.vote")
def proposal_close(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = _of_here(request, ref)
    try:
        decisions.close(proposal=found, by=actor(request))
    except Refusal as refusal:
        return _refused(request, found, refusal)
    words = _("%(number)s has passed.") if found.state == Proposal.State.PASSED else _("%(number)s is rejected.")
    messages.success(request, words % {"number": found.number})
    return redirect("collectives:proposal", collective=here(request).slug, ref=found.ref)


@require_POST
@needs("proposals.open")
def proposal_withdraw(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = _of_here(request, ref)
    try:
        decisions.withdraw(proposal=found, by=actor(request))
    except Refusal as refusal:
        return _refused(request, found, refusal)
    messages.success(request, _("%(number)s is withdrawn.") % {"number": found.number})
    return redirect("collectives:proposal", collective=here(request).slug, ref=found.ref)


def _of_here(request: HttpRequest, ref: uuid.UUID) -> Proposal:
    """Proposals are kept on the ground floor, which knows no scope: the collective is asked for here."""
    return get_object_or_404(proposals_of(here(request)), ref=ref)


def _refused(request: HttpRequest, found: Proposal, refusal: Refusal) -> HttpResponseBase:
    found.refresh_from_db()
    return _page(request, found, BallotForm(request.POST if "choice" in request.POST else None), refusal=str(refusal))


def _page(
    request: HttpRequest, found: Proposal, form: BallotForm, *, refusal: str = "", code: str = "", round_form: RoundForm | None = None
) -> TemplateResponse:
    person, row = actor(request), counted([found])[0]
    secret, rule = is_secret(found), decisions.rule_of(found)
    voted = frozenset(found.turnout.values_list("seat", flat=True)) if secret else frozenset()
    voices = carried(found, person) if found.takes_votes() and found.manner == Proposal.Manner.VOTE else {}
    may_vote = (bool(voices) or (person.pk in found.roll and person.pk not in voted)) and allows(membership_of(request), "proposals.vote")
    may_round = (
        rule.consent and found.state == Proposal.State.REJECTED and rule.round < decisions.MOST_ROUNDS and found.opened_by_id == person.pk
    )
    if secret:
        del form.fields["reason"]
    context: dict[str, Any] = {
        "row": row,
        "proposal": found,
        "roll": roll_of(found),
        "form": form if may_vote and found.takes_votes() else None,
        "on_roll": person.pk in found.roll,
        "may_close": found.is_open and (not found.takes_votes() or row.tally.is_complete),
        "may_withdraw": found.is_open and found.opened_by_id == person.pk,
        "change": change_of(found, here(request)),
        "settled": settled_by(found, here(request)),
        "refusal": refusal,
        "rule": rule,
        "voted": voted,
        "carried": voices,
        "own": person.pk not in voted,
        "code": code,
        "published": published(found) if secret else [],
        "round_form": round_form or (RoundForm(today=here(request).today(), initial={"text": found.text}) if may_round else None),
    }
    status = 409 if refusal else 422 if form.errors or (round_form and round_form.errors) else 200
    return TemplateResponse(request, "collectives/proposal.html", context, status=status)


def change_of(found: Proposal, collective: Collective) -> dict[str, Any] | None:
    """What a proposal about one rule would change, in words."""
    settles = found.settles
    rule = POLICIES.get(settles.get("policy", ""))
    if rule is None:
        return None
    return {
        "rule": rule,
        "before": rule.in_words(settles["before"], collective.currency) if "before" in settles else "",
        "after": rule.in_words(settles["value"], collective.currency),
        "effective_on": date.fromisoformat(settles["effective_on"]) if settles.get("effective_on") else None,
    }


def settled_by(found: Proposal, collective: Collective) -> list[tuple[Any, str]]:
    """The rules of a founding assembly, with their values in words."""
    values = found.settles.get("policies", {})
    return [(rule.label, rule.in_words(values[rule.key], collective.currency)) for rule in RULES if rule.key in values]
