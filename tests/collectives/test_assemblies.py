"""R11, R13, R14: a collective's own general assembly, one member, one vote, from the preparation to signed minutes."""

import datetime as dt
import hashlib

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from collectives.models import Collective, Membership
from coopdelivery.decisions.models import Amendment, Ballot, Item, Meeting, PaperSheet, Proposal, Proxy, SecretBallot, Signature
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from coopdelivery.notices.models import Message

BEGINS = dt.timedelta(days=30)
HERE = "/c/montreuil/assemblies/"


def step(client: Client, meeting: Meeting, name: str) -> int:
    return client.post(f"{HERE}{meeting.ref}/step/", {"step": name}).status_code


@pytest.fixture
def meeting(client: Client, montreuil: Collective, ada: Membership, dana: Membership, carl: Membership) -> Meeting:
    client.force_login(ada.person)
    begins = timezone.localtime(timezone.now() + BEGINS, montreuil.zone).strftime("%Y-%m-%dT%H:%M")
    assert client.post(f"{HERE}new/", {"title": "", "begins_at": begins}).status_code == 422
    client.post(f"{HERE}new/", {"title": "Autumn assembly", "place": "The workshop", "begins_at": begins})
    made = Meeting.objects.get()
    items = f"{HERE}{made.ref}/items/"
    assert client.post(items, {"kind": "ordinary", "title": ""}).status_code == 422
    client.post(items, {"kind": "ordinary", "title": "A second workshop", "text": "In the north.", "minutes": "20"})
    client.post(items, {"kind": "election", "title": "Carl sits on the board"})
    return made


@pytest.fixture
def frozen(client: Client, meeting: Meeting) -> Meeting:
    for name in ("convene", "freeze"):
        assert step(client, meeting, name) == 302
    return meeting


def vote_on(kind: str) -> str:
    proposal = Item.objects.get(kind=kind).proposal
    assert proposal is not None
    return f"/c/montreuil/proposals/{proposal.ref}/"


def test_r11_from_the_preparation_to_signed_minutes(client: Client, meeting: Meeting, ada: Membership, carl: Membership) -> None:
    page = f"{HERE}{meeting.ref}/"
    client.force_login(carl.person)
    assert client.get(page).status_code == 404
    client.force_login(ada.person)
    assert step(client, meeting, "convene") == 302
    client.force_login(carl.person)
    item = Item.objects.get(kind="ordinary")
    client.post(f"{HERE}items/{item.ref}/amend/", {f"{item.ref}-text": "In the south.", f"{item.ref}-why": "Nearer."})
    assert "In the south." in client.get(page).text
    client.force_login(ada.person)
    client.post(f"{HERE}amendments/{Amendment.objects.get().ref}/", {"take": "yes"})
    assert step(client, meeting, "freeze") == 302
    with time_machine.travel(timezone.now() + BEGINS, tick=False):
        client.force_login(ada.person)
        assert step(client, meeting, "open") == 302
        for person in (ada, carl):
            client.force_login(person.person)
            client.post(f"{vote_on('ordinary')}vote/", {"choice": "for"})
            assert client.post(f"{vote_on('election')}vote/", {"choice": "for"}).status_code == 200
        client.force_login(ada.person)
        assert step(client, meeting, "close") == 302
        meeting.refresh_from_db()
        text = client.get(f"{page}minutes/").content
        assert hashlib.sha256(text).hexdigest() == meeting.minutes_sha256
        assert b"In the south." in text
        for person, role in ((ada, "chair"), (carl, "secretary")):
            client.force_login(person.person)
            client.post(f"{page}sign/", {"role": role, "sha256": meeting.minutes_sha256})
            signed = client.get(page).text
    assert list(Signature.objects.values_list("role", "person__name")) == [("chair", "Ada"), ("secretary", "Carl")]
    assert "Not signed yet." not in signed
    assert {row.state for row in Proposal.objects.all()} == {"passed"}


