"""“Suggest an order”, when somebody asks and the members allow it: the list as it is beside others, with figures. Saves nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from collectives.access import needs
from collectives.policies import policies_in_force
from coopdelivery.places import routing
from coopdelivery.places.geometry import Point
from dispatch.board.asked import collective_of
from dispatch.board.bikes import Capacity, capacity_of
from dispatch.board.rearrange import round_asked
from dispatch.models import Leg, Round, TaskStatus
from dispatch.outlook import solver
from dispatch.outlook.arrivals import Service
from dispatch.outlook.suggest import Proposal, Room, Visit, peak, proposals
from dispatch.selectors import Row, freights_of, rows, service_of, sources_of

MOST = 100
TITLES = {
    "now": gettext_lazy("As it is"),
    "promises": gettext_lazy("Keep the promises"),
    "shortest": gettext_lazy("Shortest way"),
    "one": gettext_lazy("One stop elsewhere"),
    "deadlines": gettext_lazy("What closes first, first"),
}
WHY = {
    "now": gettext_lazy("Your own order, with the same figures to compare."),
    "promises": gettext_lazy("The shortest way that keeps every promise that can be kept."),
    "shortest": gettext_lazy("Least travel; promises are not looked at."),
    "one": gettext_lazy("Your order, but for the single change that helps most."),
    "deadlines": gettext_lazy("By the end of each promise, whatever the way."),
}


class Step(NamedTuple):
    """A stop in an order: minutes late, and by how many places it comes earlier or later than now."""

    row: Row
    arrival: datetime
    late: int
    earlier: int
    later: int
    kept: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One order for the page."""

    kind: str
    title: object
    why: object
    refs: list[UUID]
    stops: list[Step]
    distance_m: int
    minutes: int
    ends_at: datetime
    late_count: int
    late_minutes: int
    peak_g: int
    room_g: int | None
    climb_m: int | None = None


@require_GET
@needs("rounds.plan")
def round_order(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Other orders for the stops to do of one list; `keep` names stops that stay where they are."""
    row = round_asked(ref)
    rule = policies_in_force(collective_of(request).today()).get("order_help")
    live = rows(Q(round=row, status__in=[TaskStatus.TODO, TaskStatus.DOING]))
    keep = {str(each.ref) for each in live if each.status == TaskStatus.DOING or each.point is None} | set(request.GET.getlist("keep"))
    refusal = _refusal(live, allowed=rule is not None and rule.value is True)
    estimated, shown = (False, []) if refusal else suggested(row, live, keep, timezone.now(), service_of(collective_of(request)))
    to = f"c:{row.courier.ref}" if row.courier and not row.name else f"r:{row.ref}"
    context = {"round": row, "to": to, "rule": rule, "refusal": refusal, "shown": shown, "estimated": estimated, "on": row.on}
    template = "dispatch/board/_order.html" if request.headers.get("X-Dialog") else "dispatch/board/order.html"
    return TemplateResponse(request, template, context)


def _refusal(live: Sequence[Row], *, allowed: bool) -> str:
    if not allowed:
        return _("The members of this co-op have not decided that the board may suggest an order. It stays yours alone.")
    if not solver.available():
        return _("This server has no solver. Planning works as ever, by hand.")
    if len(live) < 3:
        return _("With fewer than three stops to do there is nothing to compare.")
    return _("With more than %(count)s stops no order is suggested. Split the round first.") % {"count": MOST} if len(live) > MOST else ""


def suggested(row: Round, live: Sequence[Row], keep: set[str], now: datetime, service: Service) -> tuple[bool, list[Shown]]:
    """Whether ways are estimated, and the orders, the present one first."""
    begin = max((moment for moment in (row.starts_at, now if row.on == timezone.localdate(now) else None) if moment), default=None)
    begin = begin or min(each.window_start for each in live)
    visits = _visits(live, begin, service)
    both = {each.stop_id for each in live if each.leg == Leg.TO_HUB} & {each.stop_id for each in live if each.leg == Leg.FROM_HUB}
    keep = keep | {str(each.ref) for each in live if each.at_hub and each.stop_id in both}
    most = capacity_of([row])
    room = (most.weight_g, most.volume_l) if most else None
    begins_at = _last_point(row)
    durations, distances, estimated = _ways([begins_at, *(each.point for each in live)])
    kept = frozenset(n for n, each in enumerate(live) if str(each.ref) in keep)
    found = proposals(visits, durations, distances, kept=kept, solve=solver.solve, room=room)
    climbs = [routing.climb_m([begins_at, *(live[n].point for n in proposal.order)]) for proposal in found]
    shown = [_shown(proposal, live, begin, kept, peak(proposal.order, visits), most) for proposal in found]
    return estimated, [replace(each, climb_m=climb) for each, climb in zip(shown, climbs, strict=True)]


def _visits(live: Sequence[Row], begin: datetime, service: Service) -> list[Visit]:
    freights = freights_of(live)
    return [
        Visit(
            source,
            each.is_pickup,
            _seconds(each.window_start - begin),
            _seconds(each.window_end - begin),
            freights.of(each).weight_g,
            freights.of(each).volume_l,
            _seconds(service.at(pickup=each.is_pickup)),
        )
        for each, source in zip(live, sources_of(live), strict=True)
    ]


def _last_point(row: Round) -> Point | None:
    """Where the courier was last in this list."""
    over = [each for each in rows(Q(round=row, status__in=[TaskStatus.DONE, TaskStatus.FAILED])) if each.finished_at and each.point]
    return max(over, key=lambda each: each.finished_at or each.window_start).point if over else None


def _ways(points: Sequence[Point | None]) -> tuple[list[list[int]], list[list[int]], bool]:
    """Seconds and metres between all; nothing is counted from or to what nobody has located."""
    known = [n for n, point in enumerate(points) if point is not None]
    answer = routing.matrix([point for point in points if point is not None])
    size = len(points)
    durations, distances = [[0] * size for _n in range(size)], [[0] * size for _n in range(size)]
    for i, a in enumerate(known):
        for j, b in enumerate(known):
            durations[a][b], distances[a][b] = answer.durations_s[i][j], answer.distances_m[i][j]
    return durations, distances, answer.estimated


def _shown(proposal: Proposal, live: Sequence[Row], begin: datetime, kept: frozenset[int], load: Room, most: Capacity | None) -> Shown:
    facts = proposal.figures
    stops = [
        Step(live[n], begin + timedelta(seconds=arrival), late, max(0, n - place), max(0, place - n), n in kept)
        for place, (n, arrival, late) in enumerate(zip(proposal.order, facts.arrivals_s, facts.late, strict=True))
    ]
    return Shown(
        kind=proposal.kind,
        title=TITLES[proposal.kind],
        why=WHY[proposal.kind],
        refs=[live[n].ref for n in proposal.order],
        stops=stops,
        distance_m=facts.distance_m,
        minutes=facts.duration_s // 60,
        ends_at=begin + timedelta(seconds=facts.duration_s),
        late_count=facts.late_count,
        late_minutes=facts.late_minutes,
        peak_g=load[0],
        room_g=most.weight_g if most else None,
    )


def _seconds(delta: timedelta) -> int:
    return int(delta.total_seconds())
