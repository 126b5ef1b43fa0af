"""What the pages of hand-overs show; each co-op sees its own side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from collectives.models import Collective
from coopdelivery.ledger.models import Posting
from federation.handover.parts import Outline, Part, outline_of, parts_of
from federation.handover.telling import UNDER_WAY
from federation.models import Handover
from orders.models import Delivery, Order

State = Handover.State
GLYPHS = {
    State.OFFERED: "wait",
    State.ACCEPTED: "wait",
    State.CUSTODY: "go",
    State.DELIVERED: "ok",
    State.FAILED: "failed",
    State.REFUSED: "off",
    State.WITHDRAWN: "off",
    State.EXPIRED: "off",
    State.RETURNED: "off",
    State.CANCELLED: "off",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A hand-over on its page. `outline` is for whom it is offered to, `parts` only for who has it; `own` is the reader's delivery."""

    handover: Handover
    gives: bool
    outline: Outline | None
    parts: Sequence[Part]
    own: Delivery | None
    billed: str

    @property
    def glyph(self) -> str:
        return GLYPHS[State(self.handover.state)]

    @property
    def may_answer(self) -> bool:
        return not self.gives and self.handover.is_open

    @property
    def may_withdraw(self) -> bool:
        return self.gives and self.handover.state == State.OFFERED

    @property
    def may_give_back(self) -> bool:
        return not self.gives and self.handover.state == State.ACCEPTED


@dataclass(frozen=True, slots=True)
class Row:
    """A hand-over in the list."""

    handover: Handover
    other: Collective
    glyph: str
    waits: bool


def handovers_of(collective: Collective) -> QuerySet[Handover]:
    """Given and received, the newest first."""
    rows = Handover.objects.filter(Q(giver=collective) | Q(receiver=collective))
    return rows.select_related(
        "giver", "receiver", "delivery__collective", "delivery__partner", "taken__order", "place", "offered_by", "answered_by"
    )


def given(collective: Collective) -> QuerySet[Handover]:
    return handovers_of(collective).filter(giver=collective)


def received(collective: Collective) -> QuerySet[Handover]:
    return handovers_of(collective).filter(receiver=collective)


def waiting_for(collective: Collective) -> int:
    """Offers that this co-op has not answered, and still can."""
    return Handover.objects.filter(receiver=collective, state=State.OFFERED, answer_by__gt=timezone.now()).count()


def of_delivery(delivery: Delivery) -> Handover | None:
    """The newest one about this delivery: of the giver's, or of the receiver's own."""
    return handovers_of(delivery.collective).filter(Q(delivery=delivery) | Q(taken=delivery)).first()


def rows_of(handovers: Sequence[Handover], collective: Collective) -> list[Row]:
    return [
        Row(
            handover=each,
            other=each.receiver if each.giver_id == collective.pk else each.giver,
            glyph=GLYPHS[State(each.state)],
            waits=each.receiver_id == collective.pk and each.is_open,
        )
        for each in handovers
    ]


def shown_to(collective: Collective, ref: UUID) -> Shown | None:
    """The reader's own side of it; None for what is none of theirs."""
    handover = handovers_of(collective).filter(ref=ref).first()
    if handover is None:
        return None
    gives = handover.giver_id == collective.pk
    theirs = not gives and handover.is_theirs
    return Shown(
        handover=handover,
        gives=gives,
        outline=outline_of(handover) if gives or handover.state == State.OFFERED else None,
        parts=parts_of(handover) if theirs else [],
        own=handover.delivery if gives else handover.taken,
        billed=_billed(handover),
    )


def _billed(handover: Handover) -> str:
    """What it came to in the receiver's accounts, and so in the giver's."""
    posted = Posting.objects.filter(key=f"handover:{handover.ref}:settled").exists()
    order: Order | None = handover.taken.order if handover.taken else None
    return str(order.gross) if posted and order is not None else ""


def is_under_way(delivery: Delivery) -> bool:
    return Handover.objects.filter(delivery=delivery, state__in=UNDER_WAY).exists()


def answer_until(handover: Handover) -> datetime:
    return timezone.localtime(handover.answer_by)
