"""Group purchases as officers see them: opened, run step by step, and paid."""

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
from federation.forms.purchasing import PaidOnForm, PurchaseForm
from federation.models import GroupPurchase, Share
from federation.purchasing.intents import open_purchase
from federation.purchasing.reading import all_purchases, page_of, purchases
from federation.purchasing.settling import note_share_paid
from federation.views.purchase_steps import Taken, said_of, shown_steps, take_step
from federation.views.shared import actor, page


@require_safe
@federation_needs("purchases.manage")
def purchase_list(request: HttpRequest) -> HttpResponseBase:
    return _list(request, PurchaseForm())


@require_POST
@federation_needs("purchases.manage")
def purchase_open(request: HttpRequest) -> HttpResponseBase:
    form = PurchaseForm(request.POST)
    if form.is_valid():
        try:
            opened = open_purchase(by=actor(request), **form.facts())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The co-ops are asked: %(title)s.") % {"title": opened.title})
            return redirect("federation:purchase", ref=opened.ref)
    return _list(request, form, status=422)


@require_safe
@federation_needs("purchases.manage")
def purchase(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    return _one(request, get_object_or_404(all_purchases(), ref=ref))


@require_POST
@federation_needs("purchases.manage")
def purchase_step(request: HttpRequest, ref: uuid.UUID, step: str) -> HttpResponseBase:
    found = get_object_or_404(all_purchases(), ref=ref)
    taken = take_step(found, step, request.POST, timezone.localdate(), actor(request))
    if taken.status == 302:
        messages.success(request, _("Done."))
        return redirect("federation:purchase", ref=found.ref)
    return _one(request, found, step=(step, taken))


@require_POST
@federation_needs("purchases.manage")
def purchase_share_paid(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    share = get_object_or_404(Share.objects.select_related("bill__purchase__opened_by", "collective"), ref=ref)
    found, form = share.bill.purchase, PaidOnForm(request.POST)
    if not form.is_valid():
        return _one(request, found, refusal=" ".join(str(error) for error in form.errors.get("on", ())), status=422)
    try:
        note_share_paid(share=share, on=form.cleaned_data["on"], by=actor(request))
    except Refusal as refusal:
        return _one(request, found, refusal=str(refusal), status=409)
    messages.success(request, _("Noted: %(amount)s.") % {"amount": share.amount})
    return redirect("federation:purchase", ref=found.ref)


def _list(request: HttpRequest, form: PurchaseForm, *, status: int = 200) -> HttpResponseBase:
    return page(request, "federation/purchases.html", {"rows": purchases(), "form": form}, current="purchases", status=status)


def _one(
    request: HttpRequest, found: GroupPurchase, *, step: tuple[str, Taken] | None = None, refusal: str = "", status: int = 200
) -> HttpResponseBase:
    today = timezone.localdate()
    found.refresh_from_db()
    shown = page_of(found, today)
    steps = shown_steps(shown, today, officer=True, taken={step[0]: step[1].form} if step else None)
    if step:
        refusal, status = said_of(step[1], steps), step[1].status
    context = {"shown": shown, "steps": steps, "refusal": refusal, "today": today}
    return page(request, "federation/purchase.html", context, current="purchases", status=status)
