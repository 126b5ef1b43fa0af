"""Hand-overs between co-ops, as the dispatchers of one of them see and do them."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collectives.access import allows, membership_of, needs
from collectives.forms import refuse as refuse_form
from collectives.refusals import Refusal
from collectives.views.shared import actor, form_page, here
from federation.forms.handover import OfferForm, ReasonForm
from federation.handover import answering
from federation.handover.offering import offer
from federation.handover.reading import Shown, handovers_of, rows_of, shown_to, waiting_for
from federation.handover.story import story
from federation.handover.telling import attempts
from federation.models import Handover
from orders.models import Delivery

PAGE_SIZE = 40


@require_safe
@needs("handovers.view")
def handovers(request: HttpRequest) -> HttpResponseBase:
    """Given and received, the newest first; offers that wait are counted on top."""
    coop = here(request)
    page = Paginator(handovers_of(coop), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": rows_of(list(page.object_list), coop), "waiting": waiting_for(coop)}
    return TemplateResponse(request, "federation/handovers.html", context)


@require_safe
@needs("handovers.view")
def handover(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    return _page(request, _shown(request, ref))


@needs("handovers.offer")
def handover_new(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """The form of an offer, for one delivery of this co-op."""
    delivery = get_object_or_404(Delivery.objects.select_related("collective", "order", "partner").prefetch_related("stops"), ref=ref)
    form = OfferForm(request.POST if request.method == "POST" else None, delivery=delivery)
    if request.method == "POST" and form.is_valid():
        try:
            with attempts(subject=delivery.ref, collective_id=delivery.collective_id, act="offer", by=actor(request)):
                made = offer(delivery=delivery, by=actor(request), **form.facts())
        except Refusal as refusal:
            refuse_form(form, refusal)
        else:
            messages.success(request, _("%(co_op)s is asked.") % {"co_op": made.receiver.name})
            return redirect("licence:handover", collective=here(request).slug, ref=made.ref)
    return form_page(request, "federation/handover_new.html", form, delivery=delivery)


@require_POST
@needs("handovers.answer")
def handover_accept(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    shown = _shown(request, ref, gives=False)
    act = lambda: answering.accept(handover=shown.handover, by=actor(request))  # noqa: E731  said once, pressed below
    return _pressed(request, shown, "accept", act, _("Accepted: it is among your deliveries now."))


@require_POST
@needs("handovers.answer")
def handover_refuse(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    shown = _shown(request, ref, gives=False)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form=form, status=422)
    act = lambda: answering.refuse(handover=shown.handover, reason=form.cleaned_data["reason"], by=actor(request))  # noqa: E731
    return _pressed(request, shown, "refuse", act, _("Refused. The other co-op was told."))


@require_POST
@needs("handovers.answer")
def handover_return(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    shown = _shown(request, ref, gives=False)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form=form, status=422)
    act = lambda: answering.give_back(handover=shown.handover, reason=form.cleaned_data["reason"], by=actor(request))  # noqa: E731
    return _pressed(request, shown, "return", act, _("Given back. Your own delivery is cancelled, and nothing is billed."))


@require_POST
@needs("handovers.offer")
def handover_withdraw(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    shown = _shown(request, ref, gives=True)
    act = lambda: answering.withdraw(handover=shown.handover, by=actor(request))  # noqa: E731
    return _pressed(request, shown, "withdraw", act, _("Withdrawn. It is yours to give again."))


def _shown(request: HttpRequest, ref: uuid.UUID, *, gives: bool | None = None) -> Shown:
    """404 for what is not this co-op's, or not its side to press."""
    found = shown_to(here(request), ref)
    if found is None or (gives is not None and found.gives != gives):
        raise Http404
    return found


def _pressed(request: HttpRequest, shown: Shown, act: str, do: Callable[[], Handover], said: str) -> HttpResponseBase:
    """A button; a refusal is said on the page as it is now, with 409, and stands in the journal."""
    ref = shown.handover.ref
    try:
        with attempts(subject=ref, collective_id=here(request).pk, act=act, by=actor(request)):
            do()
    except Refusal as refusal:
        return _page(request, _shown(request, ref), refusal=str(refusal), status=409)
    messages.success(request, said)
    return redirect("licence:handover", collective=here(request).slug, ref=ref)


def _page(request: HttpRequest, shown: Shown, *, form: ReasonForm | None = None, refusal: str = "", status: int = 200) -> HttpResponseBase:
    context = {
        "shown": shown,
        "handover": shown.handover,
        "form": form or ReasonForm(),
        "refusal": refusal,
        "story": story(shown.handover, here(request)),
        "may_answer": allows(membership_of(request), "handovers.answer") and shown.may_answer,
    }
    return TemplateResponse(request, "federation/handover.html", context, status=status)
