"""The answer of the co-op that was asked, and the giver's word taken back before it: whoever is first, the other is told so."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from collectives.tenancy import acting_for
from coopdelivery.kit import words
from coopdelivery.people.models import Person
from dispatch.services import handing
from federation.handover.refusals import Answered, CannotTake, InCustody, NoReason, NotLicensed, TooLateToAnswer
from federation.handover.taking import measured, order_it
from federation.handover.telling import record_both
from federation.models import HandedTask, Handover
from orders.refusals import Refused as OrdersRefused
from orders.services import cancel_delivery

State = Handover.State
LONGEST = 300


def accept(*, handover: Handover, by: Person) -> Handover:
    """Take it: an order and a delivery of the receiver's own, at the agreed price. A second press changes nothing.

    Asks the router before its transaction. Raises Answered, TooLateToAnswer, NotLicensed, NoPriceList, CannotTake; then nothing is written.
    """
    if Handover.objects.filter(pk=handover.pk, state=State.ACCEPTED).exists():
        return reloaded(handover)
    if not handover.receiver.may_trade():
        raise NotLicensed
    way = measured(handover)
    try:
        with transaction.atomic():
            _answer(handover, State.ACCEPTED, by)
            taken = order_it(handover, way=way, by=by)
            Handover.objects.filter(pk=handover.pk).update(taken=taken)
            record_both("handover.accepted", handover, by=by)
    except OrdersRefused as refused:
        raise CannotTake(why=refused) from refused
    return reloaded(handover)


@transaction.atomic
def refuse(*, handover: Handover, reason: str, by: Person) -> Handover:
    """Not this one; the giver has it back at once. Raises NoReason, Answered, TooLateToAnswer."""
    why = reason.strip()[:LONGEST]
    if not why:
        raise NoReason
    _answer(handover, State.REFUSED, by, reason=why, ended_at=timezone.now())
    give_back_work(handover, by)
    record_both("handover.refused", handover, by=by, reason=why)
    return reloaded(handover)


@transaction.atomic
def withdraw(*, handover: Handover, by: Person) -> Handover:
    """The giver does it itself after all, while nobody has answered. Raises Answered."""
    moved = Handover.objects.filter(pk=handover.pk, state=State.OFFERED).update(state=State.WITHDRAWN, ended_at=timezone.now())
    if not moved:
        raise Answered(state=reloaded(handover).get_state_display())
    give_back_work(handover, by)
    record_both("handover.withdrawn", handover, by=by)
    return reloaded(handover)


@transaction.atomic
def give_back(*, handover: Handover, reason: str, by: Person) -> Handover:
    """The receiver cannot do it after all, before it fetched anything: its own delivery is cancelled, and nothing is billed.

    Raises NoReason, Answered, InCustody.
    """
    why = reason.strip()[:LONGEST]
    if not why:
        raise NoReason
    ended = {"state": State.RETURNED, "reason": why, "ended_at": timezone.now()}
    if not Handover.objects.filter(pk=handover.pk, state=State.ACCEPTED).update(**ended):
        raise Answered(state=reloaded(handover).get_state_display())
    row = reloaded(handover)
    if row.taken is None:
        raise Answered(state=row.get_state_display())
    try:
        with acting_for(row.receiver_id):
            cancel_delivery(delivery=row.taken, by=by, reason=why, waive=True)
    except OrdersRefused as refused:
        raise InCustody from refused
    give_back_work(row, by)
    record_both("handover.returned", row, by=by, reason=why)
    return row


def expire_offers() -> int:
    """Offers that nobody answered in time go back to their giver; how many did."""
    late = list(Handover.objects.filter(state=State.OFFERED, answer_by__lte=timezone.now()).order_by("pk"))
    return sum(_expire(handover) for handover in late)


@transaction.atomic
def _expire(handover: Handover) -> bool:
    waits = Handover.objects.filter(pk=handover.pk, state=State.OFFERED, answer_by__lte=timezone.now())
    if not waits.update(state=State.EXPIRED, ended_at=timezone.now()):
        return False
    give_back_work(handover, None)
    record_both("handover.expired", handover, by=None)
    return True


def give_back_work(handover: Handover, by: Person | None) -> None:
    """What the giver handed over, and is still to do, is its own again."""
    with acting_for(handover.giver_id):
        handing.take_back(tasks=HandedTask.objects.filter(handover=handover).values_list("task_id", flat=True), by=by)


def reloaded(handover: Handover) -> Handover:
    """As it is now, with what its page names."""
    return Handover.objects.select_related("giver", "receiver", "delivery", "taken", "place").get(pk=handover.pk)


def _answer(handover: Handover, state: str, by: Person, **more: object) -> None:
    """Only while it waits, and only in time. Raises Answered, TooLateToAnswer."""
    now = timezone.now()
    values: Mapping[str, object] = {"state": state, "answered_by": by, "answered_at": now, **more}
    if Handover.objects.filter(pk=handover.pk, state=State.OFFERED, answer_by__gt=now).update(**values):
        return
    row = reloaded(handover)
    if row.state == State.OFFERED:
        raise TooLateToAnswer(by=f"{words.day(row.answer_by)} {words.clock(row.answer_by)}")
    raise Answered(state=row.get_state_display())
