"""When a rule applies, and whether it is counted drop by drop: from the form to what is kept, and back."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

# measure → its words with the unit people write, and how many of ours one of it is
MEASURED: dict[str, tuple[Any, int]] = {
    "distance_m": (_("kilometres"), 1000),
    "weight_g": (_("kilograms"), 1000),
    "volume_l": (_("litres"), 1),
    "pieces": (_("parcels"), 1),
    "drops": (_("drops"), 1),
}
# what a rule may ask before it applies
ASKED: dict[str, tuple[Any, int]] = {
    **MEASURED,
    "outside": (_("stops outside the area"), 1),
    "pickups": (_("pickups"), 1),
    "doorsteps": (_("drops up to the door"), 1),
    "shortest_window_min": (_("minutes of the shortest window"), 1),
    "lead_min": (_("minutes between order and window"), 1),
    "minute": (_("hour at which the window begins"), 60),
}


def when_params(data: Mapping[str, Any]) -> dict[str, Any]:
    """What is added to a rule's params; nothing when it always applies."""
    params: dict[str, Any] = {"by_drop": True} if data.get("by_drop") else {}
    measure = data.get("when_measure")
    if measure:
        unit = ASKED[measure][1]
        params["when"] = {"measure": measure, "least": _ours(data.get("when_least"), unit), "most": _ours(data.get("when_most"), unit)}
    return params


def _ours(value: Decimal | None, unit: int) -> int | None:
    return int(value * unit) if value is not None else None


def when_values(params: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows of it."""
    when = params.get("when") or {}
    unit = ASKED[when["measure"]][1] if when else 1
    return {
        "by_drop": bool(params.get("by_drop")),
        "when_measure": when.get("measure", ""),
        "when_least": Decimal(when["least"]) / unit if when.get("least") is not None else None,
        "when_most": Decimal(when["most"]) / unit if when.get("most") is not None else None,
    }