def test_r11_what_an_assembly_refuses_is_said_and_written_down(client: Client, frozen: Meeting, carl: Membership, sam: Membership) -> None:
    page, item = f"{HERE}{frozen.ref}/", Item.objects.get(kind="ordinary")
    client.force_login(carl.person)
    late = client.post(f"{HERE}items/{item.ref}/amend/", {f"{item.ref}-text": "Too late.", f"{item.ref}-why": ""})
    signed = client.post(f"{page}sign/", {"role": "chair", "sha256": ""})
    assert (late.status_code, signed.status_code) == (409, 409)
    assert "This cannot be done while the assembly is: texts and roll frozen." in late.text
    assert not Amendment.objects.exists()
    assert [event.data["why"] for event in Event.objects.filter(name="assembly.refused")] == ["NotNow", "NotNow"]
    assert step(client, frozen, "open") == 403
    client.force_login(sam.person)
    assert client.get(page).status_code == 403


def test_r13_a_member_carries_the_voice_of_another(
    client: Client, frozen: Meeting, ada: Membership, dana: Membership, carl: Membership
) -> None:
    page = f"{HERE}{frozen.ref}/"
    client.force_login(carl.person)
    assert client.post(f"{page}voice/", {"holder": carl.person_id}).status_code == 422
    client.post(f"{page}voice/", {"holder": dana.person_id})
    assert "Dana carries it for the whole assembly." in client.get(page).text
    client.force_login(dana.person)
    assert client.post(f"{page}voice/", {"holder": ada.person_id}).status_code == 409
    with time_machine.travel(timezone.now() + BEGINS, tick=False):
        client.force_login(ada.person)
        step(client, frozen, "open")
        vote = f"{vote_on('ordinary')}vote/"
        assert client.post(vote, {"choice": "for", "voice_of": carl.person_id}).status_code == 409
        client.force_login(carl.person)
        assert client.post(vote, {"choice": "for"}).status_code == 409
        client.force_login(dana.person)
        assert "Carl" in client.get(vote_on("election")).text
        client.post(vote, {"choice": "against", "voice_of": carl.person_id})
        client.post(vote, {"choice": "for"})
        assert client.post(f"{vote_on('election')}vote/", {"choice": "for", "voice_of": carl.person_id}).status_code == 200
    assert dict(Ballot.objects.values_list("seat", "choice")) == {carl.person_id: "against", dana.person_id: "for"}
    assert SecretBallot.objects.count() == 1
    assert [event.data["why"] for event in Event.objects.filter(name="vote.refused").order_by("pk")] == ["NoProxy", "VoiceGivenAway"]
    client.force_login(carl.person)
    assert client.post(f"{page}voice/back/").status_code == 409


def test_r13_taken_back_before_the_vote_it_is_ones_own(client: Client, frozen: Meeting, dana: Membership, carl: Membership) -> None:
    page = f"{HERE}{frozen.ref}/"
    client.force_login(carl.person)
    client.post(f"{page}voice/", {"holder": dana.person_id, "item": Item.objects.get(kind="ordinary").pk})
    client.post(f"{page}voice/back/")
    assert Proxy.objects.get().revoked_at is not None


def test_votes_on_paper_are_entered_by_two_tellers(
    client: Client, frozen: Meeting, ada: Membership, dana: Membership, carl: Membership
) -> None:
    with time_machine.travel(timezone.now() + BEGINS, tick=False):
        client.force_login(ada.person)
        step(client, frozen, "open")
        papers = f"{vote_on('ordinary')}papers/"
        read = {f"seat-{carl.person_id}": "for", f"seat-{dana.person_id}": ""}
        assert client.post(papers, read).status_code == 302
        assert "Entered so far by: Ada." in client.get(papers).text
        assert not Ballot.objects.exists()
        client.force_login(dana.person)
        differs = client.post(papers, {**read, f"seat-{carl.person_id}": "against"})
        assert differs.status_code == 409
        assert "This is not what Ada read." in differs.text
        assert client.post(papers, {f"seat-{carl.person_id}": "maybe"}).status_code == 422
        client.post(papers, read)
        assert Ballot.objects.get().on_paper
        assert "on paper" in client.get(vote_on("ordinary")).text
        secret = f"{vote_on('election')}papers/"
        everybody = {"seats": [ada.person_id, dana.person_id, carl.person_id], "for": 2, "against": 1, "abstain": 0}
        assert client.post(secret, {**everybody, "for": 5}).status_code == 409
        for person in (ada, dana):
            client.force_login(person.person)
            client.post(secret, everybody)
    assert (SecretBallot.objects.count(), PaperSheet.objects.filter(counted_at=None).count()) == (3, 0)
    assert [event.data["why"] for event in Event.objects.filter(name="vote.refused").order_by("pk")] == ["PapersDiffer", "PapersDoNotAddUp"]


