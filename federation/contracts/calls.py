"""A contract is prepared with its lots; all co-ops are asked; they apply or say nothing. Who withdraws is deleted, and named nowhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format

from collectives.models import Collective, Standing
from collectives.refusals import Refusal
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from federation.contracts.refusals import CallOver, CallTooShort, LotNamed, NoLots, NotApplying, NotOfPartnerships, NotPossibleNow
from federation.groups.members import members_of
from federation.models import Allotment, Application, FrameworkContract, Lot, WorkingGroup
from federation.register.offices import officers_today

State = FrameworkContract.State
HELD = (Allotment.State.STANDSTILL, Allotment.State.IN_FORCE)


@contextmanager
def attempts(contract: FrameworkContract, what: str, by: Person | None) -> Iterator[FrameworkContract]:
    """The contract locked, all of it in one transaction; what is refused leaves its trace, and nothing else.

    `by` None: it is about an answer of a co-op, and who refuses a lot is named nowhere.
    """
    try:
        with transaction.atomic():
            yield FrameworkContract.objects.select_for_update().get(pk=contract.pk)
    except Refusal as refusal:
        with transaction.atomic():
            record("contract.refused", contract, by, what=what, why=type(refusal).__name__)
        raise


def may_run(person: Person) -> bool:
    """People of the group, and officers."""
    return members_of(WorkingGroup.PARTNERSHIPS).filter(person=person).exists() or officers_today().filter(person=person).exists()


def check_runner(by: Person) -> None:
    """Raises NotOfPartnerships."""
    if not may_run(by):
        raise NotOfPartnerships


def prepare(*, by: Person, **card: Any) -> FrameworkContract:
    """`card`: client, address, summary, price_basis, begins_on, ends_on, closes_on, standstill_days.

    Raises NotOfPartnerships, CallTooShort.
    """
    if not may_run(by):
        with transaction.atomic():
            journal.record("contract.refused", subject="new", collective_id=None, by=by, what="prepare", why=NotOfPartnerships.__name__)
        raise NotOfPartnerships
    _check_days(card["closes_on"])
    with transaction.atomic():
        row = FrameworkContract.objects.create(**card, opened_by=by)
        record("contract.prepared", row, by)
    return row


def add_lot(*, contract: FrameworkContract, name: str, detail: str, area: dict[str, Any] | None, by: Person) -> Lot:
    """Raises NotOfPartnerships, NotPossibleNow, LotNamed."""
    with attempts(contract, "add lot", by) as row:
        check_runner(by)
        if row.state != State.DRAFT:
            raise NotPossibleNow
        try:
            with transaction.atomic():
                lot = Lot.objects.create(contract=row, name=name.strip(), detail=detail.strip(), area=area)
        except IntegrityError as error:
            raise LotNamed(name=name.strip()) from error
        record("contract.lot_added", row, by, lot=lot.name)
    return lot


def publish(*, contract: FrameworkContract, by: Person) -> None:
    """Ask all co-ops. Raises NotOfPartnerships, NotPossibleNow, NoLots, CallTooShort."""
    with attempts(contract, "publish", by) as row:
        check_runner(by)
        if row.state != State.DRAFT:
            raise NotPossibleNow
        if not row.lots.exists():
            raise NoLots
        _check_days(row.closes_on)
        FrameworkContract.objects.filter(pk=row.pk).update(state=State.CALL)
        record("contract.published", row, by, closes_on=row.closes_on.isoformat())


def stop(*, contract: FrameworkContract, reason: str, by: Person) -> None:
    """Nothing more is allotted; what is in force stays so. Raises NotOfPartnerships, NotPossibleNow."""
    with attempts(contract, "stop", by) as row:
        check_runner(by)
        if not FrameworkContract.objects.filter(pk=row.pk).exclude(state=State.STOPPED).update(state=State.STOPPED, reason=reason.strip()):
            raise NotPossibleNow
        record("contract.stopped", row, by, reason=reason.strip())


def apply(*, lot: Lot, collective: Collective, offer: str, capacity: str, by: Person) -> None:
    """What the co-op offers, or offers from now on instead. Raises NotApplying, CallOver, NotPossibleNow."""
    with attempts(lot.contract, "apply", None) as row:
        if collective.standing not in {Standing.TRIAL, Standing.MEMBER}:
            raise NotApplying
        if row.state != State.CALL:
            raise NotPossibleNow
        if not row.takes_applications(timezone.localdate()):
            raise CallOver(day=date_format(row.closes_on))
        facts = {"offer": offer.strip(), "capacity": capacity.strip(), "made_by": by, "made_at": timezone.now()}
        Application.objects.update_or_create(lot=lot, collective=collective, defaults=facts)
        record("contract.answered", row, None, lot=lot.name)


def withdraw(*, lot: Lot, collective: Collective) -> None:
    """The application is deleted, at any time before the lot is allotted. Raises NotPossibleNow."""
    with attempts(lot.contract, "withdraw", None) as row:
        if Allotment.objects.filter(lot=lot, state__in=HELD).exists():
            raise NotPossibleNow
        if not Application.objects.filter(lot=lot, collective=collective).delete()[0]:
            raise NotPossibleNow
        record("contract.answered", row, None, lot=lot.name)


def _check_days(closes_on: date) -> None:
    if closes_on <= timezone.localdate():
        raise CallTooShort


def record(name: str, contract: FrameworkContract, by: Person | None, collective: Collective | None = None, **facts: Any) -> None:
    home = collective.pk if collective else None
    journal.record(name, subject=contract.ref, collective_id=home, by=by, label=contract.client, **facts)
