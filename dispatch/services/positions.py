"""Where couriers are: only on shift, only on a stop, only where the members decided so; paused by one tap; forgotten when they say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.models import Membership, Shift
from collectives.selectors import policy_value
from collectives.worked import LONGEST, ON, at_work, at_work_by, marks_of
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from coopdelivery.places.geometry import Point
from dispatch.models import Position, PositionLook, PositionPause, Task
from dispatch.services.refusals import CannotProgress

CLOCK_SLACK = timedelta(minutes=10)
OLD = timedelta(minutes=5)
LOOKS_KEPT = timedelta(days=30)
KEPT = {"shift": timedelta(), "day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}
Sighting = tuple[datetime, Point]


class NotSharing(CannotProgress):
    """This position is not for us: nothing is kept of it."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The last place of somebody who shares it now."""

    membership: Membership
    at: datetime
    point: Point

    @property
    def is_old(self) -> bool:
        return timezone.now() - self.at > OLD


def share_position(*, courier: Membership, at: datetime, point: Point) -> Position:
    """Keep one sighting. Raises NotSharing off shift, on a break, between stops, while paused, and where nobody decided for it."""
    why = _why_not(courier, at)
    if why:
        raise NotSharing(why)
    row, _created = Position.objects.get_or_create(
        membership=courier,
        at=at,
        defaults={"collective_id": courier.collective_id, "latitude": point.latitude, "longitude": point.longitude},
    )
    return row


def note_positions(*, courier: Membership, seen: Sequence[Sighting]) -> int:
    """Of a batch, keep those that `share_position` would keep; how many. The rest leaves no trace."""
    if not seen or not policy_value("show_position"):
        return 0
    kept = 0
    for at, point in seen:
        if not _why_not(courier, at):
            share_position(courier=courier, at=at, point=point)
            kept += 1
    return kept


def _why_not(courier: Membership, at: datetime) -> str:
    now = timezone.now()
    if not policy_value("show_position"):
        return _("Positions are off here: the members did not decide for them.")
    if not now - LONGEST < at < now + CLOCK_SLACK or not on_shift(courier, at):
        return _("You are not on shift: where you are is nobody's business.")
    if PositionPause.objects.filter(membership=courier).exists():
        return _("You paused your position.")
    if not _on_stop(courier, at):
        return _("You are between stops: your position is shared only from “Start” to the end of a stop.")
    return ""


def on_shift(courier: Membership, at: datetime) -> bool:
    """By their own taps; for who taps none (another app), by the planned shift. A break is not on shift."""
    marks = marks_of([courier], at, at)[courier.pk]
    if marks:
        return at_work_by(marks, at).state == ON
    return Shift.objects.filter(membership=courier, kind=Shift.Kind.ROAD, starts_at__lte=at, ends_at__gt=at).exists()


def _on_stop(courier: Membership, at: datetime) -> bool:
    """Whether a stop of theirs was under way at that moment."""
    begun = Task.objects.filter(round__courier=courier, started_at__lte=at + CLOCK_SLACK)
    return begun.filter(Q(status="doing") | Q(finished_at__gt=at)).exists()


def sharing_of(courier: Membership) -> str:
    """off where nobody decided for it, paused, sharing while a stop is under way on shift, else idle."""
    if not policy_value("show_position"):
        return "off"
    if PositionPause.objects.filter(membership=courier).exists():
        return "paused"
    return "sharing" if is_sharing(courier) else "idle"


def is_sharing(courier: Membership) -> bool:
    """Whether this courier's phone would be listened to now."""
    return not _why_not(courier, timezone.now())


@transaction.atomic
def pause_position(*, courier: Membership, by: Person) -> None:
    """Nothing more is taken in until the courier says so; what was kept goes at once."""
    _mine(courier, by)
    _row, created = PositionPause.objects.get_or_create(membership=courier, defaults={"collective_id": courier.collective_id})
    Position.objects.filter(membership=courier).delete()
    if created:
        _record("position.paused", courier, by)


@transaction.atomic
def resume_position(*, courier: Membership, by: Person) -> None:
    _mine(courier, by)
    if PositionPause.objects.filter(membership=courier).delete()[0]:
        _record("position.resumed", courier, by)


def _mine(courier: Membership, by: Person) -> None:
    if courier.person_id != by.pk:
        raise CannotProgress(_("Only the courier decides about their position."))


def _record(name: str, courier: Membership, by: Person) -> None:
    journal.record(name, subject=courier.ref, collective_id=courier.collective_id, by=by)


@transaction.atomic
def look_for_couriers(*, by: Person) -> list[Whereabouts]:
    """The last place of everybody who shares it now; that `by` looked is written down for each of them."""
    if not policy_value("show_position"):
        return []
    newest = Position.objects.values("membership").annotate(last=Max("at")).values_list("membership", "last")
    found: list[Whereabouts] = []
    for key, last in newest:
        row = Position.objects.select_related("membership__person").filter(membership=key, at=last).first()
        if row is not None and is_sharing(row.membership):
            found.append(Whereabouts(row.membership, row.at, Point(row.latitude, row.longitude)))
    looks = [
        PositionLook(collective_id=one.membership.collective_id, membership=one.membership, by=by, position_at=one.at)
        for one in found
        if one.membership.person_id != by.pk
    ]
    PositionLook.objects.bulk_create(looks)
    return sorted(found, key=lambda one: one.membership.person.name)


@transaction.atomic
def forget_positions() -> int:
    """Of the acting collective, as its members decided: when the shift is over, or after so many days. How many points went."""
    now = timezone.now()
    PositionLook.objects.filter(at__lt=now - LOOKS_KEPT).delete()
    if not policy_value("show_position"):
        return Position.objects.all().delete()[0]
    kept = KEPT[policy_value("position_kept")]
    if kept:
        return Position.objects.filter(received_at__lt=now - kept).delete()[0]
    return Position.objects.filter(Q(membership__in=_off_shift(now)) | Q(received_at__lt=now - LONGEST)).delete()[0]


def _off_shift(now: datetime) -> list[int]:
    """Members with a point who are not on shift now; who is on a break stays."""
    keys = set(Position.objects.values_list("membership", flat=True))
    known = at_work(list(keys), now)
    planned = set(
        Shift.objects.filter(membership__in=keys, kind=Shift.Kind.ROAD, starts_at__lte=now, ends_at__gt=now).values_list(
            "membership", flat=True
        )
    )
    return [key for key in keys if (known[key].state == "off" if key in known else key not in planned)]
