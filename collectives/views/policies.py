"""The common rules: read-only, each with the decision that set it, and the way to change it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives.access import allows, membership_of, needs
from collectives.assembly import rule_rows, vote_ends_at, voters
from collectives.forms.proposals import EmergencyForm, FoundingForm, RuleChangeForm
from collectives.models import Collective, Policy
from collectives.policies import POLICIES, Rule, policy_value
from collectives.refusals import Refusal
from collectives.services import found_policies
from collectives.services.emergency import SWITCHES, change_in_emergency
from collectives.views.shared import actor, form_page, here
from coopdelivery.decisions import services as decisions
from coopdelivery.kit.words import clock, day


@require_safe
@needs("policies.view")
def policies(request: HttpRequest) -> HttpResponseBase:
    return _page(request, FoundingForm(today=here(request).today(), initial={"founded_on": here(request).today()}))


@require_POST
@needs("collective.edit")
def policies_found(request: HttpRequest) -> HttpResponseBase:
    """Write down that the founding assembly took the rules as they stand."""
    collective = here(request)
    form = FoundingForm(request.POST, today=collective.today())
    if not form.is_valid():
        return _page(request, form)
    roll = [row.person_id for row in voters(form.cleaned_data["founded_on"])]
    try:
        decision = found_policies(collective=collective, by=actor(request), on=form.cleaned_data["founded_on"], roll=roll)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Written down as decision %(number)s.") % {"number": decision.number})
    return redirect("collectives:policies", collective=collective.slug)


def _page(request: HttpRequest, form: FoundingForm) -> TemplateResponse:
    rows = rule_rows(here(request))
    context: dict[str, Any] = {
        "rows": rows,
        "may_found": allows(membership_of(request), "collective.edit") and not any(row.policy or row.coming for row in rows),
        "form": form,
    }
    return TemplateResponse(request, "collectives/policies.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("proposals.open")
def policy_propose(request: HttpRequest, key: str) -> HttpResponseBase:
    collective, rule = here(request), POLICIES.get(key)
    if rule is None:
        raise Http404
    current = policy_value(key)
    form = RuleChangeForm(request.POST or None, rule=rule, current=current, collective=collective)
    if request.method == "POST" and form.is_valid():
        proposal = decisions.open_proposal(
            collective_id=collective.pk,
            title=title_of(rule, form.cleaned_data["value"], collective),
            text=form.cleaned_data["text"],
            roll=[row.person_id for row in voters(collective.today())],
            settles={
                "policy": key,
                "value": form.cleaned_data["value"],
                "before": current,
                "effective_on": form.cleaned_data["effective_on"].isoformat(),
            },
            closes_at=vote_ends_at(form.cleaned_data["closes_on"], collective),
            by=actor(request),
        )
        messages.success(request, _("%(number)s is open for votes.") % {"number": proposal.number})
        return redirect("collectives:proposal", collective=collective.slug, ref=proposal.ref)
    now = rule.in_words(current, collective.currency)
    may_hurry = rule.kind in SWITCHES and allows(membership_of(request), "collective.edit")
    return form_page(request, "collectives/proposal_new.html", form, rule=rule, now=now, may_hurry=may_hurry)


def title_of(rule: Rule, value: object, collective: Collective) -> str:
    """In the collective's own language, whoever proposes."""
    with translation.override(collective.language):
        return f"{rule.label}: {rule.in_words(value, collective.currency)}"[:160]


@require_http_methods(["GET", "HEAD", "POST"])
@needs("collective.edit")
def policy_emergency(request: HttpRequest, key: str) -> HttpResponseBase:
    """What cannot wait for a vote, for 72 hours."""
    collective, rule = here(request), POLICIES.get(key)
    if rule is None or rule.kind not in SWITCHES:
        raise Http404
    current = policy_value(key)
    form = EmergencyForm(request.POST or None, rule=rule, current=current, collective=collective)
    if request.method == "POST" and form.is_valid():
        try:
            row = change_in_emergency(collective=collective, key=key, by=actor(request), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Changed until %(end)s. Then the decided rule holds again.") % {"end": words(row, collective)})
            return redirect("collectives:policies", collective=collective.slug)
    now = rule.in_words(current, collective.currency)
    return form_page(request, "collectives/policy_emergency.html", form, rule=rule, now=now)


def words(row: Policy, collective: Collective) -> str:
    end = timezone.localtime(row.until, collective.zone)
    return f"{day(end)}, {clock(end)}"
