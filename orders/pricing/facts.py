"""What a price is made from, and what it is made of. Pure: no clock, no database, no Django."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Arg = int | str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is asked. `distance_m` counts located places only; `unlocated` says how many are missing from it.

    `weight_g` is the sum of the known weights, `unweighed` the pieces whose weight nobody knows; `volume_l` is known litres. `parcels`
    counts pieces by the parcel type's id, `pieces` all of them. `shortest_window_min` is the shortest promised window, `outside` how
    many stops lie outside the area. `lead_min` is the time from ordering to the first window; `weekday` (0 is Monday), `minute`
    (of the day) and `holiday` are those of the first window, on the collective's own clock. `doorsteps` is how many drops are carried up
    to the door, `vehicle` the kind of vehicle asked for by name ("" for none). `each` holds the same for every drop by
    itself, where the distance is the way to it from the stop before.
    """

    drops: int
    distance_m: int
    distance_estimated: bool = False
    unlocated: int = 0
    weight_g: int = 0
    unweighed: int = 0
    volume_l: int = 0
    pieces: int = 0
    parcels: Mapping[int, int] = field(default_factory=dict)
    shortest_window_min: int = 120
    outside: int = 0
    lead_min: int = 24 * 60
    weekday: int = 0
    minute: int = 12 * 60
    holiday: bool = False
    pickups: int = 1
    doorsteps: int = 0
    vehicle: str = ""
    each: "tuple[Facts, ...]" = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One reason of the price. `code` and `args` are put into words by `orders.pricing.explain`, in the reader's language."""

    label: str
    code: str
    args: Mapping[str, Arg]
    amount_cents: int
