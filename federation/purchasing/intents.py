"""A purchase is opened; co-ops say what they want and change their minds. Once it is committed, units only pass from co-op to co-op."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.formats import date_format

from collectives.models import Collective, Standing
from collectives.refusals import Refusal
from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.people.models import Person
from federation.groups.members import members_of
from federation.models import GroupPurchase, Intent, WorkingGroup
from federation.purchasing.refusals import (
    ClosedAlready,
    ClosesTooSoon,
    NotABuyer,
    NothingStated,
    NotJoining,
    NotPossibleNow,
    NotSoManyOffered,
    NotWholePacks,
    OtherCurrency,
    TooManyUnits,
)
from federation.register.offices import officers_today

State = GroupPurchase.State
HANDED_OVER = frozenset({State.COMMITTED, State.ORDERED})  # while units pass from co-op to co-op


@contextmanager
def attempts(purchase: GroupPurchase, what: str, by: Person, collective: Collective | None = None) -> Iterator[GroupPurchase]:
    """The purchase locked, all of it in one transaction; what is refused leaves its trace, and nothing else."""
    try:
        with transaction.atomic():
            yield GroupPurchase.objects.select_for_update().get(pk=purchase.pk)
    except Refusal as refusal:
        with transaction.atomic():
            record("group_purchase.refused", purchase, by, collective, what=what, why=type(refusal).__name__)
        raise


def may_run(person: Person) -> bool:
    """People of the group, and officers."""
    return members_of(WorkingGroup.PURCHASING).filter(person=person).exists() or officers_today().filter(person=person).exists()


def check_runner(by: Person) -> None:
    """Raises NotABuyer."""
    if not may_run(by):
        raise NotABuyer


def open_purchase(
    *,
    title: str,
    supplier: str,
    unit: str,
    price: Money,
    vat_rate: int,
    extras: Money,
    threshold: int,
    step: int,
    closes_on: date,
    terms: str,
    by: Person,
) -> GroupPurchase:
    """`price` of a unit before VAT, `vat_rate` in ten-thousandths, `extras` expected for freight and customs.

    Raises NotABuyer, ClosesTooSoon.
    """
    if not may_run(by):
        with transaction.atomic():
            journal.record("group_purchase.refused", subject="new", collective_id=None, by=by, what="open", why=NotABuyer.__name__)
        raise NotABuyer
    if closes_on <= timezone.localdate():
        raise ClosesTooSoon
    words = {"title": title.strip(), "supplier": supplier.strip(), "unit": unit.strip(), "terms": terms.strip()}
    facts = {"currency": price.currency, "unit_cents": price.cents, "vat_rate": vat_rate, "extras_cents": extras.cents}
    with transaction.atomic():
        row = GroupPurchase.objects.create(**words, **facts, threshold=threshold, step=step, closes_on=closes_on, opened_by=by)
        record("group_purchase.opened", row, by, None, threshold=threshold, cents=price.cents, currency=price.currency)
    return row


def state_intent(*, purchase: GroupPurchase, collective: Collective, units: int, by: Person) -> None:
    """How many the co-op wants from now on; none withdraws.

    Raises NotJoining, OtherCurrency, NotPossibleNow, ClosedAlready, NotWholePacks, NothingStated.
    """
    with attempts(purchase, "intend", by, collective) as row:
        _check_joining(row, collective)
        if row.state != State.OPEN and not row.is_bound:
            raise NotPossibleNow
        if not row.takes_intents(timezone.localdate()):
            raise ClosedAlready(day=date_format(row.closes_on))
        _check_packs(row, units)
        mine = Intent.objects.filter(purchase=row, collective=collective)
        before = mine.values_list("units", flat=True).first()
        if not units:
            if not mine.delete()[0]:
                raise NothingStated
            record("group_purchase.withdrawn", row, by, collective, before=before)
        elif units != before:
            facts = {"units": units, "stated_by": by, "stated_at": timezone.now()}
            Intent.objects.update_or_create(purchase=row, collective=collective, defaults=facts)
            record("group_purchase.intended", row, by, collective, units=units, before=before or 0)


def offer(*, purchase: GroupPurchase, collective: Collective, units: int, by: Person) -> None:
    """Late withdrawal: of what the co-op is bound to, it would give so many units to others. Until they are taken, they stay its own.

    Raises NotPossibleNow, NothingStated, NotWholePacks, TooManyUnits.
    """
    with attempts(purchase, "offer", by, collective) as row:
        if row.state not in HANDED_OVER:
            raise NotPossibleNow
        mine = Intent.objects.filter(purchase=row, collective=collective, units__gt=0).first()
        if mine is None:
            raise NothingStated
        _check_packs(row, units)
        if units > mine.units:
            raise TooManyUnits(units=mine.units)
        if units != mine.offered:
            Intent.objects.filter(pk=mine.pk).update(offered=units, offered_at=timezone.now() if units else None)
            record("group_purchase.offered", row, by, collective, units=units, before=mine.offered)


def take_over(*, purchase: GroupPurchase, collective: Collective, units: int, by: Person) -> None:
    """Units that others offered, the longest offered first, and with them their part of the cost.

    Raises NotJoining, OtherCurrency, NotPossibleNow, NotWholePacks, NotSoManyOffered.
    """
    with attempts(purchase, "take", by, collective) as row:
        _check_joining(row, collective)
        if row.state not in HANDED_OVER:
            raise NotPossibleNow
        _check_packs(row, units)
        offers = list(Intent.objects.filter(purchase=row, offered__gt=0).exclude(collective=collective).order_by("offered_at", "pk"))
        most = sum(each.offered for each in offers)
        if not 0 < units <= most:
            raise NotSoManyOffered(offered=most)
        _add(row, collective, units, by)
        left = units
        for each in offers:
            part = min(left, each.offered)
            if part:
                Intent.objects.filter(pk=each.pk).update(units=F("units") - part, offered=F("offered") - part)
                record("group_purchase.taken_over", row, by, each.collective, units=part, taken_by=collective.pk)
                left -= part


def _add(row: GroupPurchase, collective: Collective, units: int, by: Person) -> None:
    facts: dict[str, Any] = {"units": units, "stated_by": by}
    mine, made = Intent.objects.get_or_create(purchase=row, collective=collective, defaults=facts)
    if not made:
        Intent.objects.filter(pk=mine.pk).update(units=F("units") + units)


def units_of(purchase: GroupPurchase) -> int:
    return Intent.objects.filter(purchase=purchase).aggregate(sum=Sum("units"))["sum"] or 0


def _check_joining(row: GroupPurchase, collective: Collective) -> None:
    if collective.standing not in {Standing.TRIAL, Standing.MEMBER}:
        raise NotJoining
    if collective.currency != row.currency:
        raise OtherCurrency(theirs=row.currency, ours=collective.currency)


def _check_packs(row: GroupPurchase, units: int) -> None:
    if units % row.step:
        raise NotWholePacks(step=row.step)


def record(name: str, purchase: GroupPurchase, by: Person | None, collective: Collective | None, **facts: Any) -> None:
    home = collective.pk if collective else None
    journal.record(name, subject=purchase.ref, collective_id=home, by=by, label=purchase.title, **facts)
