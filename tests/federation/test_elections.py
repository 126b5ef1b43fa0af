"""R14 in the federation: delegates elect persons in secret, vote by a code from their e-mail, or on paper read by two officers."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from collectives.models import Collective, Role
from coopdelivery.decisions import meetings
from coopdelivery.decisions.models import Ballot, Item, Meeting, Proposal, SecretBallot, Turnout
from coopdelivery.journal.models import Event
from coopdelivery.notices.models import Message
from coopdelivery.people.models import Person
from federation import services
from federation.assembly.meetings import freeze_roll
from tests.conftest import make_collective, make_member
from tests.federation.world import delegate_of

BEGINS = dt.timedelta(days=20)
CODE = re.compile(r"<code>([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})</code>")


@pytest.fixture
def co_ops(montreuil: Collective, nantes: Collective) -> list[Collective]:
    return [montreuil, nantes, make_collective("Lyon", "lyon")]


@pytest.fixture
def election(fay: Person, co_ops: list[Collective]) -> Proposal:
    """Open since a minute; the test itself travels to its hour."""
    for co_op in co_ops:
        delegate_of(co_op)
    meeting = meetings.prepare(collective_id=None, title="Autumn assembly", begins_at=timezone.now() + BEGINS, by=fay)
    meetings.add_item(meeting=meeting, kind="election", title="Rosa chairs the federation", text="", by=fay)
    meetings.convene(meeting=meeting, by=fay)
    freeze_roll(meeting=meeting, by=fay)
    with time_machine.travel(meeting.begins_at, tick=False):
        meetings.open_meeting(meeting=meeting, by=fay)
    proposal = Item.objects.get().proposal
    assert proposal is not None
    return proposal


def test_r14_a_delegate_votes_in_secret_once_and_finds_the_ballot(client: Client, fay: Person, election: Proposal) -> None:
    codes = []
    for slug in ("montreuil", "nantes"):
        client.force_login(delegate_of(Collective.objects.get(slug=slug)))
        page = f"/c/{slug}/federation/motions/{election.ref}/"
        answer = client.post(f"{page}vote/", {"choice": "for", "reason": "leaks"})
        codes += CODE.findall(answer.text)
        assert client.post(f"{page}vote/", {"choice": "against"}).status_code == 409
        assert "has voted" in client.get(page).text
        assert codes[-1] not in client.get(page).text
    assert (SecretBallot.objects.count(), Ballot.objects.count()) == (2, 0)
    client.force_login(fay)
    client.post(f"/federation/assembly/meetings/{Meeting.objects.get().ref}/step/", {"step": "close"})
    shown = client.get(f"/federation/assembly/{election.ref}/").text
    assert all(code in shown for code in codes)
    assert [event.data["why"] for event in Event.objects.filter(name="vote.refused")] == ["AlreadyVoted"] * 2


def test_r14_papers_of_delegates_are_read_by_two_officers(
    client: Client, fay: Person, election: Proposal, co_ops: list[Collective]
) -> None:
    services.name_officer(email=str(delegate_of(co_ops[0]).email), home=co_ops[0], by=fay)
    papers = f"/federation/assembly/{election.ref}/papers/"
    read = {"seats": [row.pk for row in co_ops], "for": 2, "against": 1, "abstain": 0}
    client.force_login(fay)
    client.post(papers, read)
    client.force_login(delegate_of(co_ops[0]))
    differs = client.post(papers, {**read, "for": 1, "against": 2})
    assert differs.status_code == 409
    assert "This is not what Fay read." in differs.text
    assert not Turnout.objects.exists()
    client.post(papers, read)
    assert (SecretBallot.objects.count(), Turnout.objects.count()) == (3, 3)
    assert [event.data["why"] for event in Event.objects.filter(name="vote.refused")] == ["PapersDiffer"]


def test_a_delegate_votes_by_a_code_sent_by_e_mail(client: Client, election: Proposal, montreuil: Collective) -> None:
    rosa = make_member(montreuil, "Rosa", Role.COURIER).person
    services.name_delegate(collective=montreuil, person=rosa, by=rosa)
    page = f"/c/montreuil/federation/motions/{election.ref}/"
    asked = client.get(page)
    assert asked.status_code == 302
    client.post("/account/login/code/", {"email": "rosa@montreuil.test", "next": page})
    message = Message.objects.get(kind="account")
    found = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", message.text, re.MULTILINE)
    assert found is not None
    entered = client.post("/account/login/code/confirm/", {"code": found[1], "next": page})
    assert entered.status_code == 302
    assert CODE.search(client.post(f"{page}vote/", {"choice": "for"}).text)


def test_r11_anybody_finds_the_fingerprint_of_the_minutes_and_who_signed(
    client: Client, fay: Person, election: Proposal, montreuil: Collective
) -> None:
    services.name_officer(email=str(delegate_of(montreuil).email), home=montreuil, by=fay)
    meeting = meetings.close_meeting(meeting=Meeting.objects.get(), by=fay)
    page = f"/federation/assembly/meetings/{meeting.ref}/"
    client.force_login(fay)
    assert client.post(f"{page}sign/", {"role": "chair", "sha256": "0" * 64}).status_code == 409
    client.post(f"{page}sign/", {"role": "chair", "sha256": meeting.minutes_sha256})
    assert client.post(f"{page}sign/", {"role": "secretary", "sha256": meeting.minutes_sha256}).status_code == 409
    client.force_login(delegate_of(montreuil))
    client.post(f"{page}sign/", {"role": "secretary", "sha256": meeting.minutes_sha256})
    assert client.get(f"{page}minutes/").text == meeting.minutes
    client.logout()
    text = client.get("/federation/assemblies/").text
    assert meeting.minutes_sha256 in text
    assert "Signed: chair" in text
    assert "Signed: secretary" in text
    assert "Fay" not in text
