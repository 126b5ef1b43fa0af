"""Until when orders are taken, and how many at a time."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collectives.access import needs
from orders.forms.terms import TermsForm, terms_values
from orders.models import OrderTerms
from orders.services import set_order_terms
from orders.views.here import collective_of, person


@require_http_methods(["GET", "HEAD", "POST"])
@needs("prices.edit")
def order_terms(request: HttpRequest) -> HttpResponseBase:
    form = TermsForm(request.POST or None, initial=terms_values(OrderTerms.objects.first()))
    if request.method == "POST" and form.is_valid():
        set_order_terms(collective=collective_of(request), by=person(request), **form.cleaned_data)
        messages.success(request, _("Saved. The form, the API, imports and repeats keep to it from now on."))
        return redirect("orders:partners", collective=collective_of(request).slug)
    return TemplateResponse(request, "orders/terms_form.html", {"form": form}, status=422 if form.errors else 200)
