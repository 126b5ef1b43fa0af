"""Dues as officers see them: what the assembly decided, who was called for how much, what is open."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives.forms import refuse
from collectives.models import Collective, Standing
from collectives.refusals import Refusal
from federation import services as federation
from federation.access import federation_needs
from federation.assembly.resolutions import ends_at
from federation.dues import services
from federation.dues.reading import accounts_of, all_terms, statement_of, statements
from federation.forms.dues import PaymentForm, ReliefForm, TermsForm
from federation.models import FiledAccounts
from federation.policies.rules import BY_KEY, in_force, value_of
from federation.views.shared import actor, page


def _payers() -> QuerySet[Collective]:
    return Collective.objects.exclude(standing=Standing.APPLICANT).order_by("name")


@require_safe
@federation_needs("register.view")
def dues(request: HttpRequest) -> HttpResponseBase:
    rows = statements(_payers())
    waiting = FiledAccounts.objects.filter(confirmed_by=None).select_related("collective", "filed_by").order_by("filed_at")
    month = timezone.localdate().replace(day=1)
    return page(request, "federation/dues.html", {"rows": rows, "terms": all_terms(), "waiting": waiting, "month": month}, current="dues")


@require_POST
@federation_needs("dues.manage")
def call_now(request: HttpRequest) -> HttpResponseBase:
    services.ask_for_calls(first=timezone.localdate().replace(day=1), by=actor(request))
    messages.success(request, _("The calls of this month are being made. Who was called already is not called again."))
    return redirect("federation:dues")


@require_http_methods(["GET", "HEAD", "POST"])
@federation_needs("register.admit")
def terms_new(request: HttpRequest) -> HttpResponseBase:
    form = TermsForm(request.POST or None, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        title = _("Dues of co-ops that are %(standing)s: %(percent)s %% of value added") % {
            "standing": dict(form.fields["standing"].choices)[form.cleaned_data["standing"]],  # type: ignore[attr-defined]  # a ChoiceField
            "percent": form.cleaned_data["percent"].normalize(),
        }
        try:
            opened = federation.open_resolution(
                title=str(title)[:160],
                text=form.cleaned_data["text"],
                closes_at=ends_at(form.cleaned_data["closes_on"]),
                by=actor(request),
                settles={"dues": form.settles()},
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("%(number)s is open for votes.") % {"number": opened.number})
            return redirect("federation:resolution", ref=opened.ref)
    return page(request, "federation/dues_terms_new.html", {"form": form}, current="dues", status=422 if form.errors else 200)


@require_safe
@federation_needs("register.view")
def dues_of_one(request: HttpRequest, slug: str) -> HttpResponseBase:
    return _one(request, get_object_or_404(_payers(), slug=slug))


@require_POST
@federation_needs("dues.manage")
def payment_note(request: HttpRequest, slug: str) -> HttpResponseBase:
    collective = get_object_or_404(_payers(), slug=slug)
    form = PaymentForm(request.POST, collective=collective)

    def note() -> str:
        told = form.cleaned_data
        facts = {"on": told["on"], "note": told["note"], "key": told["key"]}
        services.note_payment(collective=collective, amount=form.money(), by=actor(request), **facts)
        return _("Noted: %(amount)s.") % {"amount": form.money()}

    return _taken(request, collective, form, note, "payment")


@require_POST
@federation_needs("register.admit")
def relief_new(request: HttpRequest, slug: str) -> HttpResponseBase:
    collective = get_object_or_404(_payers(), slug=slug)
    form = ReliefForm(request.POST, collective=collective)

    def propose() -> str:
        services.check_relief(collective, form.money(), parts=form.cleaned_data["parts"])
        told = {"collective_id": collective.pk, "currency": collective.currency, "cents": form.money().cents}
        parts = form.cleaned_data["parts"]
        words = _("Let %(name)s pay %(amount)s in %(parts)s months") if parts else _("Let %(name)s off %(amount)s of its dues")
        opened = federation.open_resolution(
            title=str(words % {"name": collective.name, "amount": form.money(), "parts": parts})[:160],
            text=form.cleaned_data["text"],
            closes_at=ends_at(form.cleaned_data["closes_on"]),
            by=actor(request),
            settles={"dues": {**told, "parts": parts}},
        )
        return _("%(number)s is open for votes.") % {"number": opened.number}

    return _taken(request, collective, form, propose, "relief")


@require_POST
@federation_needs("dues.manage")
def accounts_confirm(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(FiledAccounts.objects.select_related("collective"), ref=ref)
    try:
        services.confirm_accounts(accounts=found, by=actor(request))
    except Refusal as refusal:
        return _one(request, found.collective, refusal=str(refusal))
    messages.success(request, _("The accounts of %(year)s are confirmed, and the year is trued up.") % {"year": found.year})
    return redirect("federation:dues_of_one", slug=found.collective.slug)


def _taken(request: HttpRequest, collective: Collective, form: Any, work: Callable[[], str], name: str) -> HttpResponseBase:
    if form.is_valid():
        try:
            messages.success(request, work())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("federation:dues_of_one", slug=collective.slug)
    return _one(request, collective, **{name: form})


def _one(request: HttpRequest, collective: Collective, *, refusal: str = "", **forms: Any) -> HttpResponseBase:
    context = {
        "statement": statement_of(collective),
        "accounts": accounts_of(collective),
        "payment": forms.get("payment") or PaymentForm(collective=collective),
        "relief": forms.get("relief") or ReliefForm(collective=collective),
        "refusal": refusal,
        "waiver": BY_KEY["waiver"].in_words(value_of("waiver")),
        "waived_by": in_force().get("waiver"),
    }
    status = 409 if refusal else 422 if any(form.errors for form in forms.values()) else 200
    return page(request, "federation/dues_of_one.html", context, current="dues", status=status)
