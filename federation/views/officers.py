"""Who holds an office."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collectives.forms import refuse
from collectives.refusals import Refusal
from federation import services
from federation.access import federation_needs
from federation.forms.register import OfficerForm
from federation.models import Officer
from federation.register.offices import officers_today
from federation.views.shared import actor, page


@require_http_methods(["GET", "HEAD", "POST"])
@federation_needs("register.admit")
def officers(request: HttpRequest) -> HttpResponseBase:
    form = OfficerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            named = services.name_officer(by=actor(request), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("%(name)s holds an office from today.") % {"name": named.person.name})
            return redirect("federation:officers")
    context = {"officers": officers_today(), "form": form}
    return page(request, "federation/officers.html", context, current="officers", status=422 if form.errors else 200)


@require_POST
@federation_needs("register.admit")
def officer_end(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    officer = get_object_or_404(Officer.objects.select_related("person"), person__ref=ref)
    try:
        services.end_office(officer=officer, by=actor(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The office of %(name)s has ended.") % {"name": officer.person.name})
    return redirect("federation:officers" if officer.person_id != request.user.pk else "home:home")
