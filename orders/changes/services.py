"""Who may change or cancel what: before it is planned at once, afterwards by asking; a dispatcher answers."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.people.models import Person
from orders.changes.applying import OPEN, apply_change, judged_from, prepared_for
from orders.changes.refusals import AlreadyAnswered, AlreadyAsked, ChangeCosts, NotChangeable, NothingChanged, SayWhy
from orders.changes.wanted import Said, differences, pickups_among, request_of, settled_on, stops_of
from orders.models import ChangeRequest, Delivery, DeliveryStatus, StopStatus
from orders.outlook import is_planned
from orders.pricing.totals import totals
from orders.requests import DeliveryRequest
from orders.services.cancel import LONGEST_REASON, CancelTerms, cancel_delivery, cancel_terms
from orders.services.desk import Desk
from orders.services.prepare import pickup_window
from orders.services.quote import estimate_at, line_as_json
from orders.services.supplements import kept_lines

Kind, State = ChangeRequest.Kind, ChangeRequest.State


@dataclass(frozen=True, slots=True)
class Change:
    """What would change, and the price before and after, with VAT."""

    wanted: DeliveryRequest
    says: Said
    priced: dict[str, Any]
    before: Money
    after: Money


def may_at_once(delivery: Delivery, *, staff: bool) -> bool:
    """Whether a change needs nobody's answer: the co-op's own people always, a partner until somebody has put it in a round."""
    return staff or (delivery.status in {DeliveryStatus.PLACED, DeliveryStatus.AWAITING_PAYMENT} and not is_planned(delivery))


def open_request_of(delivery: Delivery) -> ChangeRequest | None:
    return ChangeRequest.objects.filter(delivery=delivery, state=State.OPEN).select_related("asked_by").first()


def open_requests() -> QuerySet[ChangeRequest]:
    """What waits for an answer and still can have one, the oldest first."""
    rows = ChangeRequest.objects.filter(state=State.OPEN, delivery__status__in=OPEN).order_by("asked_at")
    return rows.select_related("delivery__partner", "delivery__order", "asked_by")


def propose_change(*, delivery: Delivery, asked: DeliveryRequest) -> Change:
    """What the change would be and cost; writes nothing. Raises NotChangeable, NothingChanged and what an order is refused for.

    A change of names and notes keeps the price as it is; one of place, window or parcels is priced by today's list. Asks geocoders.
    """
    if delivery.status not in OPEN or delivery.partner is None:
        raise NotChangeable
    stops = stops_of(delivery)
    wanted = settled_on(asked, stops, pickup_window(asked.dropoffs))
    difference = differences(wanted, delivery, stops)
    if not difference.says:
        raise NothingChanged
    if difference.rescheduled and any(each.status != StopStatus.OPEN for each in pickups_among(stops)):
        raise NotChangeable
    gross = delivery.order.gross
    if not difference.moved:
        return Change(wanted, difference.says, {}, gross, gross)
    delivery.partner.collective = delivery.collective
    now = judged_from(delivery, rescheduled=difference.rescheduled)
    desk = Desk(delivery.partner, now, but=delivery.pk)
    lines, prepared = estimate_at(desk, wanted)
    price_list = desk.prices[0]
    stays = kept_lines(delivery.order)
    told = [*(line_as_json(line) for line in lines), *stays]
    net, vat = totals([(line["amount_cents"], line["args"]) for line in told], price_list.vat_rate)
    priced = {
        "lines": told,
        "net_cents": net,
        "vat_cents": vat,
        "vat_rate": price_list.vat_rate,
        "price_list": price_list.pk,
        "price_list_version": price_list.version,
        "way": asdict(prepared.way),
        "rescheduled": difference.rescheduled,
    }
    return Change(wanted, difference.says, priced, gross, Money(net + vat, delivery.order.currency))


def change_delivery(
    *, delivery: Delivery, asked: DeliveryRequest, by: Person | None, reason: str, agreed_cents: int, staff: bool
) -> ChangeRequest | None:
    """Change it now (None), or ask for it when it is planned already. `agreed_cents` is the price the person was shown, with VAT.

    Raises ChangeCosts when it is another one, SayWhy for an ask without a reason, AlreadyAsked, and what `propose_change` refuses.
    """
    change = propose_change(delivery=delivery, asked=asked)
    if change.after.cents != agreed_cents:
        raise ChangeCosts(cost=change.after)
    why = reason.strip()[:LONGEST_REASON]
    prepared = prepared_for(delivery, change.wanted, change.priced, save_places=True)
    if may_at_once(delivery, staff=staff):
        apply_change(delivery=delivery, wanted=change.wanted, prepared=prepared, priced=change.priced, says=change.says, reason=why, by=by)
        return None
    return _ask(delivery, Kind.CHANGE, by, why, change.before, change.after, change)


def cancel_or_ask(
    *, delivery: Delivery, by: Person, reason: str, agreed_cents: int, staff: bool, waive: bool = False
) -> CancelTerms | ChangeRequest:
    """Cancel it now, or ask for it when it is planned already. Raises what `cancel_delivery` does, SayWhy, AlreadyAsked."""
    if may_at_once(delivery, staff=staff) or delivery.status != DeliveryStatus.PLACED:
        return cancel_delivery(delivery=delivery, by=by, reason=reason, agreed_cents=agreed_cents, waive=staff and waive)
    return _ask(delivery, Kind.CANCEL, by, reason.strip()[:LONGEST_REASON], delivery.order.gross, cancel_terms(delivery).cost)


def _ask(
    delivery: Delivery, kind: str, by: Person | None, reason: str, before: Money, after: Money, change: Change | None = None
) -> ChangeRequest:
    if not reason:
        raise SayWhy("reason")
    try:
        with transaction.atomic():
            row = ChangeRequest.objects.create(
                collective_id=delivery.collective_id,
                delivery=delivery,
                kind=kind,
                reason=reason,
                wanted=change.wanted.as_json() if change else {},
                priced=change.priced if change else {},
                says=change.says if change else [],
                currency=before.currency,
                before_cents=before.cents,
                after_cents=after.cents,
                asked_by=by,
            )
            _record("change.asked", row, by, reason=reason)
            return row
    except IntegrityError as error:
        raise AlreadyAsked from error


def accept_request(*, request: ChangeRequest, by: Person, answer: str = "", waive: bool = False) -> None:
    """Do what was asked, at the price that was shown; `waive` leaves a cancellation unbilled.

    Raises AlreadyAnswered, or what stands in the way.
    """
    delivery = request.delivery
    wanted = request_of(request.wanted) if request.kind == Kind.CHANGE else None
    prepared = prepared_for(delivery, wanted, request.priced, save_places=True) if wanted else None
    with transaction.atomic():
        _decide(request, State.ACCEPTED, by, answer)
        if wanted is None:
            cancel_delivery(delivery=delivery, by=by, reason=request.reason, agreed_cents=request.after_cents, waive=waive)
        else:
            apply_change(
                delivery=delivery,
                wanted=wanted,
                prepared=prepared,
                priced=request.priced,
                says=request.says,
                reason=request.reason,
                by=by,
            )
        _record("change.accepted", request, by, answer=request.answer)


@transaction.atomic
def refuse_request(*, request: ChangeRequest, by: Person, answer: str) -> None:
    """The delivery stays as it is; the sentence is what the partner reads. Raises SayWhy, AlreadyAnswered."""
    if not answer.strip():
        raise SayWhy("answer")
    _decide(request, State.REFUSED, by, answer)
    _record("change.refused", request, by, answer=request.answer)


@transaction.atomic
def withdraw_request(*, request: ChangeRequest, by: Person) -> None:
    """The partner does not want it any more. Raises AlreadyAnswered."""
    _decide(request, State.WITHDRAWN, by, "")
    _record("change.withdrawn", request, by)


def _decide(request: ChangeRequest, state: str, by: Person, answer: str) -> None:
    said = answer.strip()[:LONGEST_REASON]
    open_still = ChangeRequest.objects.filter(pk=request.pk, state=State.OPEN)
    if not open_still.update(state=state, answer=said, decided_by=by, decided_at=timezone.now()):
        raise AlreadyAnswered
    request.state, request.answer = state, said


def _record(name: str, request: ChangeRequest, by: Person | None, **data: Any) -> None:
    delivery = request.delivery
    journal.record(
        name,
        subject=delivery.ref,
        collective_id=delivery.collective_id,
        by=by,
        number=delivery.number,
        request=str(request.ref),
        kind=request.kind,
        **data,
    )
