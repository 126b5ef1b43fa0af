"""Framework contracts as the people of a co-op see them: what it applies for, and why lots were allotted as they were."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collectives.access import allows, membership_of, needs
from collectives.forms import refuse
from collectives.refusals import Refusal
from collectives.views.shared import actor, here
from federation.contracts import calls, reading
from federation.forms.contracts import ContractForm
from federation.models import FrameworkContract
from federation.views.contract_acts import ANSWER, RUN, Actor, Done, do, offered, said_of, to_answer, to_decide, to_run


@require_safe
@needs("contracts.view")
def contract_list(request: HttpRequest) -> HttpResponseBase:
    return _list(request)


@require_POST
@needs("groups.work")
def contract_prepare(request: HttpRequest) -> HttpResponseBase:
    form = ContractForm(request.POST)
    if form.is_valid():
        try:
            made = calls.prepare(by=actor(request), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("Add its lots, then ask the co-ops."))
            return redirect("licence:contract", collective=here(request).slug, ref=made.ref)
    return _list(request, form, status=422)


@require_safe
@needs("contracts.view")
def contract(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    rows = reading.contracts() if calls.may_run(actor(request)) else reading.published()
    return _one(request, get_object_or_404(rows, ref=ref))


@require_POST
@needs("groups.work")
def contract_act(request: HttpRequest, act: str, ref: uuid.UUID) -> HttpResponseBase:
    return _answered(request, do(RUN, act, ref, request.POST, Actor(actor(request))))


@require_POST
@needs("contracts.answer")
def contract_answer(request: HttpRequest, act: str, ref: uuid.UUID) -> HttpResponseBase:
    return _answered(request, do(ANSWER, act, ref, request.POST, Actor(actor(request), here(request))))


def _answered(request: HttpRequest, done: Done) -> HttpResponseBase:
    if done.status == 302:
        messages.success(request, done.said)
        return redirect("licence:contract", collective=here(request).slug, ref=done.contract.ref)
    return _one(request, done.contract, done)


def _list(request: HttpRequest, form: ContractForm | None = None, *, status: int = 200) -> HttpResponseBase:
    may_run = calls.may_run(actor(request))
    rows = (reading.contracts() if may_run else reading.published())[:100]
    context = {"rows": rows, "form": form or (ContractForm() if may_run else None)}
    return TemplateResponse(request, "federation/own_contracts.html", context, status=status)


def _one(request: HttpRequest, found: FrameworkContract, done: Done | None = None) -> HttpResponseBase:
    collective, may_run = here(request), calls.may_run(actor(request))
    may_answer = allows(membership_of(request), "contracts.answer")
    found.refresh_from_db()
    if found.state == FrameworkContract.State.DRAFT and not may_run:
        raise Http404
    shown = reading.page_of(found, timezone.localdate(), collective)
    steps = offered(RUN, to_run(shown), done) if may_run else []
    lots = [
        (
            row,
            offered(RUN, to_decide(shown, row), done) if may_run else [],
            offered(ANSWER, to_answer(shown, row, collective), done) if may_answer else [],
        )
        for row in shown.lots
    ]
    asked = [*steps, *(each for _row, runs, answers in lots for each in (*runs, *answers))]
    context = {"shown": shown, "steps": steps, "lots": lots, "may_run": may_run, "refusal": said_of(done, asked) if done else ""}
    return TemplateResponse(request, "federation/own_contract.html", context, status=done.status if done else 200)
