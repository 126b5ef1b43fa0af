"""R11, R12, R13, R15: a general assembly from convening to minutes; voices carried by others."""

import datetime as dt
import hashlib
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from collectives.models import Collective, Membership
from coopdelivery.decisions import meetings, proxies
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Ballot, Item, Meeting, Proposal, Proxy
from coopdelivery.decisions.refusals import (
    BareObjection,
    EmptyRoll,
    NoAgenda,
    NoProxy,
    NotASeat,
    NoticeTooShort,
    NotNow,
    ProxyChain,
    ProxyGiven,
    ProxyUsed,
    TooEarly,
    TooManyProxies,
    VoiceGivenAway,
)
from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person

BEGINS = dt.timedelta(days=20)


def prepared(by: Person, *, days: int = 20, kinds: tuple[str, ...] = ("ordinary",), **facts: Any) -> Meeting:
    meeting = meetings.prepare(
        collective_id=None, title="General assembly", begins_at=timezone.now() + dt.timedelta(days=days), by=by, **facts
    )
    for kind in kinds:
        meetings.add_item(meeting=meeting, kind=kind, title=f"A matter: {kind}", text="As it stands.", by=by)
    return meeting


def frozen(by: Person, *, seats: int = 3, kinds: tuple[str, ...] = ("ordinary",)) -> Meeting:
    meeting = meetings.convene(meeting=prepared(by, kinds=kinds), by=by)
    return meetings.freeze(meeting=meeting, roll=range(1, seats + 1), by=by)


def opened(by: Person, **facts: Any) -> Meeting:
    meeting = frozen(by, **facts)
    with time_machine.travel(meeting.begins_at, tick=False):
        return meetings.open_meeting(meeting=meeting, by=by)


def first_item(meeting: Meeting) -> Item:
    return Item.objects.select_related("proposal", "meeting").get(meeting=meeting, position=1)


def cast(meeting: Meeting, by: Person, *choices: str) -> Proposal:
    """Seats 1, 2, 3… on the first item."""
    proposal = first_item(meeting).proposal
    assert proposal is not None
    for seat, choice in enumerate(choices, 1):
        decisions.cast(proposal=proposal, by=by, choice=choice, seat=seat)
    return proposal


def test_r11_convening_fourteen_days_before_is_refused_when_the_rule_says_fifteen(fay: Person) -> None:
    meeting = prepared(fay, days=14)
    with pytest.raises(NoticeTooShort, match="15 days before"):
        meetings.convene(meeting=meeting, by=fay)
    assert Meeting.objects.get().state == "draft"
    assert not Event.objects.filter(name="assembly.convened").exists()


def test_r11_an_assembly_needs_an_agenda(fay: Person) -> None:
    with pytest.raises(NoAgenda):
        meetings.convene(meeting=prepared(fay, kinds=()), by=fay)


def test_r11_after_the_convening_the_agenda_is_only_amended(fay: Person) -> None:
    meeting = meetings.convene(meeting=prepared(fay), by=fay)
    with pytest.raises(NotNow):
        meetings.add_item(meeting=meeting, kind="ordinary", title="One more", text="", by=fay)
    taken = meetings.amend(item=first_item(meeting), text="A better text.", why="Clearer.", by=fay)
    left = meetings.amend(item=first_item(meeting), text="A worse text.", why="", by=fay)
    meetings.settle_amendment(amendment=taken, take=True, by=fay)
    meetings.freeze(meeting=meeting, roll=[1], by=fay)
    left.refresh_from_db()
    assert (first_item(meeting).text, left.state) == ("A better text.", "refused")


def test_r11_nothing_is_edited_after_the_freeze(fay: Person) -> None:
    meeting = meetings.convene(meeting=prepared(fay), by=fay)
    late = meetings.amend(item=first_item(meeting), text="Too late.", why="", by=fay)
    meetings.freeze(meeting=meeting, roll=[1], by=fay)
    with pytest.raises(NotNow):
        meetings.amend(item=first_item(meeting), text="Other.", why="", by=fay)
    with pytest.raises(NotNow):
        meetings.settle_amendment(amendment=late, take=True, by=fay)
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.filter(meeting=meeting).update(text="By hand.")
    assert first_item(meeting).text == "As it stands."


