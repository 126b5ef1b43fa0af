"""A person allots a lot, with reasons and the list of candidates; then it stands still, may be appealed against, and comes into force.

Nobody decides on a lot that their own co-op applied for; nobody decides on an appeal against their own decision.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format

from collectives.models import Collective
from collectives.selectors import members
from collectives.tenancy import acting_for
from coopdelivery.people.models import Person
from federation.contracts.calls import HELD, attempts, check_runner, record
from federation.contracts.refusals import (
    AllottedAlready,
    AppealedAlready,
    AppealOpen,
    CallRuns,
    ConflictOfInterest,
    NoReasons,
    NotACandidate,
    NotPossibleNow,
    NotYours,
    OwnDecision,
    StandstillOver,
    StandstillRuns,
)
from federation.models import Allotment, Appeal, Application, GroupMember, Lot
from federation.register.offices import officers_today

State = Allotment.State


def candidates_of(lot: Lot) -> list[Application]:
    """By name, which ranks nobody; without who withdrew."""
    return list(Application.objects.filter(lot=lot).select_related("collective").order_by("collective__name", "pk"))


def interest_of(person: Person, co_ops: list[Collective]) -> Collective | None:
    """The first of these co-ops that a person works for, or comes from in their office or group."""
    seats = set(GroupMember.objects.filter(person=person, until=None).values_list("home_id", flat=True))
    homes = seats | set(officers_today().filter(person=person).values_list("home_id", flat=True))
    for collective in co_ops:
        with acting_for(collective):
            if collective.pk in homes or members().filter(person=person).exists():
                return collective
    return None


def check_impartial(by: Person, co_ops: list[Collective]) -> None:
    """Raises NotOfPartnerships, ConflictOfInterest."""
    check_runner(by)
    own = interest_of(by, co_ops)
    if own is not None:
        raise ConflictOfInterest(name=own.name)


def allot(*, lot: Lot, collective: Collective, reasons: str, by: Person) -> Allotment:
    """Give the lot to one of its candidates. The list is frozen with the decision, and the standstill begins.

    Raises NotOfPartnerships, ConflictOfInterest, CallRuns, NotPossibleNow, AllottedAlready, NotACandidate, NoReasons.
    """
    with attempts(lot.contract, "allot", by) as row:
        found = candidates_of(lot)
        check_impartial(by, [each.collective for each in found])
        if row.takes_applications(timezone.localdate()):
            raise CallRuns(day=date_format(row.closes_on))
        if not row.is_to_allot(timezone.localdate()):
            raise NotPossibleNow
        if Allotment.objects.filter(lot=lot, state__in=HELD).exists():
            raise AllottedAlready
        if collective.pk not in {each.collective_id for each in found}:
            raise NotACandidate
        if not reasons.strip():
            raise NoReasons
        until = timezone.localdate() + timedelta(days=row.standstill_days)
        facts = {"candidates": [_frozen(each) for each in found], "reasons": reasons.strip(), "standstill_until": until}
        allotment = Allotment.objects.create(lot=lot, collective=collective, decided_by=by, **facts)
        said = {"lot": lot.name, "reasons": allotment.reasons, "candidates": sorted(each.collective_id for each in found)}
        record("contract.allotted", row, by, collective, allotment=str(allotment.ref), until=until.isoformat(), **said)
    return allotment


def _frozen(application: Application) -> dict[str, object]:
    told = {"collective_id": application.collective_id, "name": application.collective.name}
    return {**told, "offer": application.offer, "capacity": application.capacity}


def decline(*, allotment: Allotment, collective: Collective) -> None:
    """The co-op does not take it after all, before it is in force: its application goes, and the lot is to allot anew.

    Raises NotYours, NotPossibleNow.
    """
    with attempts(allotment.lot.contract, "decline", None) as row:
        if allotment.collective_id != collective.pk:
            raise NotYours
        if not Allotment.objects.filter(pk=allotment.pk, state=State.STANDSTILL).update(state=State.DECLINED):
            raise NotPossibleNow
        Application.objects.filter(lot=allotment.lot_id, collective=collective).delete()
        record("contract.reopened", row, None, lot=allotment.lot.name)


def appeal(*, allotment: Allotment, collective: Collective, text: str, by: Person) -> Appeal:
    """A candidate that did not get the lot objects. Raises NotACandidate, StandstillOver, NotPossibleNow, AppealedAlready."""
    with attempts(allotment.lot.contract, "appeal", by) as row:
        allotment = Allotment.objects.select_related("lot").get(pk=allotment.pk)
        if collective.pk not in allotment.candidate_ids or collective.pk == allotment.collective_id:
            raise NotACandidate
        if allotment.state != State.STANDSTILL:
            raise NotPossibleNow
        if timezone.localdate() > allotment.standstill_until:
            raise StandstillOver(day=date_format(allotment.standstill_until))
        try:
            with transaction.atomic():
                made = Appeal.objects.create(allotment=allotment, collective=collective, text=text.strip(), made_by=by)
        except IntegrityError as error:
            raise AppealedAlready from error
        record("contract.appealed", row, by, collective, allotment=str(allotment.ref), lot=allotment.lot.name)
    return made


def settle_appeal(*, appeal: Appeal, granted: bool, reasons: str, by: Person) -> None:
    """By somebody of no candidate co-op who did not allot the lot. Granted, it is taken back, and the lot is to allot anew.

    Raises NotOfPartnerships, OwnDecision, ConflictOfInterest, NoReasons, NotPossibleNow.
    """
    allotment = appeal.allotment
    with attempts(allotment.lot.contract, "settle appeal", by) as row:
        check_impartial(by, list(Collective.objects.filter(pk__in=allotment.candidate_ids).order_by("name")))
        if allotment.decided_by_id == by.pk:
            raise OwnDecision
        if not reasons.strip():
            raise NoReasons
        facts = {"granted": granted, "reasons": reasons.strip(), "decided_by": by, "decided_at": timezone.now()}
        if not Appeal.objects.filter(pk=appeal.pk, granted=None, allotment__state=State.STANDSTILL).update(**facts):
            raise NotPossibleNow
        said = {"allotment": str(allotment.ref), "lot": allotment.lot.name, "granted": granted, "reasons": reasons.strip()}
        record("contract.appeal_settled", row, by, appeal.collective, **said)
        if granted:
            Allotment.objects.filter(pk=allotment.pk, state=State.STANDSTILL).update(state=State.OVERTURNED)
            record("contract.reopened", row, None, lot=allotment.lot.name)


def take_effect(*, allotment: Allotment, by: Person) -> None:
    """After the standstill, without an open appeal. Raises NotOfPartnerships, NotPossibleNow, StandstillRuns, AppealOpen."""
    with attempts(allotment.lot.contract, "take effect", by):
        check_runner(by)
        _effect(allotment, by)


def _effect(allotment: Allotment, by: Person | None) -> None:
    row = Allotment.objects.select_related("lot__contract", "collective").get(pk=allotment.pk)
    if row.state != State.STANDSTILL:
        raise NotPossibleNow
    if timezone.localdate() <= row.standstill_until:
        raise StandstillRuns(day=date_format(row.standstill_until))
    if row.appeals.filter(granted=None).exists():
        raise AppealOpen
    Allotment.objects.filter(pk=row.pk, state=State.STANDSTILL).update(state=State.IN_FORCE)
    record("contract.in_force", row.lot.contract, by, row.collective, allotment=str(row.ref), lot=row.lot.name)


def effect_due() -> int:
    """Every night: what stood still long enough, and nobody objects to, is in force. How many."""
    due = Allotment.objects.filter(state=State.STANDSTILL, standstill_until__lt=timezone.localdate())
    done = 0
    for row in due.exclude(appeals__granted=None, appeals__isnull=False).select_related("lot__contract"):
        with transaction.atomic():
            type(row.lot.contract).objects.select_for_update().get(pk=row.lot.contract_id)
            if Allotment.objects.filter(pk=row.pk, state=State.STANDSTILL).exists() and not row.appeals.filter(granted=None).exists():
                _effect(row, None)
                done += 1
    return done
