"""Group purchases as the people of a co-op see them: what it wants, what it hands over, what it pays. The group's members run them here."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collectives.access import allows, membership_of, needs
from collectives.forms import refuse
from collectives.models import Collective
from collectives.refusals import Refusal
from collectives.views.shared import actor, here
from federation.forms.purchasing import PurchaseForm, UnitsForm
from federation.models import GroupPurchase
from federation.purchasing import intents
from federation.purchasing.reading import PurchasePage, all_purchases, expected, open_shares, page_of, purchases
from federation.views.purchase_steps import Taken, said_of, shown_steps, take_step


@require_safe
@needs("purchases.view")
def purchase_list(request: HttpRequest) -> HttpResponseBase:
    return _list(request)


@require_POST
@needs("groups.work")
def purchase_open(request: HttpRequest) -> HttpResponseBase:
    form = PurchaseForm(request.POST)
    if form.is_valid():
        try:
            opened = intents.open_purchase(by=actor(request), **form.facts())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The co-ops are asked: %(title)s.") % {"title": opened.title})
            return redirect("licence:purchase", collective=here(request).slug, ref=opened.ref)
    return _list(request, form, status=422)


@require_safe
@needs("purchases.view")
def purchase(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    return _one(request, get_object_or_404(all_purchases(), ref=ref))


@require_POST
@needs("purchases.join")
def purchase_intend(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    return _units(request, ref, "intend", intents.state_intent, _("Noted. You may change it until the closing day."))


@require_POST
@needs("purchases.join")
def purchase_offer(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    return _units(request, ref, "offer", intents.offer, _("Noted. They stay yours until another co-op takes them."))


@require_POST
@needs("purchases.join")
def purchase_take(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    return _units(request, ref, "take", intents.take_over, _("They are yours, with their part of the cost."))


@require_POST
@needs("groups.work")
def purchase_step(request: HttpRequest, ref: uuid.UUID, step: str) -> HttpResponseBase:
    found = get_object_or_404(all_purchases(), ref=ref)
    taken = take_step(found, step, request.POST, timezone.localdate(), actor(request))
    if taken.status == 302:
        messages.success(request, _("Done."))
        return redirect("licence:purchase", collective=here(request).slug, ref=found.ref)
    return _one(request, found, step=(step, taken))


def _units(request: HttpRequest, ref: uuid.UUID, name: str, act: Callable[..., None], said: str) -> HttpResponseBase:
    found = get_object_or_404(all_purchases(), ref=ref)
    form, refused = _form(name, request.POST), ""
    if form.is_valid():
        try:
            act(purchase=found, collective=here(request), units=form.cleaned_data["units"], by=actor(request))
        except Refusal as refusal:
            refused = str(refusal)
        else:
            messages.success(request, said)
            return redirect("licence:purchase", collective=here(request).slug, ref=found.ref)
    return _one(request, found, forms={name: form}, refusal=refused, status=409 if refused else 422)


def _form(name: str, data: Any = None, units: int | None = None) -> UnitsForm:
    words = {
        "intend": (_("Units for our co-op"), _("0 withdraws."), 0),
        "offer": (_("Units we would give away"), _("0 keeps them all."), 0),
        "take": (_("Units we take over"), "", 1),
    }
    label, hint, least = words[name]
    return UnitsForm(data, label=label, help_text=hint, least=least, auto_id=f"{name}-%s", initial={"units": units})


def _list(request: HttpRequest, form: PurchaseForm | None = None, *, status: int = 200) -> HttpResponseBase:
    collective = here(request)
    context = {
        "rows": purchases(collective),
        "owed": open_shares(collective),
        "form": form or (PurchaseForm(initial={"currency": collective.currency}) if intents.may_run(actor(request)) else None),
    }
    return TemplateResponse(request, "federation/own_purchases.html", context, status=status)


def _one(
    request: HttpRequest,
    found: GroupPurchase,
    *,
    step: tuple[str, Taken] | None = None,
    forms: dict[str, UnitsForm] | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponseBase:
    collective, today = here(request), timezone.localdate()
    found.refresh_from_db()
    shown = page_of(found, today)
    mine = shown.row_of(collective)
    kept = {step[0]: step[1].form} if step else None
    steps = shown_steps(shown, today, officer=False, taken=kept) if intents.may_run(actor(request)) else []
    if step:
        refusal, status = said_of(step[1], steps), step[1].status
    context = {
        "shown": shown,
        "mine": mine,
        "expected": expected(found, mine.intent.units) if mine else None,
        "asked": _asked(request, shown, forms or {}),
        "steps": steps,
        "refusal": refusal,
    }
    return TemplateResponse(request, "federation/own_purchase.html", context, status=status)


def _asked(request: HttpRequest, shown: PurchasePage, kept: dict[str, UnitsForm]) -> dict[str, UnitsForm]:
    """What the office is asked now: an intent; later what to give away or take over."""
    collective: Collective = here(request)
    purchase, mine = shown.purchase, shown.row_of(collective)
    if not allows(membership_of(request), "purchases.join") or collective.currency != purchase.currency:
        return {}
    units = {}
    if purchase.takes_intents(shown.today):
        units["intend"] = mine.intent.units if mine else None
    if purchase.state in intents.HANDED_OVER and mine:
        units["offer"] = mine.intent.offered
    if purchase.state in intents.HANDED_OVER and shown.offered_to(collective):
        units["take"] = None
    return {name: kept.get(name) or _form(name, units=start) for name, start in units.items()}
