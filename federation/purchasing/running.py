"""The way of a purchase after its closing day: counted, ordered, received; or called off, and then nobody pays. People do each step."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from coopdelivery.people.models import Person
from federation.models import GroupPurchase, Intent
from federation.purchasing.intents import attempts, check_runner, record, units_of
from federation.purchasing.refusals import MoreThanOrdered, NotOverYet, NotPossibleNow, OrderedLater

State = GroupPurchase.State
STOPPABLE = (State.OPEN, State.COMMITTED, State.ORDERED)


def close(*, purchase: GroupPurchase, by: Person) -> None:
    """Count, once the closing day is over. Raises NotABuyer, NotPossibleNow, NotOverYet."""
    with attempts(purchase, "close", by) as row:
        check_runner(by)
        if row.state != State.OPEN:
            raise NotPossibleNow
        if not row.is_closing(timezone.localdate()):
            raise NotOverYet(day=date_format(row.closes_on))
        _count(row, by)


def close_due() -> int:
    """Every night: count what closed the day before; how many purchases were counted."""
    counted = 0
    for pk in GroupPurchase.objects.filter(state=State.OPEN, closes_on__lt=timezone.localdate()).values_list("pk", flat=True):
        with transaction.atomic():
            row = GroupPurchase.objects.select_for_update().get(pk=pk)
            if row.state == State.OPEN:  # a person may have counted it while we waited
                _count(row, None)
                counted += 1
    return counted


def _count(row: GroupPurchase, by: Person | None) -> None:
    """Enough binds everybody who wants some; less binds nobody."""
    units = units_of(row)
    if units >= row.threshold:
        _move(row, State.OPEN, State.COMMITTED, committed_units=units)
        record("group_purchase.committed", row, by, None, units=units, threshold=row.threshold)
    else:
        _move(row, State.OPEN, State.CALLED_OFF)
        record("group_purchase.called_off", row, by, None, units=units, threshold=row.threshold)


def call_off(*, purchase: GroupPurchase, reason: str, by: Person) -> None:
    """It is not bought after all, and nobody pays. Not once something arrived in good order. Raises NotABuyer, NotPossibleNow."""
    with attempts(purchase, "call off", by) as row:
        check_runner(by)
        if row.state not in STOPPABLE and not _came_to_nothing(row):
            raise NotPossibleNow
        _move(row, row.state, State.CALLED_OFF, reason=reason.strip())
        record("group_purchase.called_off", row, by, None, units=units_of(row), threshold=row.threshold, reason=reason.strip())


def _came_to_nothing(row: GroupPurchase) -> bool:
    return row.state == State.RECEIVED and not Intent.objects.filter(purchase=row, came__gt=0).exists()


def place_order(*, purchase: GroupPurchase, on: date, order_number: str, by: Person) -> None:
    """It was ordered from the supplier. Raises NotABuyer, NotPossibleNow, OrderedLater."""
    with attempts(purchase, "order", by) as row:
        check_runner(by)
        if on > timezone.localdate():
            raise OrderedLater
        _move(row, State.COMMITTED, State.ORDERED, ordered_on=on, order_number=order_number.strip())
        record("group_purchase.ordered", row, by, None, units=row.committed_units, on=on.isoformat())


def receive(*, purchase: GroupPurchase, on: date, arrived: Mapping[int, tuple[int, int]], by: Person) -> None:
    """What came in good order, and what damaged, for each co-op (by its key); of those not named, all is missing.

    From here on no unit is handed over. Raises NotABuyer, NotPossibleNow, OrderedLater, MoreThanOrdered.
    """
    with attempts(purchase, "receive", by) as row:
        check_runner(by)
        if on > timezone.localdate():
            raise OrderedLater
        if row.state != State.ORDERED:
            raise NotPossibleNow
        for intent in Intent.objects.filter(purchase=row, units__gt=0).select_related("collective"):
            came, damaged = arrived.get(intent.collective_id, (0, 0))
            if came + damaged > intent.units:
                raise MoreThanOrdered(name=intent.collective.name, units=intent.units)
            Intent.objects.filter(pk=intent.pk).update(came=came, damaged=damaged, offered=0, offered_at=None)
        _move(row, State.ORDERED, State.RECEIVED, arrived_on=on)
        came, damaged = (sum(pair) for pair in zip(*arrived.values(), strict=True)) if arrived else (0, 0)
        record("group_purchase.received", row, by, None, came=came, damaged=damaged, units=row.committed_units)


def _move(row: GroupPurchase, before: str, after: str, **facts: Any) -> None:
    """Raises NotPossibleNow."""
    if not GroupPurchase.objects.filter(pk=row.pk, state=before).update(state=after, **facts):
        raise NotPossibleNow
