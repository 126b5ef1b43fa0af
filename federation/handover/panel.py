"""A delivery's own page says whether another co-op has it, and for whom it is done."""

from collectives.access import allows
from collectives.models import Membership
from federation.handover.offering import co_ops_to_ask
from federation.handover.reading import GLYPHS, State, of_delivery
from federation.handover.telling import UNDER_WAY
from orders.models import Delivery, DeliveryStatus
from orders.panels import Panel, register

TO_OFFER = (DeliveryStatus.PLACED, DeliveryStatus.PICKED_UP)


@register
def handed(delivery: Delivery, membership: Membership) -> Panel | None:
    """For dispatchers; the shop sees one delivery, whoever rides. Nothing where nothing can be handed over and nothing was."""
    if not allows(membership, "handovers.view"):
        return None
    handover = of_delivery(delivery)
    gives = handover is None or handover.delivery_id == delivery.pk
    over = handover is None or (gives and handover.state not in UNDER_WAY)
    may_offer = over and delivery.status in TO_OFFER and allows(membership, "handovers.offer") and bool(co_ops_to_ask(delivery.collective))
    if handover is None and not may_offer:
        return None
    glyph = GLYPHS[State(handover.state)] if handover else ""
    return Panel("federation/_handover_panel.html", {"handover": handover, "gives": gives, "may_offer": may_offer, "glyph": glyph})
