"""Gestures on the board. Each calls one service and answers with the lists as they are now."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from collectives.access import needs
from coopdelivery.kit.words import day as day_words
from coopdelivery.people.models import Person
from dispatch.board.asked import Target, collective_of, day_asked, refs_asked, target_asked, versions_asked
from dispatch.board.reply import done, refused
from dispatch.models import PlanChange, Task
from dispatch.services.plan import FINISHED, move_to_day, plan_tasks
from dispatch.services.refusals import CannotMove, NotAPlanner, Refused, StaleRound
from dispatch.services.undo import undo, undo_last

STATUS = {StaleRound: 409, NotAPlanner: 403}


def person_of(request: HttpRequest) -> Person:
    if not isinstance(request.user, Person):
        raise PermissionDenied
    return request.user


def told(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A refusal becomes its sentence, with the lists as they are now."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as refusal:
            rounds = [str(row.ref) for row in refusal.rounds] if isinstance(refusal, StaleRound) else []
            status = STATUS.get(type(refusal), 422)
            return refused(request, refusal.sentence, status=status, field=refusal.field, rounds=rounds)

    return answering


@require_POST
@needs("rounds.plan")
@told
def board_plan(request: HttpRequest) -> HttpResponse:
    """Put the stops `t` into `to` (see `target_asked`), before the stop `before` if one is named."""
    on = day_asked(request.POST.get("on", ""), collective_of(request))
    refs = refs_asked(request.POST.getlist("t"))
    before = refs_asked([request.POST["before"]], "before")[0] if request.POST.get("before") else None
    movable, left = _movable(refs)
    versions = versions_asked(request.POST)
    target = target_asked(request.POST.get("to", ""), on, versions if versions is not None else {})
    verb = request.POST.get("verb", "")
    change = plan_tasks(
        tasks=movable,
        to_round=target.round,
        before=before,
        versions=versions,
        by=person_of(request),
        verb=verb if verb in {"give", "move", "rest", "order"} else "plan",
    )
    return done(request, change, _sentence(change, movable, left, target))


def _movable(refs: Sequence[UUID]) -> tuple[list[UUID], list[Task]]:
    """Those that can move, and those that are finished; all finished is a refusal by the service."""
    over = {task.ref: task for task in Task.objects.filter(ref__in=refs, status__in=FINISHED).select_related("stop__place", "place")}
    movable = [ref for ref in refs if ref not in over]
    return (movable, list(over.values())) if movable else (list(refs), [])


def _sentence(change: PlanChange, movable: Sequence[UUID], left: Sequence[Task], target: Target) -> str:
    count = len(movable)
    if left:
        why = ", ".join(f"{task.where} ({task.get_status_display()})" for task in left[:3])
        words = _("%(count)s of %(all)s stops moved, %(left)s refused: %(why)s")
        return words % {"count": count, "all": count + len(left), "left": len(left), "why": why}
    if target.round is None:
        return ngettext("%(count)s stop is to give again", "%(count)s stops are to give again", count) % {"count": count}
    stayed = all(spot["round"] == str(target.round.ref) for spot in change.before["tasks"].values())
    if stayed:
        words = ngettext("%(count)s stop moved in the day of %(name)s", "%(count)s stops moved in the day of %(name)s", count)
    else:
        words = ngettext("%(count)s stop given to %(name)s", "%(count)s stops given to %(name)s", count)
    return words % {"count": count, "name": target.name}


@require_POST
@needs("rounds.plan")
@told
def board_day(request: HttpRequest) -> HttpResponse:
    """Put the stops on another day, to give there. The promise made to the recipient does not change."""
    collective = collective_of(request)
    if not request.POST.get("to_day"):
        raise CannotMove(_("Choose the day."), field="to_day")
    on = day_asked(request.POST["to_day"], collective)
    if on < collective.today():
        raise CannotMove(_("Choose today or a later day."), field="to_day")
    refs = refs_asked(request.POST.getlist("t"))
    change = move_to_day(tasks=refs, on=on, by=person_of(request), versions=versions_asked(request.POST))
    words = ngettext("%(count)s stop moved to %(day)s", "%(count)s stops moved to %(day)s", len(refs))
    return done(request, change, words % {"count": len(refs), "day": day_words(on)})


@require_POST
@needs("rounds.plan")
@told
def board_undo(request: HttpRequest) -> HttpResponse:
    """Take back this person's last gesture, or the one named by `change`."""
    by = person_of(request)
    named = request.POST.get("change")
    if named:
        found = PlanChange.objects.filter(ref__in=refs_asked([named], "change"), by=by).first()
        if found is None:
            raise CannotMove(_("There is nothing to undo."), field="change")
        change = undo(change=found, by=by)
    else:
        change = undo_last(by=by)
    return done(request, change, _("Undone"))
