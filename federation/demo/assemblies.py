"""Two general assemblies: one held three days ago, with its minutes signed, and one that is convened. All texts are invented."""

from datetime import datetime, timedelta
from typing import Any

from collectives.models import Collective, Membership, Standing
from collectives.services.attended import put_down
from collectives.tenancy import acting_for
from coopdelivery.decisions import meetings
from coopdelivery.decisions.models import Item, Meeting, Proposal
from coopdelivery.decisions.signing import sign_minutes
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from federation.assembly.meetings import amend_for, freeze_roll, give_voice
from federation.assembly.resolutions import cast_voice, cast_voice_secretly
from federation.demo import clock
from federation.demo.home import Home
from federation.models import Delegate

CONVENED, HELD, LASTED = timedelta(days=19), timedelta(days=3), timedelta(hours=3)
NEXT_CONVENED, NEXT = timedelta(hours=20), timedelta(days=24)
# kind, title, text, minutes set aside
HELD_AGENDA = (
    ("ordinary", "One jacket for all who ride", "Group purchasing finds a maker in Europe; each co-op chooses its colour.", 30),
    ("extraordinary", "Statutes, article 12: the assembly may meet online", "Every delegate who wishes to comes in person.", 45),
    ("election", "Rosa Vidal chairs the federation", "For two years, from the first of January.", 20),
    ("information", "The year in figures", "Sent with the agenda; definitions beside each figure.", 20),
)
NEXT_AGENDA = (
    ("ordinary", "A reserve for broken bikes", "One tenth of what arrives in the pot, until it holds a month's dues.", 40),
    ("consent", "No deliveries on the first of May", "Newspapers and medicines go on where the co-op wishes.", 30),
)
CHOICES = ("for", "for", "for", "against", "for", "abstain", "for")
ABSENT = 5  # every fifth co-op stayed away


def tell_assemblies(homes: list[Home], now: datetime, chair: Person, secretary: Person) -> None:
    with journal.source("web"):
        held = _convene("Autumn assembly", "Lyon and online", HELD_AGENDA, begins_at=now - HELD, at=now - CONVENED, by=secretary)
        held = _hold(held, now, secretary)
        with clock.at(now - HELD + LASTED * 1.5):
            sign_minutes(meeting=held, role="chair", sha256=held.minutes_sha256, by=chair)
            sign_minutes(meeting=held, role="secretary", sha256=held.minutes_sha256, by=secretary)
            _put_down_hours(held, homes[0].collective)
        coming = _convene("Winter assembly", "Lille and online", NEXT_AGENDA, begins_at=now + NEXT, at=now - NEXT_CONVENED, by=secretary)
        _amend(coming, now - NEXT_CONVENED / 2)


def _convene(
    title: str, place: str, agenda: tuple[tuple[str, str, str, int], ...], *, begins_at: datetime, at: datetime, by: Person
) -> Meeting:
    with clock.at(at):
        meeting = meetings.prepare(collective_id=None, title=title, place=place, begins_at=begins_at, by=by)
        for kind, point, text, minutes in agenda:
            meetings.add_item(meeting=meeting, kind=kind, title=point, text=text, minutes=minutes, by=by)
        return meetings.convene(meeting=meeting, by=by)


def _hold(meeting: Meeting, now: datetime, by: Person) -> Meeting:
    """The roll is that of two days before; the second co-op carries the voice of the first."""
    delegates = _delegates()
    with clock.at(now - HELD - timedelta(days=2)):
        meeting = freeze_roll(meeting=meeting, by=by)
    with clock.at(now - HELD - timedelta(days=1)):
        giver, holder = delegates[0], delegates[1]
        give_voice(meeting=meeting, collective=giver.collective, holder=holder.collective, by=giver.person)
    with clock.at(now - HELD):
        meetings.open_meeting(meeting=meeting, by=by)
    votes = [item.proposal for item in meeting.items.exclude(kind=Item.Kind.INFORMATION).select_related("proposal") if item.proposal]
    with clock.at(now - HELD + LASTED / 2):
        for number, delegate in enumerate(delegates):
            if number % ABSENT != ABSENT - 1:
                _vote(votes, delegate, number, carrier=delegates[1] if number == 0 else delegate)
    with clock.at(now - HELD + LASTED):
        return meetings.close_meeting(meeting=meeting, by=by)


def _vote(votes: list[Proposal], delegate: Delegate, number: int, *, carrier: Delegate) -> None:
    *opened, secret = votes
    whose = None if carrier == delegate else delegate.collective
    facts: dict[str, Any] = {"collective": carrier.collective, "by": carrier.person, "voice_of": whose}
    for point, proposal in enumerate(opened):
        cast_voice(proposal=proposal, choice=CHOICES[(number + point) % len(CHOICES)], **facts)
    cast_voice_secretly(proposal=secret, choice=CHOICES[number % 3], **facts)


def _amend(meeting: Meeting, at: datetime) -> None:
    item, delegate = meeting.items.all()[0], _delegates()[2]
    with clock.at(at):
        text = "One twentieth of what arrives in the pot, until it holds a month's dues."
        amend_for(item=item, collective=delegate.collective, text=text, why="The pot is young.", by=delegate.person)


def _put_down_hours(meeting: Meeting, collective: Collective) -> None:
    delegate = next(row for row in _delegates() if row.collective_id == collective.pk)
    with acting_for(collective):
        member = Membership.objects.get(person=delegate.person)
    if meeting.opened_at and meeting.closed_at:
        put_down(membership=member, meeting=meeting, starts_at=meeting.opened_at, ends_at=meeting.closed_at, by=delegate.person)


def _delegates() -> list[Delegate]:
    """Of member co-ops, in the alphabet's order."""
    rows = Delegate.objects.filter(until=None, collective__standing=Standing.MEMBER).select_related("collective", "person")
    return list(rows.order_by("collective__name", "pk"))
