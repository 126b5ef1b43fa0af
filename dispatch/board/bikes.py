"""What a courier's bikes carry, and drops that stand before their own pickup."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dispatch.models import Leg, Round
from dispatch.selectors import Row, sources_of


@dataclass(frozen=True, slots=True)
class Capacity:
    weight_g: int
    volume_l: int


def capacity_of(own: Iterable[Round]) -> Capacity | None:
    """The largest bike with its trailer that any of these rounds rides with."""
    known = [[part for part in (row.vehicle, row.trailer) if part] for row in own]
    sums = [Capacity(sum(part.max_weight_g for part in parts), sum(part.max_volume_l for part in parts)) for parts in known if parts]
    return max(sums, key=lambda capacity: capacity.weight_g, default=None)


def before_pickup(in_plan: Sequence[Row]) -> set[int]:
    """Drops that stand before their own pickup in the same list: allowed, and said."""
    sources = sources_of(in_plan)
    pickup_at = {source: n for n, (row, source) in enumerate(zip(in_plan, sources, strict=True)) if row.is_pickup and row.is_live}
    to_hub = {row.stop_id: n for n, row in enumerate(in_plan) if row.leg == Leg.TO_HUB and row.is_live}
    early = set()
    for n, (row, source) in enumerate(zip(in_plan, sources, strict=True)):
        needed = to_hub.get(row.stop_id, -1) if row.leg == Leg.FROM_HUB else -1 if row.is_pickup else pickup_at.get(source, -1)
        if row.is_live and needed > n:
            early.add(row.pk)
    return early
