"""The solidarity fund as the people of a co-op see it: what it did, and what their own co-op asked for."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collectives.access import allows, membership_of, needs
from collectives.forms import refuse
from collectives.refusals import Refusal
from collectives.views.shared import actor, here
from federation.assembly.resolutions import ends_at
from federation.forms.solidarity import AidForm
from federation.solidarity import fund
from federation.solidarity.loans import next_part
from federation.solidarity.requests import ask, report, requests


@require_safe
@needs("solidarity.view")
def solidarity(request: HttpRequest) -> HttpResponseBase:
    return _page(request)


@require_POST
@needs("solidarity.ask")
def aid_ask(request: HttpRequest) -> HttpResponseBase:
    form = AidForm(request.POST, collective=here(request))
    if form.is_valid():
        closes_at = ends_at(form.cleaned_data["closes_on"])
        try:
            asked = ask(collective=here(request), closes_at=closes_at, by=actor(request), **form.facts())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The other co-ops vote on it: %(number)s.") % {"number": asked.resolution.number})
            return redirect("licence:solidarity", collective=here(request).slug)
    return _page(request, form, status=422)


def _page(request: HttpRequest, form: AidForm | None = None, *, status: int = 200) -> HttpResponseBase:
    may_ask = allows(membership_of(request), "solidarity.ask")
    mine = [(row, fund.outstanding(row), next_part(row)) for row in requests().filter(collective=here(request))]
    context = {
        "funds": fund.funds(),
        "mine": mine,
        "report": report(),
        "form": form or (AidForm(collective=here(request)) if may_ask else None),
    }
    return TemplateResponse(request, "federation/own_solidarity.html", context, status=status)
