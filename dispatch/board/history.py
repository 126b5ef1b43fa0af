"""Who did what, when: one stop, and the history of a day, read from the journal."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from collectives.access import membership_of, needs
from collectives.models import Membership
from collectives.selectors import couriers
from coopdelivery.journal.models import Event
from coopdelivery.kit.windows import day_bounds
from coopdelivery.kit.words import said
from coopdelivery.people.models import Person
from dispatch.board.asked import collective_of, day_asked
from dispatch.board.relay import hubs
from dispatch.models import PlanChange, Proof, Tag, Task, TaskStatus
from dispatch.services.refusals import Refused
from dispatch.services.relay import hubs_reached
from orders.invoices.tables import table
from orders.selectors import deliveries_visible_to

PAGE = 100
MOST_LINES = 20_000
WORDS = {
    "delivery.placed": _("ordered"),
    "delivery.cancelled": _("cancelled"),
    "delivery.restored": _("not cancelled after all"),
    "stop.cancelled": _("one drop cancelled"),
    "stop.restored": _("drop not cancelled after all"),
    "delivery.picked_up": _("on the bike"),
    "delivery.delivered": _("delivered"),
    "delivery.failed": _("delivery failed"),
    "delivery.reopened": _("delivery open again"),
    "task.planned": _("planned"),
    "task.started": _("under way"),
    "task.done": _("done"),
    "task.failed": _("failed"),
    "task.corrected": _("corrected"),
    "task.retried": _("next attempt"),
    "plan.explained": _("reason written"),
    "delivery.tagged": _("tagged"),
    "delivery.untagged": _("tag taken off"),
    "task.relayed": _("sent through a hub"),
    "task.unrelayed": _("directly again"),
    "task.handed_over": _("offered to another co-op"),
    "task.taken_back": _("ours to do again"),
    "proof.added": _("proof added"),
    "incident.reported": _("incident reported"),
    "incident.noted": _("incident: words added"),
    "incident.decided": _("incident decided"),
    "round.created": _("round made"),
    "round.given": _("round given"),
    "round.changed": _("round changed"),
    "template.kept": _("template kept"),
    "template.removed": _("template removed"),
}
VERBS = {
    "plan": _("put in a round"),
    "give": _("given"),
    "move": _("moved"),
    "rest": _("rest handed over"),
    "day": _("moved to another day"),
    "undo": _("undone"),
    "create": _("round made"),
    "change": _("round changed"),
    "take_back": _("round taken back"),
    "delete": _("round removed"),
    "order": _("suggested order taken"),
    "split": _("round split"),
    "merge": _("rounds merged"),
    "copy": _("round copied"),
    "template": _("template laid"),
    "cancel": _("cancelled"),
    "relay": _("sent through a hub"),
    "unrelay": _("directly again"),
    "hand_over": _("offered to another co-op"),
}
SOURCES = {"web": _("web"), "courier": _("phone"), "api": _("API"), "import": _("import"), "rule": _("rule"), "system": _("system")}


class Line(NamedTuple):
    """One fact, in words. `by` is empty when a rule did it."""

    at: datetime
    what: object
    about: str
    by: str
    source: object
    detail: str


@require_GET
@needs("history.view")
def history(request: HttpRequest) -> HttpResponse:
    """A day's facts, newest first; `courier` and `q` (a delivery's number) narrow them; `as=csv` is the whole list as a table."""
    collective = collective_of(request)
    try:
        on = day_asked(request.GET.get("on", ""), collective)
    except Refused as refusal:
        return TemplateResponse(request, "dispatch/refused.html", {"refusal": refusal}, status=400)
    start, end = day_bounds(on, collective.zone)
    facts = Event.objects.filter(collective_id=collective.pk, at__gte=start, at__lt=end, name__in=WORDS)
    team = list(couriers())
    chosen = next((member for member in team if str(member.ref) == request.GET.get("courier")), None)
    if chosen is not None:
        facts = facts.filter(_of_courier(chosen))
    number = request.GET.get("q", "").strip()[:16]
    if number:
        facts = facts.filter(data__number__iexact=number)
    if request.GET.get("as") == "csv":
        return _table(_lines(facts.order_by("id")[:MOST_LINES]), f"{collective.slug}-{on.isoformat()}.csv")
    page = Paginator(facts.order_by("-id"), PAGE).get_page(request.GET.get("page"))
    context = {"on": on, "couriers": team, "chosen": chosen, "number": number, "page": page, "lines": _lines(page.object_list)}
    return TemplateResponse(request, "dispatch/board/history.html", context)


def _table(lines: Iterable[Line], name: str) -> HttpResponse:
    """The lines in the order in which they happened, times in the collective's zone; no cell begins a formula."""
    found = (
        (timezone.localtime(line.at).strftime("%Y-%m-%d %H:%M:%S"), line.what, line.about, line.detail, line.by, line.source)
        for line in lines
    )
    text = table(["at", "what", "about", "detail", "who", "from"], found)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


