"""What a list comes to: hours, load and income, and what of it is more than a bike, a shift or the members' rule allows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from collectives.models import Policy
from collectives.policies import policies_in_force
from coopdelivery.kit.money import Money
from coopdelivery.kit.words import kg
from dispatch.board.day import BoardDay, Lane
from dispatch.models import PlanChange, TaskStatus
from dispatch.outlook.promises import minutes_between
from dispatch.selectors import Row, day_of, load_of, ways_of
from orders.models import Delivery

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """`hours` from the start to the end, breaks included; `per_hour` None: nothing to reckon with. `floor` None: no rule set."""

    lane: Lane
    minutes: int
    pause_minutes: int
    income: Money
    per_hour: Money | None
    floor: Money | None

    @property
    def below(self) -> bool:
        return self.per_hour is not None and self.floor is not None and self.per_hour.cents < self.floor.cents


def figures_of(lane: Lane, currency: str, floor_cents: int) -> Figures:
    """The income before VAT of the lane's drops: each delivery's price shared by its drops, a way through a hub by its two halves."""
    arrivals = [at for at in (arrival or row.finished_at for row, arrival, _outlook in lane.shown) if at]
    starts = [shift.starts_at for shift in lane.shifts] or arrivals
    end = lane.day.ends_at or max(arrivals, default=None)
    span = max(end - min(starts), timedelta()) if end and starts else timedelta()
    pause = sum(shift.break_minutes or 0 for shift in lane.shifts) if lane.day.pause_before is not None else 0
    worked = max(span - timedelta(minutes=pause), timedelta())
    income = Money(_income_cents(lane.rows), currency)
    per_hour = Money(round(income.cents * HOUR / worked), currency) if worked and lane.rows else None
    return Figures(lane, int(span.total_seconds() // 60), pause, income, per_hour, Money(floor_cents, currency) if floor_cents else None)


def _income_cents(found: Sequence[Row]) -> int:
    drops = [row for row in found if not (row.is_pickup and not row.at_hub) and row.status != TaskStatus.CANCELLED]
    keys = {row.delivery_id for row in drops}
    counted = Count("stops", filter=Q(stops__kind="dropoff"))
    shares = {
        pk: net / max(1, count)
        for pk, net, count in Delivery.objects.filter(pk__in=keys).annotate(drops=counted).values_list("pk", "order__net_cents", "drops")
    }
    hubs = {row.stop_id for row in found if row.at_hub}
    whole = {row.stop_id: shares.get(row.delivery_id, 0.0) for row in drops}
    here = {stop: {row.leg for row in drops if row.stop_id == stop} for stop in whole}
    return round(sum(share / 2 if stop in hubs and len(here[stop]) < 3 else share for stop, share in whole.items()))


def excess(lane: Lane, figures: Figures | None = None) -> dict[str, str]:
    """What is more than the bike (`weight`, `room`), the `shift` or the members' rule (`floor`) allows, in words; nothing is forbidden."""
    said: dict[str, str] = {}
    most, load = lane.capacity, lane.load
    if most and load.peak_g > most.weight_g:
        said["weight"] = _("%(name)s would carry %(peak)s, the bike takes %(most)s.") % _loads(lane, load.peak_g, most.weight_g)
    if most and load.peak_l > most.volume_l:
        room = {"name": lane.name, "peak": load.peak_l, "most": most.volume_l}
        said["room"] = _("%(name)s would carry %(peak)s l, there is room for %(most)s l.") % room
    if lane.ends_at and lane.day.ends_at and lane.day.ends_at > lane.ends_at:
        words = {"name": lane.name, "count": minutes_between(lane.ends_at, lane.day.ends_at)}
        said["shift"] = _("%(name)s would end %(count)s minutes after the shift.") % words
    if figures is not None and figures.below:
        income = {"name": lane.name, "income": figures.per_hour, "floor": figures.floor}
        said["floor"] = _("%(name)s: %(income)s an hour, the members decided on at least %(floor)s.") % income
    return said


def _loads(lane: Lane, peak: int, most: int) -> dict[str, str]:
    return {"name": lane.name, "peak": kg(peak), "most": kg(most)}


def to_explain(board: BoardDay, change: PlanChange, currency: str) -> list[str]:
    """What this gesture made too much of: lists that it filled and that were not too full without it, rounds that it gave to somebody."""
    if change.undoes_id is not None:
        return []
    before, after = change.before.get("tasks", {}), change.after.get("tasks", {})
    moved = {ref for ref, spot in after.items() if spot["round"] and before.get(ref, {}).get("round") != spot["round"]}
    clock = board.now if board.on == board.today else None
    filled = {after[ref]["round"] for ref in moved}
    said = _newly([lane for lane in board.lanes if _holds(lane, filled)], moved, clock, board)
    given = _given_by(change)
    floor = floor_cents(policies_in_force(board.today)) if given else 0
    for lane in board.lanes if given else ():
        if _holds(lane, given):
            found = excess(lane, figures_of(lane, currency, floor))
            said += [words for words in found.values() if words not in said]
    return said


def _given_by(change: PlanChange) -> set[str]:
    """The rounds that have a courier since this gesture, and had not, or another one."""
    before = change.before.get("rounds", {})
    cards = change.after.get("rounds", {}).items()
    return {ref for ref, card in cards if card and card["courier_id"] not in {None, (before.get(ref) or {}).get("courier_id")}}


def _holds(lane: Lane, rounds: set[str]) -> bool:
    return any(str(row.ref) in rounds for row in lane.rounds)


def _newly(lanes: Sequence[Lane], moved: set[str], clock: datetime | None, board: BoardDay) -> list[str]:
    """What is too much now, and was not without the stops that came; the ways are asked for once for all of it."""
    over = [(lane, now, [row for row in lane.rows if str(row.ref) not in moved]) for lane in lanes if (now := excess(lane))]
    ways = ways_of(left for _lane, _now, left in over)
    said: list[str] = []
    for lane, now, left in over:
        day = day_of(left, {row.pk: row for row in lane.rounds}, lane.shifts, clock, ways, board.service)
        was = excess(replace(lane, rows=left, day=day, load=load_of(left, board.freights)))
        said += [words for kind, words in now.items() if kind not in was]
    return said


def floor_cents(rules: dict[str, Policy]) -> int:
    found = rules.get("round_floor")
    return int(found.value) if found is not None else 0
