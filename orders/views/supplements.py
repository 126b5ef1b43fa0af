"""Adding something to the price of an order that stands: the old price and the new one are shown."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collectives.access import needs
from orders.forms.supplement import SupplementForm
from orders.models import Delivery
from orders.refusals import Refused
from orders.selectors import deliveries_visible_to
from orders.services.supplements import add_supplement, may_supplement
from orders.views.here import collective_of, member, person

UNPROCESSABLE, CONFLICT = 422, 409


@require_http_methods(["GET", "HEAD", "POST"])
@needs("deliveries.decide")
def delivery_supplement(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """The order's price, and a form that adds a line to it."""
    delivery = get_object_or_404(deliveries_visible_to(member(request)).select_related("order", "partner"), ref=ref)
    order = delivery.order
    first = {"cost": order.gross.cents, "key": uuid4().hex}
    form = SupplementForm(request.POST if request.method == "POST" else None, currency=order.currency, initial=first)
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            before, data = order.gross, form.cleaned_data
            try:
                after = add_supplement(
                    order=order,
                    label=data["label"],
                    net=form.money(),
                    reason=data["reason"],
                    agreed_cents=data["cost"],
                    by=person(request),
                    idempotency_key=data["key"],
                )
            except Refused as refused:
                form = _again(form, refused, order_cents=Delivery.objects.select_related("order").get(pk=delivery.pk).order.gross.cents)
            else:
                said = {"number": order.number, "before": before, "after": after}
                messages.success(request, _("%(number)s cost %(before)s with VAT and costs %(after)s now.") % said)
                return redirect("orders:delivery", collective=collective_of(request).slug, ref=ref)
    delivery.order.refresh_from_db()
    context: dict[str, Any] = {"delivery": delivery, "order": delivery.order, "lines": order.lines.all(), "form": form}
    context["may_add"] = may_supplement(order)
    return TemplateResponse(request, "orders/supplement_form.html", context, status=status)


def _again(form: SupplementForm, refused: Refused, *, order_cents: int) -> SupplementForm:
    """What was typed, with the sentence, and the price as it is now."""
    data = {name: form.data.get(name, "") for name in form.fields}
    again = SupplementForm({**data, "cost": order_cents}, currency=form.currency)
    again.add_error(refused.field if refused.field in again.fields else None, str(refused))
    return again
