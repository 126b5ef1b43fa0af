"""What is on the bike along the way: the peak counts, not the sum."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Freight(NamedTuple):
    """What one stop does to the load. `delivery` ties a drop to its pickup; `unknown` counts parcels nobody weighed.

    A pickup's figures are the sum of its delivery's drops, whoever rides them.
    """

    delivery: Hashable
    pickup: bool
    weight_g: int = 0
    volume_l: int = 0
    unknown: int = 0
    over: bool = False
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Load:
    """Grams and litres: the highest along the way, and now. `unknown` parcels are in neither."""

    peak_g: int
    peak_l: int
    now_g: int
    now_l: int
    unknown: int


def carry(stops: Sequence[Freight]) -> Load:
    """Follow the load through the stops. What is dropped without having been picked up on this way was on board from the start."""
    picked: set[Hashable] = set()
    weight = volume = 0
    for stop in stops:
        if stop.counts and stop.pickup:
            picked.add(stop.delivery)
        elif stop.counts and stop.delivery not in picked:
            weight, volume = weight + stop.weight_g, volume + stop.volume_l
    peak_g, peak_l, now_g, now_l = weight, volume, weight, volume
    loaded: set[Hashable] = set()
    for stop in stops:
        if not stop.counts or (stop.pickup and stop.delivery in loaded):
            continue
        sign = 1 if stop.pickup else -1
        if stop.pickup:
            loaded.add(stop.delivery)
        weight, volume = max(0, weight + sign * stop.weight_g), max(0, volume + sign * stop.volume_l)
        peak_g, peak_l = max(peak_g, weight), max(peak_l, volume)
        if stop.over:
            now_g, now_l = weight, volume
    unknown = sum(stop.unknown for stop in stops if stop.counts and not stop.pickup)
    return Load(peak_g, peak_l, now_g, now_l, unknown)
