"""Framework contracts as officers see them: prepared, put to the co-ops, allotted lot by lot."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collectives.forms import refuse
from collectives.refusals import Refusal
from federation.access import federation_needs
from federation.contracts import calls, reading
from federation.forms.contracts import ContractForm
from federation.models import FrameworkContract
from federation.views.contract_acts import RUN, Actor, Done, do, offered, said_of, to_decide, to_run
from federation.views.shared import actor, page


@require_safe
@federation_needs("contracts.manage")
def contract_list(request: HttpRequest) -> HttpResponseBase:
    return _list(request, ContractForm())


@require_POST
@federation_needs("contracts.manage")
def contract_prepare(request: HttpRequest) -> HttpResponseBase:
    form = ContractForm(request.POST)
    if form.is_valid():
        try:
            made = calls.prepare(by=actor(request), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("Add its lots, then ask the co-ops."))
            return redirect("federation:contract", ref=made.ref)
    return _list(request, form, status=422)


@require_safe
@federation_needs("contracts.manage")
def contract(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    return _one(request, get_object_or_404(reading.contracts(), ref=ref))


@require_POST
@federation_needs("contracts.manage")
def contract_act(request: HttpRequest, act: str, ref: uuid.UUID) -> HttpResponseBase:
    done = do(RUN, act, ref, request.POST, Actor(actor(request)))
    if done.status == 302:
        messages.success(request, done.said)
        return redirect("federation:contract", ref=done.contract.ref)
    return _one(request, done.contract, done)


def _list(request: HttpRequest, form: ContractForm, *, status: int = 200) -> HttpResponseBase:
    context = {"rows": reading.contracts()[:100], "form": form}
    return page(request, "federation/contracts.html", context, current="contracts", status=status)


def _one(request: HttpRequest, found: FrameworkContract, done: Done | None = None) -> HttpResponseBase:
    found.refresh_from_db()
    shown = reading.page_of(found, timezone.localdate())
    steps = offered(RUN, to_run(shown), done)
    lots = [(row, offered(RUN, to_decide(shown, row), done)) for row in shown.lots]
    refusal = said_of(done, [*steps, *(each for _row, asked in lots for each in asked)]) if done else ""
    context = {"shown": shown, "steps": steps, "lots": [(row, asked, ()) for row, asked in lots], "may_run": True, "refusal": refusal}
    return page(request, "federation/contract.html", context, current="contracts", status=done.status if done else 200)
