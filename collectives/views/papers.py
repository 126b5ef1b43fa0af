"""Votes on paper: a teller enters what they read; the other teller's entry is never shown."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collectives.access import needs
from collectives.assembly import proposals_of
from collectives.forms.meetings import PapersForm
from collectives.views.shared import actor, here
from collectives.votes import paper_seats, read_papers
from coopdelivery.decisions.models import Proposal
from coopdelivery.decisions.refusals import Refusal
from coopdelivery.decisions.secret import is_secret


def waiting_tellers(proposal: Proposal) -> list[str]:
    """Who has entered papers that are not counted yet: names, never what they read."""
    return list(proposal.sheets.filter(counted_at=None).values_list("teller__name", flat=True))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("proposals.vote")
def proposal_papers(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found, refusal = get_object_or_404(proposals_of(here(request)), ref=ref), ""
    form = PapersForm(request.POST or None, names=paper_seats(found) if found.takes_votes() else {}, secret=is_secret(found))
    if request.method == "POST" and form.is_valid():
        try:
            counted = read_papers(proposal=found, papers=form.papers(), by=actor(request))
        except Refusal as refused:
            refusal = str(refused)
        else:
            messages.success(request, _("The papers are counted.") if counted else _("Kept until a second person has read the same."))
            return redirect("collectives:proposal", collective=here(request).slug, ref=found.ref)
    context = {"proposal": found, "form": form, "waiting": waiting_tellers(found), "refusal": refusal}
    status = 409 if refusal else 422 if form.errors else 200
    return TemplateResponse(request, "collectives/papers.html", context, status=status)
