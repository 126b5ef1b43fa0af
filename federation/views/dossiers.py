"""One dossier: its thread, its pieces with their verdicts, and the next step."""

import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives.forms import refuse
from collectives.models import Standing
from collectives.refusals import Refusal
from coopdelivery.people.models import Person
from federation import selectors, services
from federation.access import federation_needs, office_of
from federation.assembly.resolutions import asked_for, ends_at
from federation.assembly.voices import voices
from federation.forms.register import DossierForm, EvidenceForm, ReviewForm, StepForm
from federation.models import Dossier, Evidence
from federation.register.first_admin import has_admin
from federation.register.offices import peer
from federation.register.papers import KINDS
from federation.register.standing import pack_for
from federation.views.shared import actor, download, page

Steps = dict[str, Callable[..., object]]


@require_http_methods(["GET", "HEAD", "POST"])
@federation_needs("register.admit")
def dossier_new(request: HttpRequest) -> HttpResponseBase:
    form = DossierForm(request.POST or None, initial={"time_zone": "Europe/Paris"})
    if request.method == "POST" and form.is_valid():
        try:
            opened = services.open_dossier(by=actor(request), **form.facts())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The dossier of %(name)s is open.") % {"name": opened.collective.name})
            return redirect("federation:dossier", ref=opened.ref)
    return page(request, "federation/dossier_new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@federation_needs("register.view")
def dossier(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    return dossier_page(request, _found(ref))


@require_POST
@federation_needs("register.review")
def evidence_add(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = _found(ref)
    form = EvidenceForm(request.POST, request.FILES, pack=pack_for(found.collective))
    if form.is_valid():
        try:
            services.add_evidence(dossier=found, by=actor(request), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("Added. Somebody else reviews it."))
            return redirect("federation:dossier", ref=found.ref)
    return dossier_page(request, found, evidence_form=form, status=422)


@require_POST
@federation_needs("register.review")
def evidence_review(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    piece = get_object_or_404(Evidence.objects.select_related("dossier"), ref=ref)
    form = ReviewForm(request.POST, prefix=str(piece.ref))
    status = 422
    if form.is_valid():
        try:
            services.review_evidence(
                evidence=piece, holds=form.cleaned_data["holds"] == "yes", comment=form.cleaned_data["comment"], by=actor(request)
            )
        except Refusal as refusal:
            refuse(form, refusal)
            status = 422 if refusal.field else 409
        else:
            messages.success(request, _("Your review of “%(title)s” is written down.") % {"title": piece.title})
            return redirect("federation:dossier", ref=piece.dossier.ref)
    return dossier_page(request, _found(piece.dossier.ref), review_form=form, status=status)


@require_safe
@federation_needs("register.view")
def evidence_file(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    return file_of(get_object_or_404(Evidence, ref=ref))


def file_of(piece: Evidence) -> FileResponse:
    """To be saved, never shown inside our pages. 404 when the file was purged."""
    return download(piece.file, piece.media_type, piece.title)


TRIAL: Steps = {"trial": partial(services.admit, standing=Standing.TRIAL)}
MEMBER: Steps = {"member": partial(services.admit, standing=Standing.MEMBER)}
VOTE_LASTS = timedelta(days=14)


def _ask(*, dossier: Dossier, by: Person, reason: str) -> object:
    return services.put_admission(dossier=dossier, closes_at=ends_at(timezone.localdate() + VOTE_LASTS), by=by, text=reason)


def _found_it(*, dossier: Dossier, by: Person, reason: str) -> object:
    return services.record_founding(dossier=dossier, on=timezone.localdate(), by=by, text=reason)


ASK: Steps = {"ask": _ask}
FOUND: Steps = {"found": _found_it}
LAPSE: Steps = {"lapse": services.lapse}
LEAVE: Steps = {"leave": services.leave}
STEPS: Mapping[str, Steps] = {
    Standing.APPLICANT: TRIAL | LEAVE,
    Standing.TRIAL: MEMBER | ASK | FOUND | LAPSE | LEAVE,
    Standing.MEMBER: LAPSE | LEAVE,
    Standing.LAPSED: {"reinstate": services.reinstate} | LEAVE,
    Standing.LEFT: {"reopen": services.reopen},
}


@require_POST
@federation_needs("register.admit")
def dossier_step(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = _found(ref)
    form = StepForm(request.POST)
    status = 422
    if form.is_valid():
        step = form.cleaned_data["step"]
        try:
            verb = STEPS[found.collective.standing].get(step)
            if verb is None:
                raise services.NotAStep(before=found.collective.get_standing_display(), after=step)
            verb(dossier=found, by=actor(request), reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            refuse(form, refusal)
            status = 422 if refusal.field else 409
        else:
            found.collective.refresh_from_db()
            words = {"name": found.collective.name, "standing": found.collective.get_standing_display()}
            asked = _("The assembly votes on the admission of %(name)s.") if step == "ask" else _("%(name)s: %(standing)s.")
            messages.success(request, asked % words)
            return redirect("federation:dossier", ref=found.ref)
    return dossier_page(request, found, step_form=form, status=status)


def _found(ref: uuid.UUID) -> Dossier:
    return get_object_or_404(selectors.dossiers(), ref=ref)


def dossier_page(
    request: HttpRequest,
    found: Dossier,
    *,
    evidence_form: EvidenceForm | None = None,
    review_form: ReviewForm | None = None,
    step_form: StepForm | None = None,
    status: int = 200,
) -> HttpResponseBase:
    row = selectors.row_of(found)
    reviews = may_review(actor(request), found)
    context: dict[str, Any] = {
        "row": row,
        "dossier": found,
        "co": found.collective,
        "steps": selectors.steps_of(row),
        "pieces": [(piece, _review_form(piece, actor(request), review_form) if reviews or review_form else None) for piece in row.evidence],
        "evidence_form": evidence_form or EvidenceForm(initial={"issued_on": found.collective.today()}, pack=row.pack),
        "step_form": step_form or StepForm(),
        "may_take": _steps_for(request, found),
        "own": _is_own(request, found),
        "has_admin": has_admin(found.collective),
        "asked": asked_for(found) if found.collective.standing == Standing.TRIAL else None,
        "missing_kinds": [KINDS[kind][1] for state in row.conditions for kind in state.missing],
        "checks": row.pack.checks,
        "missing": [state.condition.label for state in row.conditions if not state.is_valid],
    }
    return page(request, "federation/dossier.html", context, status=status)


def _steps_for(request: HttpRequest, found: Dossier) -> list[str]:
    if _is_own(request, found):
        return []
    steps = list(STEPS[found.collective.standing])
    if found.collective.standing != Standing.TRIAL:
        return steps
    asked = asked_for(found)
    shut = {"ask", "found"} if asked else {"ask"} if not voices().exists() else {"found"}
    return [step for step in steps if step not in shut and (step != "member" or (asked is not None and not asked.is_open))]


def _is_own(request: HttpRequest, found: Dossier) -> bool:
    office = office_of(actor(request).pk)
    return office is not None and office.home_id == found.collective_id


def may_review(person: Person, found: Dossier) -> bool:
    """Whether this officer is a peer of the co-op: from another one, or a founding officer while there are too few."""
    try:
        peer(person, found)
    except Refusal:
        return False
    return True


def _review_form(piece: Evidence, person: Person, bound: ReviewForm | None) -> ReviewForm | None:
    """The form for a piece that this person may review; the one just refused keeps what was typed."""
    said = any(review.reviewer_id == person.pk for review in piece.reviews.all())
    if piece.verdict != Evidence.Verdict.WAITING or piece.added_by_id == person.pk or said:
        return bound if bound is not None and bound.prefix == str(piece.ref) else None
    return bound if bound is not None and bound.prefix == str(piece.ref) else ReviewForm(prefix=str(piece.ref))
