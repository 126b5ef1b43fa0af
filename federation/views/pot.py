"""The common pot as every worker of a co-op reads it: follow a euro from a contribution to an expense, and back. Groups work here too."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collectives.access import needs
from collectives.forms import refuse
from collectives.refusals import Refusal
from collectives.views.shared import actor, here
from federation.forms.groups import DeliverableForm, ExpenseForm
from federation.groups import members, spending
from federation.groups.pot import contributions, endowed_from, expenses, group_rows, pots, sources_of, spent_from
from federation.groups.reading import page_of
from federation.models import Deliverable, Expense
from federation.views.groups import known
from federation.views.shared import download


@require_safe
@needs("pot.view")
def pot(request: HttpRequest) -> HttpResponseBase:
    rows = contributions().reverse()[:100]
    return TemplateResponse(request, "federation/pot.html", {"pots": pots(), "rows": group_rows(), "contributions": rows})


@require_safe
@needs("pot.view")
def contribution(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(contributions(), ref=ref)
    return TemplateResponse(
        request, "federation/contribution.html", {"payment": found, "spent": spent_from(found), "endowed": endowed_from(found)}
    )


@require_safe
@needs("pot.view")
def expense(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(expenses(), ref=ref)
    return TemplateResponse(request, "federation/expense.html", {"expense": found, "sources": sources_of(found)})


@require_safe
@needs("pot.view")
def receipt(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(Expense, ref=ref)
    return download(found.receipt, found.media_type, found.title)


@require_safe
@needs("pot.view")
def group(request: HttpRequest, group: str) -> HttpResponseBase:
    return _one(request, known(group))


@require_POST
@needs("groups.work")
def expense_ask(request: HttpRequest, group: str) -> HttpResponseBase:
    shown = page_of(known(group), actor(request))
    form = ExpenseForm(request.POST, request.FILES, currency=shown.row.paid.currency)
    return _taken(
        request,
        group,
        form,
        lambda: spending.ask(group=group, by=actor(request), **form.facts()),
        _("Written down. Two others sign it."),
        "expense_form",
    )


@require_POST
@needs("groups.work")
def deliverable_add(request: HttpRequest, group: str) -> HttpResponseBase:
    form = DeliverableForm(request.POST)
    said = _("Promised.")
    return _taken(
        request, known(group), form, lambda: members.promise(group=group, by=actor(request), **form.cleaned_data), said, "promise_form"
    )


@require_POST
@needs("groups.work")
def deliverable_done(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(Deliverable.objects.select_related("mandate"), ref=ref)
    return _pressed(request, found.mandate.group, lambda: members.deliver(deliverable=found, by=actor(request)), _("Delivered."))


@require_POST
@needs("groups.work")
def expense_sign(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(expenses(), ref=ref)
    return _pressed(request, found.mandate.group, lambda: spending.sign(expense=found, by=actor(request)), _("Signed."))


@require_POST
@needs("groups.work")
def expense_withdraw(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(expenses(), ref=ref)
    said = _("Withdrawn: the budget is free again.")
    return _pressed(request, found.mandate.group, lambda: spending.withdraw(expense=found, by=actor(request)), said)


def _pressed(request: HttpRequest, group: str, act: Callable[[], object], said: str) -> HttpResponseBase:
    try:
        act()
    except Refusal as refusal:
        return _one(request, group, refusal=str(refusal), status=409)
    messages.success(request, said)
    return redirect("licence:group", collective=here(request).slug, group=group)


def _taken(request: HttpRequest, group: str, form: Any, act: Callable[[], object], said: str, name: str) -> HttpResponseBase:
    if form.is_valid():
        try:
            act()
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, said)
            return redirect("licence:group", collective=here(request).slug, group=group)
    return _one(request, group, status=422, **{name: form})


def _one(request: HttpRequest, group: str, *, refusal: str = "", status: int = 200, **forms: Any) -> HttpResponseBase:
    shown = page_of(group, actor(request))
    may_spend = shown.is_member and shown.row.mandate is not None
    context = {
        "shown": shown,
        "refusal": refusal,
        "expense_form": forms.get("expense_form") or (ExpenseForm(currency=shown.row.paid.currency) if may_spend else None),
        "promise_form": forms.get("promise_form") or (DeliverableForm(prefix=None) if may_spend else None),
    }
    return TemplateResponse(request, "federation/own_group.html", context, status=status)
