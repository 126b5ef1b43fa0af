"""From marks to turns: when a member worked, when they rested. Pure reckoning above, the queries below."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from collectives.models import Membership, TimeMark

LONGEST = timedelta(hours=16)
OFF, ON, RESTING = "off", "on", "rest"
Verb = TimeMark.Verb


@dataclass(frozen=True, slots=True)
class Break:
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Turn:
    """From coming on to going off. `ends_at` is None while it lasts; after 16 hours without an end somebody forgot to stop."""

    starts_at: datetime
    ends_at: datetime | None
    breaks: tuple[Break, ...] = ()
    marks: tuple[TimeMark, ...] = ()

    def is_forgotten(self, now: datetime) -> bool:
        return self.ends_at is None and now - self.starts_at > LONGEST

    def rested(self, now: datetime) -> timedelta:
        until = self.ends_at or now
        return sum(((one.ends_at or until) - one.starts_at for one in self.breaks), timedelta())

    def worked(self, now: datetime) -> timedelta:
        """Without the breaks; nothing while the end is forgotten, because nobody knows."""
        if self.is_forgotten(now):
            return timedelta()
        return (self.ends_at or now) - self.starts_at - self.rested(now)


@dataclass(frozen=True, slots=True)
class AtWork:
    """What a member is doing now: off, on or rest; and since when."""

    state: str = OFF
    since: datetime | None = None
    turn: Turn | None = None


NOT_AT_WORK = AtWork()


def turns_of(marks: Iterable[TimeMark]) -> list[Turn]:
    """In order of time. A mark that does not fit where it stands (a second start, a break while off) changes nothing."""
    rows = list(marks)
    replaced = {mark.replaces_id for mark in rows if mark.replaces_id}
    turns: list[Turn] = []
    for mark in sorted(rows, key=lambda mark: (mark.at, mark.pk)):
        if mark.pk in replaced:
            continue
        turn = turns[-1] if turns and turns[-1].ends_at is None else None
        if turn is not None and mark.at - turn.starts_at > LONGEST:
            turn = None
        if turn is None:
            if mark.verb == Verb.ON:
                turns.append(Turn(mark.at, None, (), (mark,)))
            continue
        changed = _after(turn, mark)
        if changed is not None:
            turns[-1] = changed
    return turns


def _after(turn: Turn, mark: TimeMark) -> Turn | None:
    """The turn with this mark in it; None when the mark does not fit."""
    resting = bool(turn.breaks) and turn.breaks[-1].ends_at is None
    marks = (*turn.marks, mark)
    if mark.verb == Verb.REST and not resting:
        return Turn(turn.starts_at, None, (*turn.breaks, Break(mark.at, None)), marks)
    closed = (*turn.breaks[:-1], Break(turn.breaks[-1].starts_at, mark.at)) if resting else turn.breaks
    if mark.verb == Verb.BACK and resting:
        return Turn(turn.starts_at, None, closed, marks)
    if mark.verb == Verb.OFF:
        return Turn(turn.starts_at, mark.at, closed, marks)
    return None


def at_work_by(marks: Iterable[TimeMark], at: datetime) -> AtWork:
    """What the marks say about this moment; later marks are left out."""
    turns = turns_of(mark for mark in marks if mark.at <= at)
    last = turns[-1] if turns else None
    if last is None or last.is_forgotten(at):
        return AtWork(OFF, None, last)
    if last.ends_at is not None:
        return AtWork(OFF, last.ends_at, last)
    resting = last.breaks and last.breaks[-1].ends_at is None
    return AtWork(RESTING, last.breaks[-1].starts_at, last) if resting else AtWork(ON, last.starts_at, last)


def marks_of(members: Sequence[Membership | int], since: datetime, until: datetime) -> dict[int, list[TimeMark]]:
    """By member, of turns that touch the time between: one query. Needs `acting_for`."""
    keys = [member.pk if isinstance(member, Membership) else member for member in members]
    found: dict[int, list[TimeMark]] = defaultdict(list)
    rows = TimeMark.objects.filter(membership__in=keys, at__gte=since - LONGEST, at__lte=until).order_by("at", "pk")
    # A correction may have moved a mark out of the time looked at: the one it replaces must not count either
    for mark in rows.filter(~Exists(TimeMark.objects.filter(replaces=OuterRef("pk")))):
        found[mark.membership_id].append(mark)
    return found


def at_work(members: Sequence[Membership | int], now: datetime) -> dict[int, AtWork]:
    """What each of them is doing now: one query for all. Needs `acting_for`."""
    marks = marks_of(members, now, now)
    return {key: at_work_by(rows, now) for key, rows in marks.items()}
