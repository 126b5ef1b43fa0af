"""Hours in a general assembly are paid time: a member puts them down, within the assembly's own record, and may take them back."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.models import AssemblyTime, Membership
from collectives.refusals import NotActive, NotYours, Refusal
from collectives.tenancy import acting_for
from collectives.worked import LONGEST, marks_of, turns_of
from coopdelivery.decisions.models import Meeting
from coopdelivery.journal import services as journal
from coopdelivery.kit.words import clock
from coopdelivery.people.models import Person


class NotClosedYet(Refusal):
    sentence = _("The assembly is not closed yet. Hours are put down afterwards.")


class OutsideAssembly(Refusal):
    field = "starts_at"
    sentence = _("The assembly lasted from %(start)s to %(end)s. Hours lie inside that, and the end comes after the beginning.")


class TooLong(Refusal):
    field = "ends_at"
    sentence = _("That is more than %(hours)s hours at a stretch. Put down each day by itself.")


class HoursCounted(Refusal):
    field = "starts_at"
    sentence = _("From %(start)s to %(end)s your hours count already.")


def closed_assemblies(collective_id: int) -> QuerySet[Meeting]:
    """Of the co-op and of the federation, the newest first."""
    return Meeting.objects.filter(Q(collective_id=collective_id) | Q(collective_id=None), state=Meeting.State.CLOSED)


def assembly_hours_of(membership: Membership, since: datetime) -> QuerySet[AssemblyTime]:
    """What stands, the newest first. Needs `acting_for`."""
    rows = AssemblyTime.objects.filter(membership=membership, withdrawn_at=None, ends_at__gte=since)
    return rows.select_related("meeting").order_by("-starts_at", "-pk")


def put_down(*, membership: Membership, meeting: Meeting, starts_at: datetime, ends_at: datetime, by: Person) -> AssemblyTime:
    """Raises NotYours, NotClosedYet, OutsideAssembly, TooLong, HoursCounted."""
    if membership.person_id != by.pk or meeting.collective_id not in {None, membership.collective_id}:
        raise NotYours
    _inside(meeting, starts_at, ends_at)
    with acting_for(membership.collective_id), transaction.atomic():
        Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
        _count_once(membership, starts_at, ends_at)
        row = AssemblyTime.objects.create(
            collective_id=membership.collective_id, membership=membership, meeting=meeting, starts_at=starts_at, ends_at=ends_at
        )
        _record("assembly.attended", row, by)
    return row


def take_back_hours(*, row: AssemblyTime, by: Person) -> None:
    """They do not count any more. Raises NotYours, NotActive."""
    if row.membership.person_id != by.pk:
        raise NotYours
    with acting_for(row.collective_id), transaction.atomic():
        if not AssemblyTime.objects.filter(pk=row.pk, withdrawn_at=None).update(withdrawn_at=timezone.now()):
            raise NotActive
        _record("assembly.hours_withdrawn", row, by)


def _inside(meeting: Meeting, starts_at: datetime, ends_at: datetime) -> None:
    if meeting.opened_at is None or meeting.closed_at is None:
        raise NotClosedYet
    minute = timedelta(minutes=1)  # forms know no seconds
    if not meeting.opened_at - minute <= starts_at < ends_at <= meeting.closed_at + minute:
        raise OutsideAssembly(start=_moment(meeting.opened_at), end=_moment(meeting.closed_at))
    if ends_at - starts_at > LONGEST:
        raise TooLong(hours=LONGEST // timedelta(hours=1))


def _count_once(membership: Membership, starts_at: datetime, ends_at: datetime) -> None:
    """Neither a turn nor other hours of an assembly."""
    turns = turns_of(marks_of([membership], starts_at, ends_at)[membership.pk])
    spans = [(turn.starts_at, turn.ends_at or turn.starts_at + LONGEST) for turn in turns]
    spans += AssemblyTime.objects.filter(membership=membership, withdrawn_at=None).values_list("starts_at", "ends_at")
    for begins, ends in spans:
        if begins < ends_at and starts_at < ends:
            raise HoursCounted(start=_moment(begins), end=_moment(ends))


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d} {clock(timezone.localtime(at))}"


def _record(name: str, row: AssemblyTime, by: Person) -> None:
    facts = {"label": row.meeting.title, "membership": str(row.membership.ref), "minutes": int(row.lasted.total_seconds() // 60)}
    journal.record(name, subject=row.ref, collective_id=row.collective_id, by=by, **facts)
