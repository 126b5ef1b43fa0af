"""Members and officers who press at the same moment, on PostgreSQL."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from collectives.models import Collective, Membership, Policy
from collectives.tenancy import acting_for
from coopdelivery.decisions import meetings
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Ballot, Meeting, Proposal, SecretBallot, Signature, Turnout
from coopdelivery.decisions.papers import Papers, enter_papers
from coopdelivery.decisions.refusals import AlreadyVoted, NotNow, SignedAlready, VoteClosed
from coopdelivery.decisions.secret import cast_secretly
from coopdelivery.decisions.signing import sign_minutes
from coopdelivery.decisions.tally import Rule
from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person
from federation import services as federation
from federation.models import StandingChange
from federation.register import refusals
from tests.federation.world import apply, hold_all, make_evidence, officer_from

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WRITERS = 6


def all_at_once(deeds: Sequence[Callable[[], object]]) -> list[object]:
    """Each in its own thread; what it returned, or the exception it raised."""
    start = Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> object:
        try:
            start.wait(10)
            return deed()
        except Exception as error:  # noqa: BLE001  what was raised is what the test looks at
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


@pytest.fixture(autouse=True)
def files_apart(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_proposals_opened_together_get_different_numbers(montreuil: Collective, ada: Membership) -> None:
    def open_one() -> str:
        return decisions.open_proposal(collective_id=montreuil.pk, title="One", text="", roll=[ada.person_id], by=ada.person).number

    numbers = all_at_once([open_one] * 4)
    assert sorted(map(str, numbers)) == ["D-1", "D-2", "D-3", "D-4"]


def test_a_vote_counted_by_many_is_decided_once(montreuil: Collective, ada: Membership) -> None:
    settles = {"policy": "show_position", "value": True}
    proposal = decisions.open_proposal(collective_id=montreuil.pk, title="x", text="", roll=[ada.person_id], by=ada.person, settles=settles)
    decisions.cast(proposal=proposal, by=ada.person, choice="for")
    done = all_at_once([lambda: decisions.close(proposal=Proposal.objects.get(), by=ada.person)] * WRITERS)
    assert Counter(type(result) for result in done) == {Proposal: 1, VoteClosed: WRITERS - 1}
    assert Event.objects.filter(name="proposal.decided").count() == 1
    with acting_for(montreuil):
        assert Policy.objects.count() == 1


def test_no_vote_slips_in_after_the_count(montreuil: Collective, ada: Membership, carl: Membership) -> None:
    roll = [ada.person_id, carl.person_id]
    proposal = decisions.open_proposal(collective_id=montreuil.pk, title="x", text="", roll=roll, by=ada.person)
    decisions.cast(proposal=proposal, by=ada.person, choice="for")
    decisions.cast(proposal=proposal, by=carl.person, choice="for")
    change = [lambda: decisions.cast(proposal=proposal, by=carl.person, choice="against")]
    all_at_once([*change, lambda: decisions.close(proposal=Proposal.objects.get(), by=ada.person)])
    counted = Event.objects.get(name="proposal.decided").data["votes_against"]
    assert Ballot.objects.filter(choice="against").count() == counted


def test_officers_who_admit_together_admit_once(fay: Person) -> None:
    otto = Person.objects.create_user(name="Otto", email="otto@federation.test")
    federation.name_officer(email="otto@federation.test", home=None, by=fay)
    dossier = apply(fay)
    hold_all(dossier, adder=fay, reviewer=otto)
    done = all_at_once([lambda: federation.admit(dossier=dossier, standing="trial", by=otto, reason="Good.")] * WRITERS)
    assert Counter(type(result) for result in done) == {StandingChange: 1, refusals.NotAStep: WRITERS - 1}


def test_a_piece_is_judged_once(fay: Person) -> None:
    otto = Person.objects.create_user(name="Otto", email="otto@federation.test")
    federation.name_officer(email="otto@federation.test", home=None, by=fay)
    piece = make_evidence(apply(fay), fay)
    rita = officer_from(None, fay)
    federation.review_evidence(evidence=piece, holds=True, comment="", by=rita)
    verdicts = [
        lambda: federation.review_evidence(evidence=piece, holds=True, comment="yes", by=otto),
        lambda: federation.review_evidence(evidence=piece, holds=False, comment="no", by=otto),
    ]
    done = all_at_once(verdicts)
    assert sum(isinstance(result, refusals.AlreadyReviewed) for result in done) == 1
    assert Event.objects.filter(name="evidence.reviewed").count() == 1


def test_r14_a_seat_votes_once_in_secret_however_often_it_presses(montreuil: Collective, ada: Membership, carl: Membership) -> None:
    roll = [ada.person_id, carl.person_id]
    asked = decisions.open_proposal(collective_id=montreuil.pk, title="x", text="", roll=roll, by=ada.person, rule=Rule(secret=True))
    done = all_at_once([lambda: cast_secretly(proposal=asked, by=carl.person, choice="for")] * WRITERS)
    assert Counter(type(result) for result in done) == {str: 1, AlreadyVoted: WRITERS - 1}
    assert (SecretBallot.objects.count(), Turnout.objects.count()) == (1, 1)


def test_r14_papers_and_a_ballot_of_the_same_seat_count_one_voice(montreuil: Collective, ada: Membership, carl: Membership) -> None:
    people = {row.person_id: row.person for row in (ada, carl)}
    asked = decisions.open_proposal(collective_id=montreuil.pk, title="x", text="", roll=people, by=ada.person)
    papers = Papers(choices={carl.person_id: "for"})
    enter_papers(proposal=asked, papers=papers, voters=people, by=ada.person)
    second = [lambda: enter_papers(proposal=asked, papers=papers, voters=people, by=carl.person)] * 3
    all_at_once([*second, lambda: decisions.cast(proposal=asked, by=carl.person, choice="against")])
    assert list(Ballot.objects.values_list("seat", flat=True)) == [carl.person_id]


def test_r11_an_assembly_closed_by_many_has_one_text(montreuil: Collective, ada: Membership) -> None:
    meeting = meetings.prepare(collective_id=montreuil.pk, title="x", begins_at=timezone.now() + timedelta(days=16), by=ada.person)
    for kind in ("ordinary", "election"):
        meetings.add_item(meeting=meeting, kind=kind, title=kind, text="", by=ada.person)
    meetings.convene(meeting=meeting, by=ada.person)
    meetings.freeze(meeting=meeting, roll=[ada.person_id], by=ada.person)
    with time_machine.travel(meeting.begins_at, tick=False):
        meetings.open_meeting(meeting=meeting, by=ada.person)
    done = all_at_once([lambda: meetings.close_meeting(meeting=Meeting.objects.get(), by=ada.person)] * WRITERS)
    assert Counter(type(result) for result in done) == {Meeting: 1, NotNow: WRITERS - 1}
    assert Event.objects.filter(name="assembly.closed").count() == 1
    assert Event.objects.filter(name="proposal.decided").count() == 2


def test_r11_two_who_sign_as_chair_at_once_sign_once(montreuil: Collective, ada: Membership, carl: Membership, fay: Person) -> None:
    meeting = meetings.prepare(collective_id=None, title="x", begins_at=timezone.now() + timedelta(days=16), by=fay)
    meetings.add_item(meeting=meeting, kind="information", title="x", text="", by=fay)
    meetings.convene(meeting=meeting, by=fay)
    meetings.freeze(meeting=meeting, roll=[montreuil.pk], by=fay)
    with time_machine.travel(meeting.begins_at, tick=False):
        meetings.open_meeting(meeting=meeting, by=fay)
        closed = meetings.close_meeting(meeting=meeting, by=fay)
    signers = [
        lambda by=by: sign_minutes(meeting=closed, role="chair", sha256=closed.minutes_sha256, by=by) for by in (ada.person, carl.person)
    ]
    done = all_at_once(signers)
    assert Counter(type(result) for result in done) == {Signature: 1, SignedAlready: 1}
