"""Programs that call the API: their keys, shown once, and every call that we made to them."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives.access import needs
from collectives.models import ApiApplication, Webhook, WebhookCall
from collectives.services.programs import Keys, add_application, renew_keys, switch_off
from collectives.webhooks.services import send_again
from orders.forms.program import ProgramForm
from orders.models import Partner
from orders.views.here import collective_of, person

UNPROCESSABLE = 422
A_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@needs("programs.manage")
def programs(request: HttpRequest) -> HttpResponseBase:
    """All programs, and a form for another."""
    form = ProgramForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _keys_page(request, add_application(collective=collective_of(request), by=person(request), **form.facts()))
    found = list(ApiApplication.objects.all())
    names: dict[UUID | None, str] = dict(Partner.objects.values_list("ref", "name"))
    rows = [(each, names.get(each.partner_ref, "")) for each in found]
    return TemplateResponse(request, "api/programs.html", {"form": form, "rows": rows}, status=UNPROCESSABLE if form.errors else 200)


@require_safe
@needs("programs.manage")
def program(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """Its webhooks and the calls made, newest first."""
    found = get_object_or_404(ApiApplication, ref=ref)
    calls = WebhookCall.objects.filter(webhook__application=found).select_related("webhook").order_by("-pk")
    page = Paginator(calls, A_PAGE).get_page(request.GET.get("page"))
    partner = Partner.objects.filter(ref=found.partner_ref).first() if found.partner_ref else None
    context = {"program": found, "partner": partner, "webhooks": Webhook.objects.filter(application=found), "page": page}
    return TemplateResponse(request, "api/program.html", context)


@require_POST
@needs("programs.manage")
def program_renew(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    return _keys_page(request, renew_keys(application=get_object_or_404(ApiApplication, ref=ref), by=person(request)))


@require_POST
@needs("programs.manage")
def program_off(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    found = get_object_or_404(ApiApplication, ref=ref)
    switch_off(application=found, by=person(request))
    messages.success(request, _("%(name)s can no longer call.") % {"name": found.name})
    return redirect("orders:programs", collective=collective_of(request).slug)


@require_POST
@needs("programs.manage")
def call_again(request: HttpRequest, ref: UUID, call: UUID) -> HttpResponseBase:
    """The same words once more; it goes out within seconds."""
    row = get_object_or_404(WebhookCall.objects.select_related("webhook__application"), ref=call, webhook__application__ref=ref)
    send_again(call=row, by=person(request))
    messages.success(request, _("It is sent again."))
    return redirect("orders:program", collective=collective_of(request).slug, ref=ref)


def _keys_page(request: HttpRequest, keys: Keys) -> HttpResponseBase:
    """Not redirected to: nobody can load the secrets a second time."""
    response = TemplateResponse(request, "api/program_keys.html", {"keys": keys})
    response["Cache-Control"] = "no-store"
    return response
