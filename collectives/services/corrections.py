"""Corrections of working time: asked by the member or by the office, counted when both have confirmed. Nothing is overwritten."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from collectives.models import Membership, Role, TimeCorrection, TimeMark
from collectives.refusals import AlreadyAsked, NoReason, NotActive, NotTheOtherSide, NotWhileWorking, NotYours
from collectives.services.worked import CORRECTED_FOR, count_correction
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person

State = TimeCorrection.State


def ask_correction(
    *, membership: Membership, verb: str, at: datetime, by: Person, reason: str, replaces: TimeMark | None = None
) -> TimeCorrection:
    """A moment that was forgotten, or another than the one kept. Nothing counts yet.

    Raises NotYours, NoReason, NotWhileWorking, NotActive, AlreadyAsked.
    """
    why, now = reason.strip()[:300], timezone.now()
    if not why:
        raise NoReason
    if not now - CORRECTED_FOR <= at <= now:
        raise NotWhileWorking
    with acting_for(membership.collective_id), transaction.atomic():
        if by.pk != membership.person_id and not _is_office(by):
            raise NotYours
        if replaces is not None:
            _check_kept(membership, replaces)
        row = TimeCorrection.objects.create(
            collective_id=membership.collective_id, membership=membership, verb=TimeMark.Verb(verb), at=at, reason=why, replaces=replaces,
            asked_by=by,
        )  # fmt: skip
        _record("shift.correction_asked", row, by, reason=why)
    return row


def _check_kept(membership: Membership, mark: TimeMark) -> None:
    """Holds the mark until the transaction ends. Raises NotActive, AlreadyAsked."""
    kept = TimeMark.objects.select_for_update(of=("self",)).filter(pk=mark.pk, membership=membership).first()
    if kept is None or TimeMark.objects.filter(replaces=kept).exists():
        raise NotActive
    if TimeCorrection.objects.filter(replaces=kept, state=State.OPEN).exists():
        raise AlreadyAsked


def answer_correction(*, correction: TimeCorrection, agreed: bool, by: Person) -> TimeCorrection:
    """The other side confirms it, and it counts from now on; or it does not, and the record stays. Raises NotTheOtherSide, NotActive."""
    with acting_for(correction.collective_id), transaction.atomic():
        row = TimeCorrection.objects.select_for_update(of=("self",)).select_related("membership__person", "replaces").get(pk=correction.pk)
        answers = _is_office(by) if row.by_member else by.pk == row.membership.person_id
        if not answers or by.pk == row.asked_by_id:
            raise NotTheOtherSide
        if not row.is_open or (agreed and row.replaces and TimeMark.objects.filter(replaces=row.replaces).exists()):
            raise NotActive
        mark = count_correction(row) if agreed else None
        values = {"state": State.AGREED if agreed else State.DECLINED, "answered_by": by, "answered_at": timezone.now(), "mark": mark}
        if not TimeCorrection.objects.filter(pk=row.pk, state=State.OPEN).update(**values):
            raise NotActive
        row.refresh_from_db()
        _record("shift.correction_answered", row, by, agreed=agreed)
    return row


def _is_office(person: Person) -> bool:
    return Membership.objects.filter(person=person, is_active=True, held__role=Role.ADMIN).exists()


def _record(name: str, row: TimeCorrection, by: Person, **facts: object) -> None:
    about = {"membership": str(row.membership.ref), "courier": row.membership_id, "verb": row.verb}
    journal.record(name, subject=row.ref, collective_id=row.collective_id, by=by, **about, **facts)
