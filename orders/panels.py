"""What the floor above adds to a delivery's page: proofs, attempts, incidents. It registers panels when it starts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from collectives.models import Membership
from orders.models import Delivery


@dataclass(frozen=True, slots=True)
class Panel:
    """A template of the floor above, with what it needs."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


PanelOf = Callable[[Delivery, Membership], Panel | None]
_panels: list[PanelOf] = []


def register(panel: PanelOf) -> PanelOf:
    """`panel(delivery, membership)` answers what this member may see of it, or None for nothing."""
    _panels.append(panel)
    return panel


def panels_of(delivery: Delivery, membership: Membership) -> list[Panel]:
    """In the order they were registered."""
    return [found for panel in _panels if (found := panel(delivery, membership)) is not None]