def test_r11_a_second_call_takes_up_what_failed(client: Client, frozen: Meeting, montreuil: Collective, ada: Membership) -> None:
    with time_machine.travel(timezone.now() + BEGINS, tick=False):
        client.force_login(ada.person)
        for name in ("open", "close"):
            step(client, frozen, name)
        begins = timezone.localtime(timezone.now() + dt.timedelta(days=8), montreuil.zone).strftime("%Y-%m-%dT%H:%M")
        again = f"{HERE}{frozen.ref}/again/"
        assert client.post(again, {"begins_at": "yesterday"}).status_code == 422
        assert client.post(again, {"begins_at": begins}).status_code == 302
    second = Meeting.objects.get(second_of=frozen)
    assert [item.title for item in second.items.all()] == ["A second workshop", "Carl sits on the board"]


def test_an_assembly_of_another_collective_is_not_found(client: Client, frozen: Meeting, nina: Membership) -> None:
    item = Item.objects.get(kind="ordinary")
    client.force_login(nina.person)
    assert client.get(f"/c/nantes/assemblies/{frozen.ref}/").status_code == 404
    assert client.post(f"/c/nantes/assemblies/items/{item.ref}/amend/", {f"{item.ref}-text": "x"}).status_code == 404


def test_r12_two_colleges_in_the_browser(client: Client, montreuil: Collective, ada: Membership, carl: Membership) -> None:
    client.force_login(ada.person)
    ends = (montreuil.today() + dt.timedelta(days=5)).isoformat()
    client.post("/c/montreuil/proposals/new/", {"title": "One pot", "closes_on": ends, "manner": "colleges"})
    url = f"/c/montreuil/proposals/{Proposal.objects.get().ref}/"
    client.post(f"{url}vote/", {"choice": "for"})
    client.force_login(carl.person)
    client.post(f"{url}vote/", {"choice": "abstain"})
    client.post(f"{url}close/")
    assert Proposal.objects.get().state == "rejected"
    assert "1 for, 0 against" in client.get(url).text


def test_r12_two_colleges_need_people_in_both(client: Client, montreuil: Collective, ada: Membership) -> None:
    client.force_login(ada.person)
    ends = (montreuil.today() + dt.timedelta(days=5)).isoformat()
    answer = client.post("/c/montreuil/proposals/new/", {"title": "One pot", "closes_on": ends, "manner": "colleges"})
    assert answer.status_code == 422
    assert "Two colleges need couriers and others" in answer.text
    assert not Proposal.objects.exists()


def test_the_page_asks_the_same_few_questions_however_long_the_agenda(
    client: Client, meeting: Meeting, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page = f"{HERE}{meeting.ref}/"
    client.get(page)
    for number in range(10):
        client.post(f"{page}items/", {"kind": "ordinary", "title": f"Point {number}"})
    with django_assert_num_queries(12):
        client.get(page)


def test_r11_the_convening_goes_to_everybody_who_votes(client: Client, meeting: Meeting, sam: Membership) -> None:
    step(client, meeting, "convene")
    journal.run_waiting()
    letters = {letter.email: letter for letter in Message.objects.filter(kind="team.assembly", channel="email")}
    assert set(letters) == {f"{name}@montreuil.test" for name in ("ada", "dana", "carl")}
    assert "1. A second workshop (ordinary resolution)" in letters["carl@montreuil.test"].text
    assert f"{HERE}{meeting.ref}/" in letters["carl@montreuil.test"].text