def _of_courier(member: Membership) -> Q:
    return Q(by_id=member.person_id) | Q(data__courier=member.pk)


def _lines(facts: Iterable[Event]) -> list[Line]:
    found = list(facts)
    people = {person.pk: person.name for person in Person.objects.filter(pk__in={fact.by_id for fact in found if fact.by_id})}
    return [
        Line(
            fact.at,
            VERBS.get(fact.data.get("verb", ""), WORDS[fact.name]) if fact.name == "task.planned" else WORDS[fact.name],
            str(fact.data.get("number") or fact.data.get("called") or ""),
            people.get(fact.by_id or 0, ""),
            SOURCES.get(fact.source, fact.source),
            _detail(fact),
        )
        for fact in found
    ]


def _detail(fact: Event) -> str:
    count = len(fact.data.get("tasks", ()))
    words = [said(str(fact.data[key])) for key in ("reason", "received_by", "withdrawn", "hub", "tag") if fact.data.get(key)]
    return ", ".join([f"×{count}", *words] if count else words)


@require_GET
@needs("board.view")
def task(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One stop: where, whom to call, what was noted and proved, and everything that happened to it."""
    stop = get_object_or_404(
        Task.objects.select_related("stop__place", "place", "delivery__partner", "delivery__order", "round__courier__person"), ref=ref
    )
    changes = PlanChange.objects.filter(after__tasks__has_key=str(ref), on__gte=stop.created_at.date()).order_by("pk")
    subjects = [str(ref), str(stop.delivery.ref), *(str(change) for change in changes.values_list("ref", flat=True)[:100])]
    facts = Event.objects.filter(subject__in=subjects, name__in=WORDS).order_by("id")[:200]
    context = {
        "task": stop,
        "tags": Tag.objects.filter(uses__delivery=stop.delivery),
        "proofs": stop.proofs.select_related("by"),
        "incidents": stop.incidents.select_related("reported_by", "decided_by"),
        "parcels": stop.stop.parcels.all() if stop.kind == "dropoff" or stop.leg else stop.delivery.parcels.all(),
        "lines": _lines(facts),
        "way": hubs_reached([stop]).get(stop.stop_id, []),
        "hubs": hubs() if stop.status in {TaskStatus.TODO, TaskStatus.DOING} else [],
    }
    template = "dispatch/board/_task.html" if request.headers.get("X-Dialog") else "dispatch/board/task.html"
    return TemplateResponse(request, template, context)


@require_GET
@needs("deliveries.view")
def proof(request: HttpRequest, ref: UUID) -> HttpResponse | FileResponse:
    """The picture of a proof, for the co-op's staff and for the partner whose delivery it is."""
    found = get_object_or_404(Proof.objects.select_related("task"), ref=ref)
    membership = membership_of(request)
    if membership is None or not found.image or not deliveries_visible_to(membership).filter(pk=found.task.delivery_id).exists():
        raise Http404
    response = FileResponse(found.image.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=86400"
    return response
