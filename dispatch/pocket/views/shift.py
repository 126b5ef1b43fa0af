"""My shift: begin, rest, go on, stop. And my own hours: read, corrected together with the office, taken away as a table."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from collectives.access import needs
from collectives.models import Membership, TimeCorrection, TimeMark
from collectives.refusals import Refusal
from collectives.services.attended import assembly_hours_of
from collectives.services.corrections import answer_correction, ask_correction
from collectives.services.worked import CORRECTED_FOR
from collectives.worked import Turn, marks_of, turns_of
from coopdelivery.people.models import person_of
from dispatch.pocket import actions
from dispatch.pocket.acting import act
from dispatch.pocket.actions import BadAction, from_form
from dispatch.pocket.day import PocketDay, day_of_courier
from dispatch.pocket.views.shared import me, screens
from orders.invoices.tables import table

EXPORTED = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Worked:
    """A turn as its own person reads it."""

    turn: Turn
    worked: timedelta
    rested: timedelta
    forgotten: bool


@needs("pocket.use")
@require_http_methods(["GET", "HEAD", "POST"])
def shift(request: HttpRequest) -> HttpResponse:
    """GET says where I stand and what the day holds; POST is the tap."""
    courier = me(request)
    error = ""
    if request.method == "POST":
        verb = request.POST.get("verb", "")
        try:
            act(from_form(verb if verb in actions.CLOCK else "", request.POST), by=courier)
            return redirect("pocket:day" if verb in {TimeMark.Verb.ON, TimeMark.Verb.BACK} else "pocket:shift")
        except BadAction as refused:
            error = refused.sentence
    today = day_of_courier(courier)
    context = {**screens(), "day": today, "error": error, **_figures(today), "now": today.read_at}
    return TemplateResponse(request, "courier/shift.html", context, status=400 if error else 200)


def _figures(today: PocketDay) -> dict[str, object]:
    now, turn = timezone.now(), today.at_work.turn
    shown = turn if turn is not None and not turn.is_forgotten(now) and turn.starts_at > now - timedelta(hours=20) else None
    return {
        "turn": shown,
        "worked": shown.worked(now) if shown else timedelta(),
        "rested": shown.rested(now) if shown else timedelta(),
        "failed": sum(visit.state == "failed" for visit in today.stops),
        "done": sum(visit.state == "done" for visit in today.stops),
        "open": sum(visit.is_open for visit in today.stops),
        "ends_at": max((visit.arrives_at for visit in today.stops if visit.is_open and visit.arrives_at), default=None),
        "vehicle": next((row.vehicle for row in today.rounds if row.vehicle), None),
    }


def turns_of_courier(courier: Membership, since: datetime, until: datetime) -> list[Worked]:
    """The newest first."""
    now = timezone.now()
    found = turns_of(marks_of([courier], since, until)[courier.pk])
    return [Worked(turn, turn.worked(now), turn.rested(now), turn.is_forgotten(now)) for turn in reversed(found)]


@needs("pocket.use")
@require_http_methods(["GET", "HEAD", "POST"])
def hours(request: HttpRequest) -> HttpResponse:
    """The last two weeks; POST asks for a correction, with its reason, or answers one that the office asked for."""
    courier, error, at = me(request), "", ""
    if request.method == "POST":
        try:
            said = _answer(request, courier) if "correction" in request.POST else _ask(request, courier)
            messages.success(request, said)
            return redirect("pocket:hours")
        except (Refusal, BadAction) as refused:
            error, at = str(refused.sentence if isinstance(refused, BadAction) else refused), refused.field
    now = timezone.now()
    context = {
        "turns": turns_of_courier(courier, now - CORRECTED_FOR, now),
        "corrections": corrections_of(courier, now - CORRECTED_FOR),
        "assemblies": assembly_hours_of(courier, now - EXPORTED),
        "verbs": TimeMark.Verb.choices,
        "error": error,
        "at": at,
        "typed": {name: request.POST.get(name, "") for name in ("verb", "at", "reason", "replaces")},
    }
    return TemplateResponse(request, "courier/hours.html", context, status=400 if error else 200)


def corrections_of(courier: Membership, since: datetime) -> list[TimeCorrection]:
    """The newest first: asked for since then, or still open."""
    rows = TimeCorrection.objects.filter(membership=courier).filter(Q(asked_at__gte=since) | Q(state=TimeCorrection.State.OPEN))
    return list(rows.select_related("replaces", "asked_by", "answered_by", "membership"))


def _answer(request: HttpRequest, courier: Membership) -> str:
    """Raises Refusal, BadAction."""
    try:
        found = TimeCorrection.objects.filter(ref=UUID(request.POST["correction"]), membership=courier).first()
    except ValueError:
        found = None
    answer = request.POST.get("answer", "")
    if found is None or answer not in {"yes", "no"}:
        raise BadAction(_("This correction is not in your record. Load the page again."), "")
    answer_correction(correction=found, agreed=answer == "yes", by=person_of(request))
    return _("Confirmed. It counts from now on.") if answer == "yes" else _("Not confirmed. Your record stays as it is.")


def _ask(request: HttpRequest, courier: Membership) -> str:
    """Raises Refusal, BadAction."""
    verb, wrong = request.POST.get("verb", ""), request.POST.get("replaces", "")
    if verb not in TimeMark.Verb.values:
        raise BadAction(_("Choose what happened then."), "verb")
    ask_correction(
        membership=courier,
        verb=verb,
        at=_moment(request.POST.get("at", ""), courier),
        by=person_of(request),
        reason=request.POST.get("reason", "").replace("\x00", ""),
        replaces=_mark(wrong, courier) if wrong else None,
    )
    return _("Asked, with your reason. It counts when the office has confirmed it.")


def _moment(text: str, courier: Membership) -> datetime:
    """A local time of the co-op. Raises BadAction."""
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    if at is None:
        raise BadAction(_("Write the day and the time."), "at")
    try:
        return at if timezone.is_aware(at) else at.replace(tzinfo=courier.collective.zone)
    except OverflowError as error:
        raise BadAction(_("Write the day and the time."), "at") from error


def _mark(text: str, courier: Membership) -> TimeMark:
    try:
        found = TimeMark.objects.filter(ref=UUID(text), membership=courier).first()
    except ValueError:
        found = None
    if found is None:
        raise BadAction(_("This moment is not in your record. Load the page again."), "replaces")
    return found


@needs("pocket.use")
@require_safe
def hours_export(request: HttpRequest) -> HttpResponse:
    """Every mark of mine of the last 400 days, each correction with who asked and who answered, and the hours that follow from them."""
    courier, now = me(request), timezone.now()
    rows = TimeMark.objects.filter(membership=courier, at__gte=now - EXPORTED).select_related("replaces").order_by("at", "pk")
    asked = corrections_of(courier, now - EXPORTED)
    signed = {one.mark_id: _signed(one) for one in asked}
    lines = [
        (
            _local(mark.at),
            mark.get_verb_display(),
            _local(mark.received_at),
            mark.reason,
            _instead(mark.replaces),
            signed.get(mark.pk, ""),
            "",
        )
        for mark in rows
    ]
    for one in asked:
        if one.mark_id is None:
            what = f"{one.get_verb_display()}, {one.get_state_display()}"
            lines.append((_local(one.at), what, _local(one.asked_at), one.reason, _instead(one.replaces), _signed(one), ""))
    for worked in reversed(turns_of_courier(courier, now - EXPORTED, now)):
        start, end = _local(worked.turn.starts_at), _local(worked.turn.ends_at) if worked.turn.ends_at else ""
        lines.append((start, _("worked"), end, _("without an end") if worked.forgotten else "", "", "", str(worked.worked)))
    for attended in reversed(assembly_hours_of(courier, now - EXPORTED)):
        what = f"{_('assembly')}: {attended.meeting.title}"
        lines.append((_local(attended.starts_at), what, _local(attended.ends_at), "", "", "", str(attended.lasted)))
    head = [_("At"), _("What"), _("Received, or end"), _("Reason"), _("Instead of"), _("Asked and answered by"), _("Hours")]
    name = f"hours-{courier.collective.slug}-{timezone.localdate().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(table(head, lines), content_type="text/csv; charset=utf-8", headers=headers)


def _local(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S")


def _instead(mark: TimeMark | None) -> str:
    return _local(mark.at) if mark is not None else ""


def _signed(correction: TimeCorrection) -> str:
    names = [correction.asked_by.name, correction.answered_by.name if correction.answered_by else ""]
    return ", ".join(filter(None, names))
