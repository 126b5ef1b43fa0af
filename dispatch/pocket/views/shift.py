"""My shift: begin, rest, go on, stop. And my own hours: read, corrected with a reason, taken away as a table."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from collectives.access import needs
from collectives.models import Membership, TimeMark
from collectives.refusals import Refusal
from collectives.services.worked import CORRECTED_FOR, correct_time
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
    """The last two weeks; POST adds a forgotten moment, or another time for one that is wrong, with its reason."""
    courier, error, at = me(request), "", ""
    if request.method == "POST":
        try:
            _correct(request, courier)
            messages.success(request, _("Kept, with your reason. What was there before stays beside it."))
            return redirect("pocket:hours")
        except (Refusal, BadAction) as refused:
            error, at = str(refused.sentence if isinstance(refused, BadAction) else refused), refused.field
    now = timezone.now()
    context = {
        "turns": turns_of_courier(courier, now - CORRECTED_FOR, now),
        "verbs": TimeMark.Verb.choices,
        "error": error,
        "at": at,
        "typed": {name: request.POST.get(name, "") for name in ("verb", "at", "reason", "replaces")},
    }
    return TemplateResponse(request, "courier/hours.html", context, status=400 if error else 200)


def _correct(request: HttpRequest, courier: Membership) -> None:
    """Raises Refusal, BadAction."""
    verb, wrong = request.POST.get("verb", ""), request.POST.get("replaces", "")
    if verb not in TimeMark.Verb.values:
        raise BadAction(_("Choose what happened then."), "verb")
    correct_time(
        membership=courier,
        verb=verb,
        at=_moment(request.POST.get("at", ""), courier),
        by=person_of(request),
        reason=request.POST.get("reason", "").replace("\x00", ""),
        replaces=_mark(wrong, courier) if wrong else None,
    )


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
    """Every mark of mine of the last 400 days, and the hours that follow from them."""
    courier, now = me(request), timezone.now()
    rows = TimeMark.objects.filter(membership=courier, at__gte=now - EXPORTED).select_related("replaces").order_by("at", "pk")
    local = "%Y-%m-%d %H:%M:%S"
    lines = [
        (
            timezone.localtime(mark.at).strftime(local),
            mark.get_verb_display(),
            timezone.localtime(mark.received_at).strftime(local),
            mark.reason,
            timezone.localtime(mark.replaces.at).strftime(local) if mark.replaces else "",
            "",
        )
        for mark in rows
    ]
    for one in reversed(turns_of_courier(courier, now - EXPORTED, now)):
        start = timezone.localtime(one.turn.starts_at).strftime(local)
        end = timezone.localtime(one.turn.ends_at).strftime(local) if one.turn.ends_at else ""
        lines.append((start, _("worked"), end, _("without an end") if one.forgotten else "", "", str(one.worked)))
    head = [_("At"), _("What"), _("Received, or end"), _("Reason"), _("Instead of"), _("Hours")]
    name = f"hours-{courier.collective.slug}-{timezone.localdate().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(table(head, lines), content_type="text/csv; charset=utf-8", headers=headers)
