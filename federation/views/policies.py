"""The federation's settings: what holds, by which decision, and how to propose another value."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from collectives.forms import refuse
from collectives.refusals import Refusal
from coopdelivery.decisions.models import Proposal
from federation.access import federation_needs
from federation.assembly.resolutions import ends_at, resolutions
from federation.dues.reading import all_terms
from federation.forms.policies import SettingForm, UrgentForm
from federation.policies.rules import BY_KEY, SETTINGS, Setting, coming, in_force
from federation.policies.services import change_in_emergency, propose_setting
from federation.views.shared import actor, page


@require_safe
@federation_needs("register.view")
def policies(request: HttpRequest) -> HttpResponseBase:
    held, next_ones = in_force(), coming()
    asked = {row.settles.get("setting"): row for row in resolutions().filter(state=Proposal.State.OPEN) if "setting" in row.settles}
    rows = [_row(setting, held.get(setting.key), next_ones.get(setting.key), asked.get(setting.key)) for setting in SETTINGS]
    return page(request, "federation/policies.html", {"rows": rows, "terms": all_terms()}, current="assembly")


def _row(setting: Setting, row: Any, later: Any, asked: Proposal | None) -> dict[str, Any]:
    return {
        "setting": setting,
        "value": setting.in_words(row.value if row else setting.default),
        "policy": row,
        "later": later,
        "later_value": setting.in_words(later.value) if later else "",
        "asked": asked,
    }


def _setting(key: str) -> Setting:
    if key not in BY_KEY:
        raise Http404
    return BY_KEY[key]


@require_http_methods(["GET", "HEAD", "POST"])
@federation_needs("register.admit")
def policy_propose(request: HttpRequest, key: str) -> HttpResponseBase:
    setting = _setting(key)
    form = SettingForm(request.POST or None, setting=setting, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        facts = {
            "value": told["value"],
            "text": told["text"],
            "effective_on": told["effective_on"],
            "closes_at": ends_at(told["closes_on"]),
        }
        try:
            opened = propose_setting(key=key, by=actor(request), **facts)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("%(number)s is open for votes.") % {"number": opened.number})
            return redirect("federation:resolution", ref=opened.ref)
    context = {"form": form, "setting": setting, "may_hurry": setting.switch}
    return page(request, "federation/policy.html", context, current="assembly", status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@federation_needs("register.admit")
def policy_urgent(request: HttpRequest, key: str) -> HttpResponseBase:
    setting = _setting(key)
    form = UrgentForm(request.POST or None, setting=setting)
    if request.method == "POST" and form.is_valid():
        try:
            change_in_emergency(key=key, by=actor(request), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("Changed for 72 hours. Then what the members decided holds again."))
            return redirect("federation:policies")
    context = {"form": form, "setting": setting, "urgent": True}
    return page(request, "federation/policy.html", context, current="assembly", status=422 if form.errors else 200)
