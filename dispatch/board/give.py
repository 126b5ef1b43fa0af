"""“Give to…”: for everybody on shift, in the order of the board, what would happen. No ranking, nothing chosen beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from collectives.access import needs
from dispatch.board.acts import told
from dispatch.board.asked import collective_of, day_asked, refs_asked
from dispatch.board.day import BoardDay, Lane, board_of
from dispatch.board.reply import board_url, wants_json
from dispatch.models import Round, TaskStatus
from dispatch.outlook import promises
from dispatch.outlook.arrivals import Ways
from dispatch.outlook.promises import minutes_between
from dispatch.selectors import Row, day_of, freights_of, load_of, rows, ways_of


@dataclass(frozen=True, slots=True)
class Offer:
    """What giving the stops to one lane would come to. Minutes are whole; `spare` is None without a shift."""

    key: str
    to: str
    name: str
    initials: str
    colour: int
    person: bool
    version: str
    ends_now: datetime | None
    ends_then: datetime | None
    spare: int | None
    past: int
    peak_g: int
    room_g: int | None
    broken: int
    unknown: int

    @property
    def too_heavy(self) -> bool:
        return self.room_g is not None and self.peak_g > self.room_g


def offers(board: BoardDay, moving: Sequence[Row]) -> list[Offer]:
    freights = freights_of([*moving, *(row for lane in board.lanes for row in lane.rows)])
    chosen = {row.pk for row in moving}
    ways = ways_of(_with(lane, moving, chosen) for lane in board.lanes)
    return [_offer(board, lane, moving, chosen, freights, ways) for lane in board.lanes]


def _offer(board: BoardDay, lane: Lane, moving: Sequence[Row], chosen: set[int], freights: object, ways: Ways) -> Offer:
    from_here = _with(lane, moving, chosen)
    rounds = {row.pk: row for row in lane.rounds}
    clock = board.now if board.on == board.today else None
    then = day_of(from_here, rounds, lane.shifts, clock, ways, board.service)
    load = load_of(from_here, freights)  # type: ignore[arg-type]  # Freights
    at_risk = sum(
        promises.of_planned(arrival, row.window_end, board.now).state != promises.OK
        for row, arrival in zip(from_here, then.arrivals, strict=True)
        if row.is_live
    )
    was = lane.count(promises.RISK) + lane.count(promises.LATE)
    shift_end, ends = lane.ends_at, then.ends_at
    over = shift_end is not None and ends is not None and ends > shift_end
    target = lane.loose if lane.membership is not None else lane.rounds[0]
    return Offer(
        key=lane.key,
        to=f"c:{lane.membership.ref}" if lane.membership is not None else f"r:{lane.rounds[0].ref}",
        name=lane.name,
        initials=lane.initials,
        colour=lane.colour,
        person=lane.membership is not None,
        version=f"{target.ref}:{target.version}" if target else "",
        ends_now=lane.day.ends_at,
        ends_then=ends,
        spare=minutes_between(ends, shift_end) if ends and shift_end and not over else None,
        past=minutes_between(shift_end, ends) if over and ends and shift_end else 0,
        peak_g=load.peak_g,
        room_g=lane.capacity.weight_g if lane.capacity else None,
        broken=max(0, at_risk - was),
        unknown=load.unknown,
    )


def _with(lane: Lane, moving: Sequence[Row], chosen: set[int]) -> list[Row]:
    """The lane as it would be: what is given stop by stop goes to the end of the loose stops; without any, by its first promise."""
    target: Round | None = lane.loose if lane.membership is not None else lane.rounds[0]
    parts: list[list[Row]] = []
    for owned in lane.rounds:
        part = [row for row in lane.rows if row.round_id == owned.pk and row.pk not in chosen]
        parts.append([*part, *(row._replace(round_id=owned.pk) for row in moving)] if target and owned.pk == target.pk else part)
    if target is None and moving:
        first = min(row.window_start for row in moving)
        later = [n for n, owned in enumerate(lane.rounds) if (owned.starts_at or first) > first]
        parts.insert(later[0] if later else len(parts), [row._replace(round_id=None) for row in moving])
    return [row for part in parts for row in part]


@require_POST
@needs("rounds.plan")
@told
def board_give(request: HttpRequest) -> HttpResponse:
    """The list of people for the chosen stops; changes nothing. `g` ticks whole deliveries, `pairs` adds their other legs."""
    collective = collective_of(request)
    on = day_asked(request.POST.get("on", ""), collective)
    whole = rows(Q(delivery__number__in=request.POST.getlist("g")[:200], round=None, handed_to=None, on=on, status=TaskStatus.TODO))
    ticked = request.POST.getlist("t")
    refs = refs_asked([*ticked, *(str(row.ref) for row in whole if str(row.ref) not in ticked)])
    moving = _in_given_order(refs)
    if request.POST.get("pairs"):
        moving = _with_other_legs(moving)
    board = board_of(collective, on, timezone.now())
    context = {
        "board": board,
        "moving": moving,
        "offers": offers(board, moving),
        "versions": [f"{row.ref}:{row.version}" for lane in board.lanes for row in lane.rounds],
        "page": request.POST.get("page", ""),
        "url": board_url(request, board),
        "grams": sum(board.freights.of(row).weight_g for row in moving if not row.is_pickup),
    }
    name = "dispatch/board/_give.html" if wants_json(request) or request.headers.get("X-Dialog") else "dispatch/board/give.html"
    return TemplateResponse(request, name, context)


def _in_given_order(refs: Sequence[UUID]) -> list[Row]:
    found = {row.ref: row for row in rows(Q(ref__in=refs, status__in=[TaskStatus.TODO, TaskStatus.DOING]))}
    return [found[ref] for ref in refs if ref in found]


def _with_other_legs(moving: Sequence[Row]) -> list[Row]:
    """The free legs of the same deliveries, pickups in front of the first stop of their delivery."""
    known = {row.pk for row in moving}
    deliveries = {row.delivery_id for row in moving}
    others = [row for row in rows(Q(delivery_id__in=deliveries, round=None, handed_to=None, status=TaskStatus.TODO)) if row.pk not in known]
    pickups = [row for row in others if row.is_pickup]
    return [*pickups, *moving, *(row for row in others if not row.is_pickup)]
