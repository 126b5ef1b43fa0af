"""A settlement run: one pass over what is finished, order by order, each in its own transaction. Stopped anywhere, it goes on."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from collectives.models import Collective
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from orders.models import Order, SettlementRun
from orders.payments.settlement import SetAside, orders_to_settle, settle_order

State = SettlementRun.State
OPEN = (State.WAITING, State.RUNNING)
LOST_AFTER = timedelta(seconds=60)


def start_run(*, collective: Collective, by: Person | None) -> SettlementRun:
    """A new run for the worker to take; the one under way when there is one."""
    under_way = SettlementRun.objects.filter(state__in=OPEN).first()
    if under_way is not None:
        return under_way
    try:
        with transaction.atomic():
            run = SettlementRun.objects.create(collective=collective, started_by=by, total=orders_to_settle().count())
            journal.record("settlement.started", subject=run.ref, collective_id=collective.pk, by=by)
    except IntegrityError:  # somebody started one at the same moment
        return SettlementRun.objects.get(state__in=OPEN)
    return run


def settle(run: SettlementRun) -> SettlementRun:
    """Do the run to its end, or go on with one that stopped. What another worker is busy with is left to it."""
    if not _take(run):
        return run
    for pk in list(orders_to_settle().values_list("pk", flat=True)):
        _settle_one(run, pk)
    finish = {"state": State.DONE, "finished_at": timezone.now()}
    SettlementRun.objects.filter(pk=run.pk, state=State.RUNNING).update(**finish)
    run.refresh_from_db()
    return run


def is_lost(run: SettlementRun) -> bool:
    """Begun, and its worker not heard of for a while."""
    return run.state in OPEN and run.heard_at < timezone.now() - LOST_AFTER


def lost_runs() -> list[int]:
    """Ids of the acting collective's runs that nobody works on any more."""
    return list(SettlementRun.objects.filter(state__in=OPEN, heard_at__lt=timezone.now() - LOST_AFTER).values_list("pk", flat=True))


def _take(run: SettlementRun) -> bool:
    """Claim it for this worker, and count what is left to do."""
    now = timezone.now()
    free = Q(state=State.WAITING) | Q(state=State.RUNNING, heard_at__lt=now - LOST_AFTER)
    if not SettlementRun.objects.filter(free, pk=run.pk).update(state=State.RUNNING, heard_at=now):
        return False
    run.refresh_from_db()
    settled = max(0, run.done - len(run.set_aside))
    run.done, run.set_aside, run.total = settled, [], settled + orders_to_settle().count()
    run.save(update_fields=["done", "set_aside", "total"])
    return True


def _settle_one(run: SettlementRun, order_pk: int) -> None:
    """One order and the progress that counts it, together."""
    order = Order.objects.select_related("partner").get(pk=order_pk)
    try:
        with transaction.atomic():
            settle_order(order, by=run.started_by)
            _step(run)
    except SetAside as why:
        partner = order.partner.name if order.partner else ""
        run.set_aside = [*run.set_aside, {"number": order.number, "order": str(order.ref), "partner": partner, "reason": why.reason}]
        with transaction.atomic():
            _step(run, set_aside=run.set_aside)


def _step(run: SettlementRun, **fields: object) -> None:
    SettlementRun.objects.filter(pk=run.pk).update(done=F("done") + 1, heard_at=timezone.now(), **fields)


def wake_again(run: SettlementRun, *, by: Person) -> None:
    """Somebody noticed that the worker went away: send another one."""
    with transaction.atomic():
        journal.record("settlement.started", subject=run.ref, collective_id=run.collective_id, by=by)
