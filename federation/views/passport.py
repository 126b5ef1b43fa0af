"""Trainings: everybody takes their own passport along; the office writes down what the co-op gave."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collectives.access import allows, membership_of, needs
from collectives.forms import refuse
from collectives.refusals import Refusal
from collectives.views.shared import actor, here
from coopdelivery.kit.access import open_to_all
from federation.forms.passport import TrainingForm
from federation.passport import records
from federation.passport.signing import passport_of, public_key


@require_safe
@needs("training.view")
def training(request: HttpRequest) -> HttpResponseBase:
    return _page(request)


@require_safe
@needs("training.view")
def passport(request: HttpRequest) -> HttpResponseBase:
    return JsonResponse(passport_of(actor(request)), headers={"Content-Disposition": 'attachment; filename="training-passport.json"'})


@require_POST
@needs("training.record")
def training_record(request: HttpRequest) -> HttpResponseBase:
    form = TrainingForm(request.POST, collective=here(request))
    if form.is_valid():
        try:
            row = records.record_training(collective=here(request), by=actor(request), **form.facts())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("Written in the passport of %(name)s.") % {"name": row.person.name})
            return redirect("licence:training", collective=here(request).slug)
    return _page(request, form, status=422)


@require_POST
@needs("training.record")
def training_withdraw(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(records.trainings_in(here(request)), ref=ref)
    records.withdraw_training(record=found, by=actor(request))
    messages.success(request, _("Withdrawn. Passports downloaded before still name it."))
    return redirect("licence:training", collective=here(request).slug)


@require_safe
@open_to_all("whoever is shown a passport checks it with this key")
def passport_key(request: HttpRequest) -> JsonResponse:
    return JsonResponse(public_key())


def _page(request: HttpRequest, form: TrainingForm | None = None, *, status: int = 200) -> HttpResponseBase:
    records_here = allows(membership_of(request), "training.record")
    context = {
        "mine": records.trainings_of(actor(request)),
        "ours": records.trainings_in(here(request)) if records_here else [],
        "form": form or (TrainingForm(collective=here(request)) if records_here else None),
    }
    return TemplateResponse(request, "federation/own_training.html", context, status=status)
