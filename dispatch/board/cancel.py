"""Cancelling from the board: what it would cost, a reason, and one Ctrl+Z that takes it back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from collectives.access import needs
from coopdelivery.kit.money import Money
from dispatch.board.acts import person_of, told
from dispatch.board.asked import refs_asked
from dispatch.board.reply import done, refused
from dispatch.models import Task, TaskKind
from dispatch.services.cancelling import cancel_work, restore_work
from dispatch.services.gesture import tasks_of
from dispatch.services.refusals import Refused
from orders.models import Delivery
from orders.services.cancel import cancel_terms


@require_GET
@needs("rounds.plan")
def board_cancel_ask(request: HttpRequest) -> HttpResponse:
    """The deliveries of the stops `t`, what cancelling each would cost, and the reason to write."""
    try:
        tasks = tasks_of(refs_asked(request.GET.getlist("t")))
    except Refused as refusal:
        return refused(request, refusal.sentence, status=422, field=refusal.field)
    deliveries = Delivery.objects.select_related("order", "partner").filter(pk__in={task.delivery_id for task in tasks}).order_by("pk")
    rows = [(delivery, cancel_terms(delivery).cost) for delivery in deliveries]
    drops = [task for task in tasks if task.kind == TaskKind.DROPOFF and not task.leg]
    context = {
        "rows": rows,
        "tasks": tasks,
        "on": tasks[0].on,
        "one_drop": len(tasks) == len(drops) == 1 and _has_other_drops(drops[0]),
        "total": sum((cost for _delivery, cost in rows), Money(0, rows[0][1].currency)),
    }
    template = "dispatch/board/_cancel.html" if request.headers.get("X-Dialog") else "dispatch/board/cancel.html"
    return TemplateResponse(request, template, context)


def _has_other_drops(task: Task) -> bool:
    others = Task.objects.live().promised().filter(delivery_id=task.delivery_id, kind=TaskKind.DROPOFF)
    return others.exclude(stop_id=task.stop_id).exists()


@require_POST
@needs("rounds.plan")
@told
def board_cancel(request: HttpRequest) -> HttpResponse:
    """Cancel the deliveries of the stops `t` (`what=drops`: only these drops), for the `reason`; `cost` is what the person saw."""
    change, left = cancel_work(
        tasks=refs_asked(request.POST.getlist("t")),
        by=person_of(request),
        reason=request.POST.get("reason", ""),
        drops_only=request.POST.get("what") == "drops",
        agreed=_agreed(request),
    )
    gone = change.after["cancelled"]
    count = len(gone["deliveries"]) or len(gone["stops"])
    if left:
        words = {"count": count, "all": count + len(left), "left": len(left), "why": " ".join(each.why for each in left[:3])}
        return done(request, change, _("%(count)s of %(all)s cancelled, %(left)s refused: %(why)s") % words)
    if gone["stops"]:
        return done(request, change, ngettext("%(count)s drop cancelled", "%(count)s drops cancelled", count) % {"count": count})
    return done(request, change, ngettext("%(count)s delivery cancelled", "%(count)s deliveries cancelled", count) % {"count": count})


def _agreed(request: HttpRequest) -> dict[str, int]:
    pairs = (value.partition(":") for value in request.POST.getlist("cost"))
    return {ref: int(cents) for ref, _colon, cents in pairs if cents.isdecimal() and len(cents) < 12}


@require_POST
@needs("rounds.plan")
@told
def board_restore(request: HttpRequest) -> HttpResponse:
    """Take the cancelling of the stop `t` back, whoever cancelled it."""
    task = get_object_or_404(Task.objects.select_related("delivery"), ref=refs_asked(request.POST.getlist("t"))[0])
    restore_work(task=task, by=person_of(request))
    return done(request, None, _("%(number)s is to do again") % {"number": task.delivery.number})
