"""Words from the road: unread first, then those of today, then what is still kept for an address."""

from uuid import UUID

from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from collectives.access import needs
from coopdelivery.kit.windows import day_bounds
from dispatch.board.acts import person_of, told
from dispatch.board.asked import collective_of
from dispatch.board.reply import done
from dispatch.models import RoadNote
from dispatch.services.road_notes import read_note, retire_note

MOST = 200


@require_GET
@needs("incidents.decide")
def notes(request: HttpRequest) -> HttpResponse:
    collective = collective_of(request)
    start, _end = day_bounds(collective.today(), collective.zone)
    kept = Q(kind=RoadNote.Kind.KEEP, retired_at=None)
    found = RoadNote.objects.select_related("task__stop__place", "task__delivery__partner", "by", "read_by")
    rows = found.filter(Q(read_at=None) | Q(at__gte=start) | kept).order_by(F("read_at").asc(nulls_first=True), "-at")
    return TemplateResponse(request, "dispatch/board/notes.html", {"notes": rows[:MOST]})


@require_POST
@needs("incidents.decide")
@told
def note_answer(request: HttpRequest, ref: UUID) -> HttpResponse:
    """`verb`: read, or retire."""
    row = get_object_or_404(
        RoadNote.objects.select_related("task__stop__place", "task__delivery", "task__round", "incident__task"), ref=ref
    )
    if request.POST.get("verb") == "retire":
        retire_note(note=row, by=person_of(request))
        return done(request, None, _("The address forgets this note."))
    read_note(note=row, by=person_of(request))
    return done(request, None, _("Marked as read."))
