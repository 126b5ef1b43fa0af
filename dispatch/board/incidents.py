"""What waits for a decision: incidents from the road, and what is left over from the days before."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from collectives.access import needs
from dispatch.board.acts import person_of, told
from dispatch.board.asked import collective_of, refs_asked
from dispatch.board.read import left_over, open_incidents
from dispatch.board.reply import done
from dispatch.models import Incident, Task, TaskStatus
from dispatch.services.decisions import choices_of, decide_incident
from dispatch.services.incidents import try_again
from dispatch.services.plan import move_to_day


@require_GET
@needs("incidents.decide")
def incidents(request: HttpRequest) -> HttpResponse:
    """What is open, oldest first, then what was decided lately."""
    decided = Incident.objects.exclude(state=Incident.State.OPEN).select_related(
        "task__stop__place", "task__place", "task__delivery__partner", "reported_by", "decided_by"
    )
    context = {"waiting": choices_of(open_incidents()), "decided": decided.order_by("-decided_at")[:50]}
    return TemplateResponse(request, "dispatch/board/incidents.html", context)


@require_POST
@needs("incidents.decide")
@told
def incident_decide(request: HttpRequest, ref: UUID) -> HttpResponse:
    incident = get_object_or_404(
        Incident.objects.select_related("task__stop__place", "task__place", "task__delivery", "task__round"), ref=ref
    )
    decided = decide_incident(incident=incident, decision=request.POST.get("decision", ""), by=person_of(request))
    words = {
        Incident.State.RETRY: _("%(stop)s gets a second attempt: it is to give today"),
        Incident.State.RETURNED: _("%(stop)s goes back to the sender"),
        Incident.State.CANCELLED: _("The order of %(stop)s is given up"),
        Incident.State.CLOSED: _("%(stop)s is closed"),
        Incident.State.NOTED: _("Noted: %(stop)s goes on"),
    }
    return done(request, None, words[Incident.State(decided.state)] % {"stop": incident.task.where})


@require_POST
@needs("rounds.plan")
@told
def left_over_take(request: HttpRequest) -> HttpResponse:
    """Take up what is left over: the stops `t`, or all. Failed ones get their next attempt, the others move to today."""
    collective = collective_of(request)
    by = person_of(request)
    waiting = {row.ref: row for row in left_over(collective.today())}
    chosen = refs_asked(request.POST.getlist("t")) if request.POST.getlist("t") else list(waiting)
    rows = [waiting[ref] for ref in chosen if ref in waiting]
    for row in rows:
        if row.status == TaskStatus.FAILED:
            try_again(task=Task.objects.select_related("stop").get(pk=row.pk), by=by)
    undone = [row.ref for row in rows if row.status != TaskStatus.FAILED]
    change = move_to_day(tasks=undone, on=collective.today(), by=by) if undone else None
    words = ngettext("%(count)s stop taken up for today", "%(count)s stops taken up for today", len(rows))
    return done(request, change, words % {"count": len(rows)})
