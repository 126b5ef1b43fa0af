"""Prepare, convene, amend, freeze, open, close. Use as `from coopdelivery.decisions import meetings`."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.minutes import fingerprint, minutes_of
from coopdelivery.decisions.models import Amendment, Item, Meeting
from coopdelivery.decisions.refusals import EmptyRoll, NoAgenda, NoticeTooShort, NotNow, TooEarly
from coopdelivery.decisions.tally import Rule, rule_from
from coopdelivery.journal import services as journal
from coopdelivery.kit.words import day as day_words
from coopdelivery.people.models import Person

State, Kind = Meeting.State, Item.Kind
NOTICE_DAYS = 15
SECOND_NOTICE_DAYS = 6
RULES: Mapping[str, Rule] = {
    Kind.ORDINARY: Rule(),
    Kind.EXTRAORDINARY: Rule(quorum=Fraction(1, 2), majority=Fraction(2, 3), second_quorum=Fraction(1, 4)),
    Kind.CONSENT: Rule(consent=True),
    Kind.ELECTION: Rule(secret=True),
}


def prepare(
    *, collective_id: int | None, title: str, begins_at: datetime, by: Person, place: str = "", notice_days: int = NOTICE_DAYS
) -> Meeting:
    """A draft, to which the agenda is added before anybody is convened."""
    with transaction.atomic():
        meeting = Meeting.objects.create(
            collective_id=collective_id,
            title=title.strip(),
            begins_at=begins_at,
            place=place.strip(),
            prepared_by=by,
            notice_days=notice_days,
        )
        _record("assembly.prepared", meeting, by)
    return meeting


def add_item(
    *, meeting: Meeting, kind: str, title: str, text: str, by: Person, minutes: int | None = None, quorum: Fraction | None = None
) -> Item:
    """At the end of the agenda, while it is a draft; `minutes` is its time box, `quorum` that of ordinary matters. Raises NotNow."""
    with transaction.atomic():
        locked = _in(meeting, State.DRAFT)
        last = locked.items.aggregate(last=Max("position"))["last"] or 0
        usual = RULES.get(kind)
        if usual is not None and quorum is not None and usual.quorum == Rule().quorum:
            usual = replace(usual, quorum=quorum)
        rule = usual.as_data() if usual else None
        facts = {"title": title.strip(), "text": text.strip(), "minutes": minutes, "rule": rule}
        return Item.objects.create(meeting=locked, position=last + 1, kind=kind, **facts)


def convene(*, meeting: Meeting, by: Person) -> Meeting:
    """Send the agenda out, early enough. Raises NotNow, NoAgenda, NoticeTooShort."""
    with transaction.atomic():
        locked = _in(meeting, State.DRAFT)
        if not locked.items.exists():
            raise NoAgenda
        earliest = timezone.now() + timedelta(days=locked.notice_days)
        if locked.begins_at < earliest:
            raise NoticeTooShort(days=locked.notice_days, earliest=day_words(earliest))
        return _move(locked, State.CONVENED, by, convened_at=timezone.now())


def amend(*, item: Item, text: str, why: str, by: Person) -> Amendment:
    """Propose another text, from the convening to the freeze. Raises NotNow."""
    with transaction.atomic():
        meeting = _in(item.meeting, State.CONVENED)
        amendment = Amendment.objects.create(item=item, text=text.strip(), why=why.strip()[:500], by=by)
        _record("amendment.proposed", meeting, by, item=item.position)
    return amendment


def settle_amendment(*, amendment: Amendment, take: bool, by: Person) -> Amendment:
    """Take it over into the item's text, or not, once, before the freeze. Raises NotNow."""
    with transaction.atomic():
        meeting = _in(amendment.item.meeting, State.CONVENED)
        state = Amendment.State.TAKEN if take else Amendment.State.REFUSED
        if not Amendment.objects.filter(pk=amendment.pk, state=Amendment.State.WAITING).update(state=state):
            raise NotNow(state=amendment.get_state_display())
        if take:
            Item.objects.filter(pk=amendment.item_id).update(text=amendment.text)
        _record("amendment.settled", meeting, by, item=amendment.item.position, state=str(state))
    amendment.refresh_from_db()
    return amendment


