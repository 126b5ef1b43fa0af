"""Taps as plain forms: start, done, incident, correct, undo, seen."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collectives.access import needs
from coopdelivery.people.models import person_of
from dispatch.models import CourierAction, Incident, IncidentReason
from dispatch.pocket import actions
from dispatch.pocket.acting import act, incident_id
from dispatch.pocket.actions import Action, BadAction, from_form
from dispatch.pocket.day import day_of_courier
from dispatch.pocket.views.shared import day_page, me, my_visit, screens
from dispatch.pocket.visits import Visit
from dispatch.services.incidents import note_incident
from dispatch.services.progress import correct_task
from dispatch.services.proofs import Given, add_proof, redrawn
from dispatch.services.refusals import BadProof, CannotProgress

Outcome = CourierAction.Outcome


@require_POST
@needs("pocket.use")
def task_start(request: HttpRequest, ref: str) -> HttpResponse:
    today, visit = my_visit(request, ref)
    try:
        row = act(_about(visit, from_form(actions.START, request.POST)), by=me(request))
    except BadAction as error:
        return day_page(request, today, visit, error=error.sentence, status=400)
    return _after(request, row, undo=False)


@require_POST
@needs("pocket.use")
def task_wait(request: HttpRequest, ref: str) -> HttpResponse:
    """Waiting begins, or ends: `verb` says which."""
    today, visit = my_visit(request, ref)
    verb = actions.WAITED if request.POST.get("verb") == actions.WAITED else actions.WAIT
    try:
        row = act(_about(visit, from_form(verb, request.POST)), by=me(request))
    except BadAction as error:
        return day_page(request, today, visit, error=error.sentence, status=400)
    return redirect("pocket:task", ref=ref) if row.outcome == Outcome.DONE else _after(request, row, undo=False)


@needs("pocket.use")
@require_http_methods(["GET", "HEAD", "POST"])
def task_done(request: HttpRequest, ref: str) -> HttpResponse:
    """GET asks what the partner wants to see; POST is the tap, with it."""
    _today, visit = my_visit(request, ref)
    if request.method != "POST":
        return _ask(request, visit)
    try:
        action = _about(visit, from_form(actions.DONE, request.POST))
        row = act(action, by=me(request), photo=_picture(request))
        _report_rest(request, visit, action, row)
    except (BadAction, BadProof) as error:
        return _ask(request, visit, error=error.sentence, at=error.field, status=400)
    return _after(request, row)


def _ask(request: HttpRequest, visit: Visit, *, error: str = "", at: str = "", status: int = 200) -> TemplateResponse:
    typed = {name: request.POST.get(name, "") for name in ("received_by", "note", "rest", "code", "scans", "collected")}
    choose = "except" in request.GET or "chosen" in request.POST
    ticked = request.POST.getlist("tasks") if "chosen" in request.POST else visit.open_refs.split()
    context = {**screens(), "visit": visit, "error": error, "at": at, "typed": typed, "choose": choose, "ticked": ticked}
    return TemplateResponse(request, "courier/done.html", context, status=status)


def _picture(request: HttpRequest) -> bytes | None:
    """The photo that came with the form, drawn anew. Raises BadProof."""
    upload = request.FILES.get("photo")
    return redrawn(upload) if upload else None


def _about(visit: Visit, action: Action) -> Action:
    """Only tasks of this stop. Raises BadAction."""
    own = {task.ref for task in visit.tasks}
    if not own.issuperset(action.tasks):
        raise BadAction(_("This stop is not in your day any more. Load your day again."), "tasks")
    return action


def _report_rest(request: HttpRequest, visit: Visit, done: Action, row: CourierAction) -> None:
    """ "All except…": what was left unticked stays open, or fails for the reason given."""
    reason = request.POST.get("rest", "")
    left = tuple(task.ref for task in visit.open_tasks if task.ref not in done.tasks)
    if reason in IncidentReason.values and left and row.outcome == Outcome.DONE:
        rest = replace(done, verb=actions.INCIDENT, tasks=left, reason=reason, client_id=uuid5(done.client_id, "rest"), note="")
        act(rest, by=me(request))


@needs("pocket.use")
@require_http_methods(["GET", "HEAD", "POST"])
def task_incident(request: HttpRequest, ref: str) -> HttpResponse:
    """First tap: this page. Second tap: the reason, sent at once."""
    _today, visit = my_visit(request, ref)

    def tell() -> HttpResponse:
        action = _about(visit, from_form(actions.INCIDENT, request.POST))
        return _told(request, action, act(action, by=me(request), photo=_picture(request)))

    return _form(request, "courier/incident_new.html", tell, visit=visit)


def _form(request: HttpRequest, template: str, act_on: Callable[[], HttpResponse], **context: object) -> HttpResponse:
    """A page with a form: POST acts and leads on, or comes back with 400, the sentence of why, and the words that were typed."""
    error = ""
    if request.method == "POST":
        try:
            return act_on()
        except (BadAction, BadProof, CannotProgress) as refused:
            error = refused.sentence
    return TemplateResponse(request, template, {**screens(), **context, "error": error}, status=400 if error else 200)


def _told(request: HttpRequest, action: Action, row: CourierAction) -> HttpResponse:
    incident = Incident.objects.filter(client_id=incident_id(action.client_id, action.tasks[0])).first()
    if incident is None:
        return _after(request, row)
    return redirect(f"{reverse('pocket:incident', args=[incident.ref])}?undo={row.client_id}")


@needs("pocket.use")
@require_http_methods(["GET", "HEAD", "POST"])
def incident(request: HttpRequest, ref: UUID) -> HttpResponse:
    """What was reported; a photo or words may follow."""
    found = (
        Incident.objects.select_related("task__stop__place", "task__place", "task__delivery__partner")
        .filter(ref=ref, reported_by=person_of(request))
        .first()
    )
    if found is None:
        raise Http404
    report = found

    def complete() -> HttpResponse:
        _complete(request, report)
        messages.success(request, _("Added to the report."))
        return redirect("pocket:incident", ref=report.ref)

    typed = request.POST.get("note", "")
    return _form(request, "courier/incident.html", complete, incident=found, undo=request.GET.get("undo", ""), typed=typed)


def _complete(request: HttpRequest, found: Incident) -> None:
    picture = _picture(request)
    note = _words(request)
    if not picture and not note:
        raise BadProof(_("There is nothing to add: take a photo or write a word."), field="note")
    if note:
        note_incident(incident=found, note=note, by=person_of(request))
    if picture:
        add_proof(task=found.task, proof=Given(kind="photo", image=picture), by=person_of(request))


@needs("pocket.use")
@require_http_methods(["GET", "HEAD", "POST"])
def task_correct(request: HttpRequest, ref: str) -> HttpResponse:
    """Open a finished stop again with a reason: both versions stay in the history."""
    _today, visit = my_visit(request, ref)
    reason = request.POST.get("reason", "")

    def correct() -> HttpResponse:
        for task in visit.tasks:
            if task.status in {"done", "failed"}:
                correct_task(task=task, by=person_of(request), reason=reason.replace("\x00", ""))
        return redirect("pocket:task", ref=ref)

    return _form(request, "courier/correct.html", correct, visit=visit, typed=reason)


@needs("pocket.use")
@require_http_methods(["GET", "HEAD", "POST"])
def task_add(request: HttpRequest, ref: str) -> HttpResponse:
    """A photo or words after the stop is finished: added, the first ones stay."""
    _today, visit = my_visit(request, ref)

    def add() -> HttpResponse:
        _add_proofs(request, visit)
        messages.success(request, _("Added to this stop."))
        return redirect("pocket:task", ref=ref)

    return _form(request, "courier/add.html", add, visit=visit, typed=request.POST.get("note", ""))


def _add_proofs(request: HttpRequest, visit: Visit) -> None:
    picture, note = _picture(request), _words(request)
    given = [*([Given("photo", image=picture)] if picture else []), *([Given("note", note)] if note else [])]
    if not given:
        raise BadProof(_("There is nothing to add: take a photo or write a word."), field="note")
    if visit.is_open:
        raise BadProof(_("This stop is not finished yet. Finish it with its photo."), field="photo")
    for task in visit.tasks:
        for one in given:
            add_proof(task=task, proof=replace(one, client_id=uuid4()), by=person_of(request))


@needs("pocket.use")
@require_http_methods(["GET", "HEAD", "POST"])
def task_word(request: HttpRequest, ref: str) -> HttpResponse:
    """A word to dispatch now, or one that is kept for the address."""
    _today, visit = my_visit(request, ref)
    verb = actions.KEEP if request.POST.get("verb") == actions.KEEP else actions.TELL

    def say() -> HttpResponse:
        act(_about(visit, from_form(verb, request.POST)), by=me(request))
        messages.success(request, _("Kept for this address.") if verb == actions.KEEP else _("Dispatch sees it."))
        return redirect("pocket:task", ref=ref)

    return _form(request, "courier/word.html", say, visit=visit, typed=request.POST.get("note", ""))


def _words(request: HttpRequest) -> str:
    return request.POST.get("note", "").replace("\x00", "").strip()


@require_POST
@needs("pocket.use")
def undo(request: HttpRequest) -> HttpResponse:
    return _simple(request, actions.UNDO, _("Taken back."))


@require_POST
@needs("pocket.use")
def seen(request: HttpRequest) -> HttpResponse:
    return _simple(request, actions.SEEN, "")


def _simple(request: HttpRequest, verb: str, said: str) -> HttpResponse:
    try:
        row = act(from_form(verb, request.POST), by=me(request))
    except BadAction as error:
        today = day_of_courier(me(request))
        return day_page(request, today, today.next, error=error.sentence, status=400)
    if said and row.outcome == Outcome.DONE:
        messages.success(request, said)
    return _after(request, row, undo=False)


def _after(request: HttpRequest, row: CourierAction, *, undo: bool = True) -> HttpResponse:
    """Back to the day; a refusal says why there, with 409."""
    if row.outcome in {Outcome.REFUSED, Outcome.CONFLICT}:
        today = day_of_courier(me(request))
        return day_page(request, today, today.next, error=row.answer["message"], status=409)
    day = reverse("pocket:day")
    return redirect(f"{day}?undo={row.client_id}" if undo else day)
