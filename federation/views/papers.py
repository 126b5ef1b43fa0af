"""Votes on paper in the federation: officers are the tellers."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collectives.forms.meetings import PapersForm
from collectives.views.papers import waiting_tellers
from coopdelivery.decisions.secret import is_secret
from federation.access import federation_needs
from federation.assembly.papers import paper_delegates, read_papers
from federation.assembly.resolutions import REFUSALS, resolutions
from federation.views.shared import actor, page


@require_http_methods(["GET", "HEAD", "POST"])
@federation_needs("register.admit")
def resolution_papers(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found, refusal = get_object_or_404(resolutions(), ref=ref), ""
    rows = paper_delegates(found) if found.takes_votes() else {}
    names = {seat: f"{row.collective.name} ({row.person.name})" for seat, row in rows.items()}
    form = PapersForm(request.POST or None, names=names, secret=is_secret(found))
    if request.method == "POST" and form.is_valid():
        try:
            counted = read_papers(proposal=found, papers=form.papers(), by=actor(request))
        except REFUSALS as refused:
            refusal = str(refused)
        else:
            messages.success(request, _("The papers are counted.") if counted else _("Kept until a second person has read the same."))
            return redirect("federation:resolution", ref=found.ref)
    context = {"proposal": found, "form": form, "waiting": waiting_tellers(found), "refusal": refusal}
    status = 409 if refusal else 422 if form.errors else 200
    return page(request, "federation/papers.html", context, current="assembly", status=status)