def freeze(*, meeting: Meeting, roll: Iterable[int], by: Person) -> Meeting:
    """From now on no text changes, and this is who votes. Raises NotNow, EmptyRoll."""
    seats = sorted(set(roll))
    if not seats:
        raise EmptyRoll
    with transaction.atomic():
        locked = _in(meeting, State.CONVENED)
        waiting = Amendment.objects.filter(item__meeting=locked, state=Amendment.State.WAITING)
        waiting.update(state=Amendment.State.REFUSED)
        return _move(locked, State.FROZEN, by, frozen_at=timezone.now(), roll=seats)


def open_meeting(*, meeting: Meeting, by: Person) -> Meeting:
    """Begin: every item but information becomes a vote of the frozen roll. Raises NotNow, TooEarly."""
    with transaction.atomic():
        locked = _in(meeting, State.FROZEN)
        if timezone.now() < locked.begins_at:
            raise TooEarly
        for item in locked.items.exclude(kind=Kind.INFORMATION):
            item.proposal = decisions.open_proposal(
                collective_id=locked.collective_id,
                title=item.title,
                text=item.text,
                roll=locked.roll,
                by=by,
                rule=rule_from(item.rule, quorum_percent=33),
            )
            item.save(update_fields=["proposal"])
        return _move(locked, State.OPEN, by, opened_at=timezone.now())


def close_meeting(*, meeting: Meeting, by: Person) -> Meeting:
    """Count every vote and write the minutes, once and for ever. Raises NotNow."""
    with transaction.atomic():
        locked = _in(meeting, State.OPEN)
        decisions.count_now(meeting=locked, by=by)
        locked.closed_at = timezone.now()
        text = minutes_of(locked, list(locked.items.select_related("proposal")))
        return _move(locked, State.CLOSED, by, closed_at=locked.closed_at, minutes=text, minutes_sha256=fingerprint(text))


def call_again(*, meeting: Meeting, begins_at: datetime, by: Person) -> Meeting:
    """A second call for what failed for want of voices: the same texts, the second quorum, a shorter notice. Raises NotNow, NoAgenda."""
    with transaction.atomic():
        locked = _in(meeting, State.CLOSED)
        voted = list(locked.items.exclude(proposal=None).select_related("proposal"))
        counts = decisions.tallies([item.proposal for item in voted if item.proposal])
        failed = [item for item in voted if not counts[item.proposal_id or 0].has_quorum]
        if not failed:
            raise NoAgenda
        again = Meeting.objects.create(
            collective_id=locked.collective_id,
            title=locked.title,
            place=locked.place,
            begins_at=begins_at,
            notice_days=SECOND_NOTICE_DAYS,
            prepared_by=by,
            second_of=locked,
        )
        for position, item in enumerate(failed, 1):
            rule = rule_from(item.rule, quorum_percent=33).for_second_call().as_data()
            Item.objects.create(
                meeting=again, position=position, kind=item.kind, title=item.title, text=item.text, minutes=item.minutes, rule=rule
            )
        _record("assembly.prepared", again, by, second_of=str(locked.ref))
    return again


def _in(meeting: Meeting, state: str) -> Meeting:
    """The locked row, when it is in this state. Raises NotNow."""
    locked = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if locked.state != state:
        raise NotNow(state=locked.get_state_display())
    return locked


def _move(meeting: Meeting, state: str, by: Person, **facts: object) -> Meeting:
    Meeting.objects.filter(pk=meeting.pk, state=meeting.state).update(state=state, **facts)
    meeting.refresh_from_db()
    _record(f"assembly.{state}", meeting, by, **({"sha256": meeting.minutes_sha256} if meeting.minutes_sha256 else {}))
    return meeting


def _record(name: str, meeting: Meeting, by: Person, **facts: object) -> None:
    journal.record(name, subject=meeting.ref, collective_id=meeting.collective_id, by=by, label=meeting.title, **facts)
