"""From the dossier of a co-op: an invitation for the first person of its administration."""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from collectives.forms import refuse
from collectives.refusals import Refusal
from federation import selectors
from federation.access import federation_needs
from federation.register.first_admin import invite_first_admin
from federation.views.shared import actor, page


class FirstAdminForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        help_text=gettext_lazy("The link in the message is good for two weeks. From then on the co-op invites its own people."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@federation_needs("register.admit")
def first_admin(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(selectors.dossiers(), ref=ref)
    form = FirstAdminForm(request.POST or None, initial={"name": found.contact_name, "email": found.contact_email})
    if request.method == "POST" and form.is_valid():
        try:
            invitation = invite_first_admin(dossier=found, by=actor(request), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("%(email)s is invited.") % {"email": invitation.email})
            return redirect("federation:dossier", ref=found.ref)
    context = {"form": form, "dossier": found, "co": found.collective}
    return page(request, "federation/first_admin.html", context, status=422 if form.errors else 200)
