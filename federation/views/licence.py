"""A collective looks at its own conditions, and its administration adds new pieces."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collectives.access import allows, membership_of, needs
from collectives.forms import refuse
from collectives.refusals import Refusal
from collectives.views.shared import actor, here
from federation import selectors, services
from federation.forms.register import EvidenceForm
from federation.models import Dossier, Evidence
from federation.register.papers import KINDS
from federation.register.standing import pack_for
from federation.views.dossiers import file_of


@require_safe
@needs("collective.view")
def licence(request: HttpRequest) -> HttpResponseBase:
    return _page(request, None)


@require_POST
@needs("collective.edit")
def licence_add(request: HttpRequest) -> HttpResponseBase:
    found = get_object_or_404(selectors.dossiers(), collective=here(request))
    form = EvidenceForm(request.POST, request.FILES, pack=pack_for(found.collective))
    if form.is_valid():
        try:
            services.add_evidence(dossier=found, by=actor(request), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("Sent. The federation reviews it."))
            return redirect("licence:licence", collective=here(request).slug)
    return _page(request, form)


@require_safe
@needs("collective.edit")
def licence_file(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    return file_of(get_object_or_404(Evidence, ref=ref, dossier__collective=here(request)))


def _page(request: HttpRequest, form: EvidenceForm | None) -> HttpResponseBase:
    found: Dossier | None = selectors.dossiers().filter(collective=here(request)).first()
    may_add = found is not None and allows(membership_of(request), "collective.edit")
    row = selectors.row_of(found) if found else None
    context = {
        "row": row,
        "pieces": [(piece, None) for piece in row.evidence] if row else [],
        "may_add": may_add,
        "missing_kinds": [KINDS[kind][1] for state in row.conditions for kind in state.missing] if row else [],
        "form": form or (EvidenceForm(initial={"issued_on": here(request).today()}, pack=pack_for(here(request))) if may_add else None),
    }
    return TemplateResponse(request, "federation/licence.html", context, status=422 if form and form.errors else 200)
