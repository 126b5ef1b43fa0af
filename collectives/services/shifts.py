"""Who works when: planned by people, never by the program."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from collectives.models import Collective, Membership, Shift
from collectives.refusals import BreakOutside, NotActive, NotInTeam, Refusal, ShiftOverlaps, ShiftTooLong, ShiftTooShort
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.kit.windows import day_bounds
from coopdelivery.kit.words import clock
from coopdelivery.people.models import Person

LONGEST = timedelta(hours=16)


@dataclass(frozen=True, slots=True)
class CopiedWeek:
    """How many shifts were taken over, and how many were left out because their person is busy then or has left."""

    copied: int
    left_out: int


def plan_shift(
    *,
    membership: Membership,
    starts_at: datetime,
    ends_at: datetime,
    by: Person,
    break_at: datetime | None = None,
    break_minutes: int = 0,
    kind: str = Shift.Kind.ROAD,
) -> Shift:
    """A member's new shift. Raises ShiftTooShort, ShiftTooLong, BreakOutside, NotInTeam, ShiftOverlaps."""
    shift = Shift(
        collective_id=membership.collective_id,
        membership=membership,
        kind=Shift.Kind(kind),
        starts_at=starts_at,
        ends_at=ends_at,
        break_at=break_at,
        break_minutes=break_minutes if break_at else 0,
    )
    with acting_for(membership.collective_id), transaction.atomic():
        _check(shift)
        shift.save(force_insert=True)
        journal.record(
            "shift.planned",
            subject=shift.ref,
            collective_id=shift.collective_id,
            by=by,
            membership=str(membership.ref),
            after=_facts(shift),
        )
    return shift


def change_shift(
    *,
    shift: Shift,
    membership: Membership,
    starts_at: datetime,
    ends_at: datetime,
    by: Person,
    break_at: datetime | None = None,
    break_minutes: int = 0,
    kind: str = Shift.Kind.ROAD,
) -> Shift:
    """Other hours, another break, or another person. Raises as `plan_shift` does, and NotActive when it was removed."""
    with acting_for(shift.collective_id), transaction.atomic():
        now = Shift.objects.select_for_update().filter(pk=shift.pk).first()
        if now is None:
            raise NotActive
        before = {**_facts(now), "membership": str(now.membership.ref)}
        now.membership, now.kind, now.starts_at, now.ends_at = membership, Shift.Kind(kind), starts_at, ends_at
        now.break_at, now.break_minutes = break_at, break_minutes if break_at else 0
        _check(now)
        now.save()
        journal.record(
            "shift.changed",
            subject=now.ref,
            collective_id=now.collective_id,
            by=by,
            membership=str(membership.ref),
            before=before,
            after=_facts(now),
        )
    return now


def remove_shift(*, shift: Shift, by: Person) -> None:
    """Raises NotActive when somebody removed it before."""
    with acting_for(shift.collective_id), transaction.atomic():
        facts, membership = _facts(shift), str(shift.membership.ref)
        gone, _rows = Shift.objects.filter(pk=shift.pk).delete()
        if not gone:
            raise NotActive
        journal.record("shift.removed", subject=shift.ref, collective_id=shift.collective_id, by=by, membership=membership, before=facts)


def copy_week(*, collective: Collective, monday: date, to_monday: date, by: Person) -> CopiedWeek:
    """The same hours on the same weekdays of another week, by the collective's clock; who is busy or gone is left out."""
    zone, days = collective.zone, to_monday - monday
    copied = left_out = 0
    with acting_for(collective), transaction.atomic():
        start, end = day_bounds(monday, zone)[0], day_bounds(monday + timedelta(days=7), zone)[0]
        rows = Shift.objects.filter(starts_at__gte=start, starts_at__lt=end).select_related("membership__person")
        for shift in list(rows):
            try:
                with transaction.atomic():
                    _copy(shift, days, zone, by)
                copied += 1
            except Refusal:
                left_out += 1
    return CopiedWeek(copied, left_out)


def _copy(shift: Shift, days: timedelta, zone: ZoneInfo, by: Person) -> Shift:
    return plan_shift(
        membership=shift.membership,
        starts_at=_later(shift.starts_at, days, zone),
        ends_at=_later(shift.ends_at, days, zone),
        break_at=_later(shift.break_at, days, zone) if shift.break_at else None,
        break_minutes=shift.break_minutes,
        kind=shift.kind,
        by=by,
    )


def _later(instant: datetime, days: timedelta, zone: ZoneInfo) -> datetime:
    """The same wall-clock time some days later, also across a change of clocks."""
    local = timezone.localtime(instant, zone)
    return datetime.combine(local.date() + days, local.time(), tzinfo=zone)


def _check(shift: Shift) -> None:
    if shift.ends_at <= shift.starts_at:
        raise ShiftTooShort
    if shift.ends_at - shift.starts_at > LONGEST:
        raise ShiftTooLong
    if shift.break_at and not (shift.starts_at <= shift.break_at and _break_end(shift) <= shift.ends_at):
        raise BreakOutside(starts=clock(shift.starts_at), ends=clock(shift.ends_at))
    person = Membership.objects.select_for_update(of=("self",)).select_related("person").filter(pk=shift.membership_id).first()
    if person is None or not person.is_active:
        raise NotInTeam(name=shift.membership.person.name)
    others = Shift.objects.filter(membership_id=person.pk, starts_at__lt=shift.ends_at, ends_at__gt=shift.starts_at).exclude(pk=shift.pk)
    busy = others.first()
    if busy is not None:
        raise ShiftOverlaps(name=person.person.name, starts=clock(busy.starts_at), ends=clock(busy.ends_at))


def _break_end(shift: Shift) -> datetime:
    return (shift.break_at or shift.starts_at) + timedelta(minutes=shift.break_minutes)


def _facts(shift: Shift) -> dict[str, object]:
    return {
        "kind": str(shift.kind),
        "starts_at": shift.starts_at.isoformat(),
        "ends_at": shift.ends_at.isoformat(),
        "break_at": shift.break_at.isoformat() if shift.break_at else None,
        "break_minutes": shift.break_minutes,
    }
