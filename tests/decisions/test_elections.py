"""R11, R12, R14: secret elections inside an assembly, colleges, what the database keeps, and signed minutes."""

from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from collectives.models import Collective, Membership
from coopdelivery.decisions import meetings, proxies
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Amendment, Item, Meeting, Proposal, SecretBallot, Signature, Turnout
from coopdelivery.decisions.refusals import NotNow, OtherMinutes, ProxyUsed, SignedAlready
from coopdelivery.decisions.secret import cast_secretly
from coopdelivery.decisions.signing import sign_minutes
from coopdelivery.decisions.tally import Rule, rule_from, tally_by_seat
from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person
from tests.decisions.test_meetings import cast, first_item, frozen, opened

RIDERS, OFFICE = ("Couriers", (1, 2, 3, 4)), ("Office", (5, 6))
BOTH = Rule(colleges=(RIDERS, OFFICE))


@pytest.mark.parametrize(
    ("yes", "no", "passes"),
    [
        ((1, 2, 3, 5, 6), (4,), True),
        ((1, 2, 3, 4), (5, 6), False),
        ((1, 2, 5, 6), (3, 4), False),
        ((1, 2, 3, 4), (), False),
        ((), (), False),
    ],
)
def test_r12_each_college_says_yes_or_it_does_not_pass(yes: tuple[int, ...], no: tuple[int, ...], *, passes: bool) -> None:
    choices = {**dict.fromkeys(yes, "for"), **dict.fromkeys(no, "against")}
    assert tally_by_seat(choices, roll=6, rule=BOTH).passes is passes


def test_r12_colleges_are_kept_as_data_and_never_with_secret_ballots() -> None:
    assert rule_from(BOTH.as_data(), quorum_percent=0) == BOTH
    with pytest.raises(ValueError, match="no college"):
        rule_from({**BOTH.as_data(), "secret": True}, quorum_percent=0)


def test_r12_a_vote_with_colleges_is_counted_by_the_frozen_seats(montreuil: Collective, ada: Membership, carl: Membership) -> None:
    rule = Rule(colleges=(("Couriers", (carl.person_id,)), ("Others", (ada.person_id,))))
    roll = [ada.person_id, carl.person_id]
    asked = decisions.open_proposal(collective_id=montreuil.pk, title="x", text="", roll=roll, by=ada.person, rule=rule)
    for voter, choice in ((ada, "abstain"), (carl, "for")):
        decisions.cast(proposal=asked, by=voter.person, choice=choice)
    closed = decisions.close(proposal=asked, by=ada.person)
    assert closed.state == "rejected"
    assert [(name, count.votes_for, count.abstentions) for name, count in decisions.tally_of(closed).colleges] == [
        ("Couriers", 1, 0),
        ("Others", 0, 1),
    ]


def election(meeting: Meeting) -> Proposal:
    found = first_item(meeting).proposal
    assert found is not None
    return found


def test_r14_an_election_in_an_assembly_is_secret_and_stands_in_the_minutes_under_its_codes(fay: Person) -> None:
    meeting = opened(fay, seats=3, kinds=("election",))
    codes = [cast_secretly(proposal=election(meeting), by=fay, choice="for", seat=seat) for seat in (1, 2)]
    assert not any(code in Event.objects.order_by("-pk")[0].data.values() for code in codes)
    closed = meetings.close_meeting(meeting=meeting, by=fay)
    assert "2 for, 0 against, 0 abstained" in closed.minutes
    assert "Voices that voted: 2." in closed.minutes
    assert all(f"{code} for" in closed.minutes for code in codes)


def test_r13_a_voice_cast_in_secret_is_not_taken_back(fay: Person) -> None:
    meeting = frozen(fay, seats=3, kinds=("election",))
    given = proxies.give_proxy(meeting=meeting, giver=1, holder=2, by=fay)
    with time_machine.travel(meeting.begins_at, tick=False):
        meetings.open_meeting(meeting=meeting, by=fay)
        cast_secretly(proposal=election(meeting), by=fay, choice="for", seat=1)
    with pytest.raises(ProxyUsed):
        proxies.revoke_proxy(proxy=given, by=fay)


def test_r14_the_database_refuses_another_choice_on_a_secret_ballot(fay: Person) -> None:
    cast_secretly(proposal=election(opened(fay, kinds=("election",))), by=fay, choice="for", seat=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        SecretBallot.objects.update(choice="against")
    assert (SecretBallot.objects.get().choice, Turnout.objects.get().seat) == ("for", 1)


def test_r15_objections_stand_in_the_minutes_with_their_reason(fay: Person) -> None:
    meeting = opened(fay, kinds=("consent",))
    harm = "Night riders would be left without any cover."
    decisions.cast(proposal=election(meeting), by=fay, choice="against", reason=harm, seat=1)
    assert f"Objection: {harm}" in meetings.close_meeting(meeting=meeting, by=fay).minutes


@pytest.mark.parametrize("change", [{"roll": [1, 2, 3, 99]}, {"frozen_at": None}])
def test_r11_the_database_keeps_the_frozen_roll(fay: Person, change: dict[str, Any]) -> None:
    meeting = frozen(fay)
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.update(**change)
    meeting.refresh_from_db()
    assert meeting.roll == [1, 2, 3]


def test_r11_the_database_adds_and_removes_nothing_after_the_freeze(fay: Person) -> None:
    item = first_item(frozen(fay))
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.create(meeting=item.meeting, position=9, title="One more")
    with pytest.raises(IntegrityError), transaction.atomic():
        Amendment.objects.create(item=item, text="Other", by=fay)
    with pytest.raises(IntegrityError), transaction.atomic():
        item.delete()
    assert (Item.objects.count(), Amendment.objects.count()) == (1, 0)


@pytest.fixture
def closed(fay: Person) -> Meeting:
    meeting = opened(fay)
    cast(meeting, fay, "for")
    return meetings.close_meeting(meeting=meeting, by=fay)


def test_r11_chair_and_secretary_sign_the_text_they_read(closed: Meeting, fay: Person, ada: Membership) -> None:
    sign_minutes(meeting=closed, role="chair", sha256=closed.minutes_sha256, by=fay)
    with pytest.raises(OtherMinutes):
        sign_minutes(meeting=closed, role="secretary", sha256="0" * 64, by=ada.person)
    with pytest.raises(SignedAlready):
        sign_minutes(meeting=closed, role="secretary", sha256=closed.minutes_sha256, by=fay)
    with pytest.raises(SignedAlready):
        sign_minutes(meeting=closed, role="chair", sha256=closed.minutes_sha256, by=ada.person)
    sign_minutes(meeting=closed, role="secretary", sha256=closed.minutes_sha256, by=ada.person)
    assert list(closed.signatures.values_list("role", "person__name")) == [("chair", "Fay"), ("secretary", "Ada")]
    assert [event.data["role"] for event in Event.objects.filter(name="minutes.signed").order_by("pk")] == ["chair", "secretary"]


def test_r11_there_is_nothing_to_sign_before_the_end(fay: Person) -> None:
    meeting = opened(fay)
    with pytest.raises(NotNow):
        sign_minutes(meeting=meeting, role="chair", sha256="", by=fay)


def test_r11_the_database_refuses_a_signature_of_another_text_and_keeps_every_one(closed: Meeting, fay: Person, ada: Membership) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.create(meeting=closed, role="chair", person=fay, sha256="0" * 64)
    sign_minutes(meeting=closed, role="chair", sha256=closed.minutes_sha256, by=fay)
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.update(person=ada.person)
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.all().delete()
    assert Signature.objects.get().person == fay
