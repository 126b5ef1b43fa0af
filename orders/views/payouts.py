"""What the shops of the windows are owed: the list, one shop with what it is made of, writing that it was paid."""

from datetime import date
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collectives.access import allows, needs
from orders.forms.payout import PayoutForm
from orders.models import Partner
from orders.refusals import Refused
from orders.views.here import collective_of, member, person
from orders.window.payouts import made_of, owed_to, pay_out, payouts_of, shops_owed, statement_of

UNPROCESSABLE = 422
SHOWN = 24


@require_safe
@needs("books.view")
def shops(request: HttpRequest) -> HttpResponseBase:
    return TemplateResponse(request, "orders/shops_owed.html", {"shops": shops_owed(collective_of(request)), "tab": "shops"})


@require_safe
@needs("books.view")
def shop(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """What is owed and why; `?paid=<number>` shows what one payment was made of."""
    partner = _partner(request, ref)
    first = {"on": collective_of(request).today(), "owed": owed_to(partner).cents, "key": uuid4().hex}
    return _page(request, partner, PayoutForm(initial=first))


@require_POST
@needs("settlements.run")
def shop_paid(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    partner = _partner(request, ref)
    form = PayoutForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        on: date = data["on"]
        try:
            pay_out(
                partner=partner,
                agreed_cents=data["owed"],
                on=on,
                reference=data["reference"],
                by=person(request),
                idempotency_key=data["key"],
            )
        except Refused as refused:
            form = PayoutForm({**{name: form.data.get(name, "") for name in form.fields}, "owed": owed_to(partner).cents})
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("It is written that %(name)s was paid.") % {"name": partner.name})
            return redirect("orders:shop_owed", collective=collective_of(request).slug, ref=ref)
    return _page(request, partner, form, status=UNPROCESSABLE)


def _partner(request: HttpRequest, ref: UUID) -> Partner:
    found = get_object_or_404(Partner, ref=ref, window__isnull=False)
    found.collective = collective_of(request)
    return found


def _page(request: HttpRequest, partner: Partner, form: PayoutForm, *, status: int = 200) -> HttpResponseBase:
    asked = request.GET.get("paid", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 12 else 0
    context = {
        "partner": partner,
        "owed": owed_to(partner),
        "statement": made_of(partner, number) if number else statement_of(partner),
        "number": number,
        "payouts": payouts_of(partner)[:SHOWN],
        "form": form,
        "may_pay": allows(member(request), "settlements.run"),
        "tab": "shops",
    }
    return TemplateResponse(request, "orders/shop_owed.html", context, status=status)