def test_r11_it_opens_at_its_hour_with_the_frozen_roll(fay: Person) -> None:
    meeting = frozen(fay, kinds=("information", "ordinary"))
    with pytest.raises(TooEarly):
        meetings.open_meeting(meeting=meeting, by=fay)
    with time_machine.travel(meeting.begins_at, tick=False):
        meetings.open_meeting(meeting=meeting, by=fay)
    assert list(Proposal.objects.values_list("title", "roll")) == [("A matter: ordinary", [1, 2, 3])]


def test_r11_minutes_are_written_once_and_their_fingerprint_can_be_checked(fay: Person) -> None:
    meeting = opened(fay)
    cast(meeting, fay, "for", "for", "against")
    closed = meetings.close_meeting(meeting=meeting, by=fay)
    assert closed.minutes_sha256 == hashlib.sha256(closed.minutes.encode()).hexdigest()
    assert "F-1: 2 for, 1 against, 0 abstained; quorum 1, majority 1/2: passed." in closed.minutes
    assert "Voices on the roll: 3. Voices that voted: 3." in closed.minutes
    assert Event.objects.get(name="assembly.closed").data["sha256"] == closed.minutes_sha256
    for change in ({"minutes": "We all agreed."}, {"minutes_sha256": "0" * 64}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Meeting.objects.update(**change)
    with pytest.raises(NotNow):
        meetings.close_meeting(meeting=meeting, by=fay)


def test_r11_nobody_can_vote_when_nobody_is_on_the_roll(fay: Person) -> None:
    meeting = meetings.convene(meeting=prepared(fay), by=fay)
    with pytest.raises(EmptyRoll):
        meetings.freeze(meeting=meeting, roll=[], by=fay)


def test_r12_a_second_call_takes_up_what_failed_for_want_of_voices(fay: Person) -> None:
    meeting = opened(fay, seats=12, kinds=("extraordinary", "ordinary"))
    cast(meeting, fay, "for", "for", "for")
    second = Item.objects.get(meeting=meeting, position=2).proposal
    assert second is not None
    for seat in range(1, 7):
        decisions.cast(proposal=second, by=fay, choice="for", seat=seat)
    meetings.close_meeting(meeting=meeting, by=fay)
    assert [row.state for row in Proposal.objects.order_by("pk")] == ["rejected", "passed"]
    again = meetings.call_again(meeting=meeting, begins_at=timezone.now() + dt.timedelta(days=7), by=fay)
    assert [item.title for item in again.items.all()] == ["A matter: extraordinary"]
    meetings.convene(meeting=again, by=fay)
    meetings.freeze(meeting=again, roll=range(1, 13), by=fay)
    with time_machine.travel(again.begins_at, tick=False):
        meetings.open_meeting(meeting=again, by=fay)
    cast(again, fay, "for", "for", "for")
    meetings.close_meeting(meeting=again, by=fay)
    assert first_item(again).proposal.state == "passed"  # type: ignore[union-attr]  # it was opened above


@pytest.mark.parametrize(("seats", "most"), [(2, 1), (19, 1), (20, 1), (39, 1), (40, 2), (60, 3)])
def test_r13_the_limit_is_computed_from_the_roll(fay: Person, seats: int, most: int) -> None:
    meeting = frozen(fay, seats=seats)
    assert proxies.most_proxies(seats) == most
    for giver in range(2, 2 + min(most, seats - 1)):
        proxies.give_proxy(meeting=meeting, giver=giver, holder=1, by=fay)
    if seats > most + 1:
        with pytest.raises(TooManyProxies):
            proxies.give_proxy(meeting=meeting, giver=seats, holder=1, by=fay)
    assert Proxy.objects.count() == most


def test_r13_a_voice_is_not_passed_on(fay: Person) -> None:
    meeting = frozen(fay, seats=60)
    proxies.give_proxy(meeting=meeting, giver=1, holder=2, by=fay)
    with pytest.raises(ProxyChain):
        proxies.give_proxy(meeting=meeting, giver=2, holder=3, by=fay)
    with pytest.raises(ProxyChain):
        proxies.give_proxy(meeting=meeting, giver=4, holder=1, by=fay)
    with pytest.raises(ProxyGiven):
        proxies.give_proxy(meeting=meeting, giver=1, holder=5, by=fay, item=first_item(meeting))
    with pytest.raises(NotASeat):
        proxies.give_proxy(meeting=meeting, giver=7, holder=61, by=fay)
    assert Proxy.objects.count() == 1


def test_r13_a_voice_can_be_given_for_one_item_only(fay: Person) -> None:
    meeting = opened(fay, seats=5, kinds=("ordinary", "ordinary"))
    one, two = list(meeting.items.select_related("meeting"))
    proxies.give_proxy(meeting=meeting, giver=1, holder=2, by=fay, item=one)
    proxies.may_cast(item=one, seat=1, caster=2)
    proxies.may_cast(item=two, seat=1, caster=1)
    with pytest.raises(NoProxy):
        proxies.may_cast(item=two, seat=1, caster=2)
    with pytest.raises(VoiceGivenAway):
        proxies.may_cast(item=one, seat=1, caster=1)
    assert (proxies.carried_by(2, one), proxies.carried_by(2, two)) == ([1], [])


def test_r13_taking_it_back_restores_the_vote_until_it_was_used(fay: Person) -> None:
    meeting = opened(fay, seats=5)
    given = proxies.give_proxy(meeting=meeting, giver=1, holder=2, by=fay)
    proxies.revoke_proxy(proxy=given, by=fay)
    proxies.may_cast(item=first_item(meeting), seat=1, caster=1)
    again = proxies.give_proxy(meeting=meeting, giver=1, holder=3, by=fay)
    cast(meeting, fay, "for")
    with pytest.raises(ProxyUsed):
        proxies.revoke_proxy(proxy=again, by=fay)
    assert Ballot.objects.count() == 1


def test_r13_before_the_freeze_and_after_the_end_no_voice_is_given(fay: Person) -> None:
    meeting = meetings.convene(meeting=prepared(fay), by=fay)
    with pytest.raises(NotNow):
        proxies.give_proxy(meeting=meeting, giver=1, holder=2, by=fay)
    done = meetings.close_meeting(meeting=opened(fay), by=fay)
    with pytest.raises(NotNow):
        proxies.give_proxy(meeting=done, giver=1, holder=2, by=fay)


def test_r15_an_objection_names_the_harm_and_a_preference_is_not_one(fay: Person) -> None:
    meeting = opened(fay, kinds=("consent",))
    proposal = first_item(meeting).proposal
    assert proposal is not None
    with pytest.raises(BareObjection):
        decisions.cast(proposal=proposal, by=fay, choice="against", reason="I like blue.", seat=1)
    assert not Ballot.objects.exists()
    decisions.cast(proposal=proposal, by=fay, choice="against", reason="It would leave night riders without cover.", seat=1)
    decisions.cast(proposal=proposal, by=fay, choice="for", seat=2)
    meetings.close_meeting(meeting=meeting, by=fay)
    proposal.refresh_from_db()
    assert proposal.state == "rejected"


def test_the_same_rows_serve_the_assembly_of_a_collective(montreuil: Collective, ada: Membership, carl: Membership) -> None:
    meeting = meetings.prepare(collective_id=montreuil.pk, title="Ours", begins_at=timezone.now() + BEGINS, by=ada.person)
    meetings.add_item(meeting=meeting, kind="ordinary", title="A bike", text="", by=ada.person)
    meetings.convene(meeting=meeting, by=ada.person)
    meetings.freeze(meeting=meeting, roll=[ada.person_id, carl.person_id], by=ada.person)
    with time_machine.travel(meeting.begins_at, tick=False):
        meetings.open_meeting(meeting=meeting, by=ada.person)
    proposal = first_item(meeting).proposal
    assert proposal is not None
    decisions.cast(proposal=proposal, by=carl.person, choice="for")
    meetings.close_meeting(meeting=meeting, by=ada.person)
    assert Proposal.objects.get().state == "passed"
