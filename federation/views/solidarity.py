"""The solidarity fund as officers see it: put in by resolutions, paid out when the others agreed, repaid."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collectives.forms import refuse
from collectives.refusals import Refusal
from federation import services as federation
from federation.access import federation_needs
from federation.assembly.resolutions import ends_at
from federation.forms.dues import money_of
from federation.forms.solidarity import EndowForm, RepaidForm
from federation.models import AidRequest
from federation.solidarity import fund
from federation.solidarity.loans import next_part
from federation.solidarity.requests import report, requests
from federation.views.shared import actor, page


@require_safe
@federation_needs("solidarity.manage")
def solidarity(request: HttpRequest) -> HttpResponseBase:
    return _page(request)


@require_POST
@federation_needs("solidarity.manage")
def endow(request: HttpRequest) -> HttpResponseBase:
    form = EndowForm(request.POST)
    if form.is_valid():
        told = form.settles()
        words = {"amount": money_of(form.cleaned_data["amount"], told["currency"])}
        title = _("%(amount)s from the pot into the solidarity fund") % words
        try:
            opened = federation.open_resolution(
                title=title[:160],
                text=form.cleaned_data["text"],
                closes_at=ends_at(form.cleaned_data["closes_on"]),
                by=actor(request),
                settles={"endow": told},
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("%(number)s is open for votes.") % {"number": opened.number})
            return redirect("federation:resolution", ref=opened.ref)
    return _page(request, form=form, status=422)


@require_POST
@federation_needs("solidarity.manage")
def aid_pay(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(requests(), ref=ref)
    return _pressed(request, lambda: fund.pay_out(request=found, on=timezone.localdate(), by=actor(request)), _("Paid out."))


@require_POST
@federation_needs("solidarity.manage")
def aid_repaid(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(requests(), ref=ref)
    form = RepaidForm(request.POST)
    if not form.is_valid():
        return _page(request, refusal=" ".join(str(error) for errors in form.errors.values() for error in errors), status=422)
    facts = {"on": timezone.localdate(), "key": form.cleaned_data["key"], "by": actor(request)}
    amount = money_of(form.cleaned_data["amount"], found.currency)
    return _pressed(
        request, lambda: fund.note_repayment(request=found, amount=amount, **facts), _("Noted: %(amount)s.") % {"amount": amount}
    )


def _pressed(request: HttpRequest, act: Callable[[], object], said: str) -> HttpResponseBase:
    try:
        act()
    except Refusal as refusal:
        return _page(request, refusal=str(refusal), status=409)
    messages.success(request, said)
    return redirect("federation:solidarity")


def _page(request: HttpRequest, *, form: EndowForm | None = None, refusal: str = "", status: int = 200) -> HttpResponseBase:
    rows = [(row, fund.outstanding(row), next_part(row), _repaid_form(row)) for row in requests()[:100]]
    context: dict[str, Any] = {
        "funds": fund.funds(),
        "rows": rows,
        "report": report(),
        "form": form or EndowForm(),
        "refusal": refusal,
    }
    return page(request, "federation/solidarity.html", context, current="solidarity", status=status)


def _repaid_form(row: AidRequest) -> RepaidForm | None:
    return RepaidForm(auto_id=f"{row.ref}-%s") if fund.outstanding(row) else None
