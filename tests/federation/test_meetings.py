"""R11 and R13 in the browser: the federation's assembly, from the preparation to the minutes."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from collectives.models import Collective
from coopdelivery.decisions.models import Amendment, Ballot, Item, Meeting, Proxy
from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person
from tests.conftest import make_collective
from tests.federation.world import delegate_of

BEGINS = dt.timedelta(days=30)


def step(client: Client, meeting: Meeting, name: str) -> int:
    return client.post(f"/federation/assembly/meetings/{meeting.ref}/step/", {"step": name}).status_code


@pytest.fixture
def meeting(client: Client, fay: Person, montreuil: Collective, nantes: Collective) -> Meeting:
    make_collective("Lyon", "lyon")
    client.force_login(fay)
    begins = timezone.localtime(timezone.now() + BEGINS).strftime("%Y-%m-%dT%H:%M")
    client.post("/federation/assembly/meetings/new/", {"title": "Autumn assembly", "place": "Turku", "begins_at": begins})
    made = Meeting.objects.get()
    page = f"/federation/assembly/meetings/{made.ref}/"
    assert client.post(f"{page}items/", {"kind": "ordinary", "title": ""}).status_code == 422
    client.post(f"{page}items/", {"kind": "ordinary", "title": "A common fund", "text": "Two per cent."})
    return made


def test_r11_from_the_preparation_to_the_minutes(client: Client, fay: Person, meeting: Meeting, montreuil: Collective) -> None:
    rider = delegate_of(montreuil)
    ours = f"/c/montreuil/federation/meetings/{meeting.ref}/"
    client.force_login(rider)
    assert client.get(ours).status_code == 404
    client.force_login(fay)
    assert step(client, meeting, "open") == 409
    assert step(client, meeting, "convene") == 302
    client.force_login(rider)
    item = Item.objects.get()
    client.post(f"/c/montreuil/federation/items/{item.ref}/amend/", {f"{item.ref}-text": "One per cent.", f"{item.ref}-why": "Poor year."})
    assert "One per cent." in client.get(ours).text
    client.force_login(fay)
    client.post(f"/federation/assembly/amendments/{Amendment.objects.get().ref}/", {"take": "yes"})
    assert step(client, meeting, "freeze") == 302
    assert step(client, meeting, "open") == 409
    with time_machine.travel(timezone.now() + BEGINS, tick=False):
        client.force_login(fay)
        assert step(client, meeting, "open") == 302
        proposal = Item.objects.get().proposal
        assert proposal is not None
        assert proposal.text == "One per cent."
        client.force_login(rider)
        client.post(f"/c/montreuil/federation/motions/{proposal.ref}/vote/", {"choice": "for"})
        client.force_login(fay)
        assert step(client, meeting, "close") == 302
    meeting.refresh_from_db()
    client.force_login(rider)
    text = client.get(ours).text
    assert meeting.minutes_sha256 in text
    assert "1 for, 0 against" in text


def test_r13_a_co_op_carries_the_voice_of_another(
    client: Client, fay: Person, meeting: Meeting, montreuil: Collective, nantes: Collective
) -> None:
    rider, neighbour = delegate_of(montreuil), delegate_of(nantes)
    ours, theirs = (f"/c/{slug}/federation/meetings/{meeting.ref}/" for slug in ("montreuil", "nantes"))
    for name in ("convene", "freeze"):
        step(client, meeting, name)
    client.force_login(rider)
    assert client.post(f"{ours}voice/", {"holder": montreuil.pk}).status_code == 422
    client.post(f"{ours}voice/", {"holder": nantes.pk})
    assert "Nantes carries it for the whole assembly." in client.get(ours).text
    lyon = Collective.objects.get(slug="lyon")
    client.force_login(neighbour)
    assert client.post(f"{theirs}voice/", {"holder": lyon.pk}).status_code == 409
    assert "We carry the voice of Montreuil." in client.get(theirs).text
    with time_machine.travel(timezone.now() + BEGINS, tick=False):
        client.force_login(fay)
        step(client, meeting, "open")
        proposal = Item.objects.get().proposal
        assert proposal is not None
        client.force_login(rider)
        assert client.post(f"/c/montreuil/federation/motions/{proposal.ref}/vote/", {"choice": "for"}).status_code == 409
        client.force_login(neighbour)
        vote = f"/c/nantes/federation/motions/{proposal.ref}/vote/"
        assert client.post(vote, {"choice": "for", "voice_of": "lyon"}).status_code == 409
        client.post(vote, {"choice": "for", "voice_of": "montreuil"})
        client.post(vote, {"choice": "against"})
        assert dict(Ballot.objects.values_list("seat", "choice")) == {montreuil.pk: "for", nantes.pk: "against"}
        client.force_login(rider)
        assert client.post(f"{ours}voice/back/").status_code == 409
    assert Proxy.objects.get().revoked_at is None
    assert [event.data["why"] for event in Event.objects.filter(name="vote.refused").order_by("pk")] == ["VoiceGivenAway", "NoProxy"]


def test_r13_a_voice_taken_back_is_ones_own_again(client: Client, meeting: Meeting, montreuil: Collective, nantes: Collective) -> None:
    for name in ("convene", "freeze"):
        step(client, meeting, name)
    client.force_login(delegate_of(montreuil))
    ours = f"/c/montreuil/federation/meetings/{meeting.ref}/"
    client.post(f"{ours}voice/", {"holder": nantes.pk})
    client.post(f"{ours}voice/back/")
    assert Proxy.objects.get().revoked_at is not None
    assert "Give our voice" in client.get(ours).text


def test_somebody_who_is_not_the_delegate_changes_nothing(client: Client, meeting: Meeting, montreuil: Collective, nina: object) -> None:
    step(client, meeting, "convene")
    client.force_login(nina.person)  # type: ignore[attr-defined]  # a Membership
    item = Item.objects.get()
    answer = client.post(f"/c/nantes/federation/items/{item.ref}/amend/", {f"{item.ref}-text": "Nothing.", f"{item.ref}-why": ""})
    assert answer.status_code == 409
    assert not Amendment.objects.exists()
    assert [event.data["why"] for event in Event.objects.filter(name="assembly.refused")] == ["NotTheDelegate"]


def test_the_head_of_an_assembly_says_notice_voices_quorum_and_proxies(
    client: Client, fay: Person, meeting: Meeting, montreuil: Collective, nantes: Collective
) -> None:
    page, ours = f"/federation/assembly/meetings/{meeting.ref}/", f"/c/montreuil/federation/meetings/{meeting.ref}/"
    assert "Convened" not in client.get(page).text
    client.post(f"{page}items/", {"kind": "extraordinary", "title": "Statutes", "text": "Article 3."})
    client.post(f"{page}items/", {"kind": "information", "title": "The year"})
    for name in ("convene", "freeze"):
        step(client, meeting, name)
    client.force_login(delegate_of(montreuil))
    client.post(f"{ours}voice/", {"holder": nantes.pk})
    for person, shown in ((fay, page), (delegate_of(montreuil), ours)):
        client.force_login(person)
        text = client.get(shown).text
        for facts in ("29 days before", "<dd>3<small>roll of", "<dd>1–2<small>voices at least", "<dd>1<small>voices, by another co-op"):
            assert facts in text, facts


def test_the_agenda_tells_every_count_in_as_many_questions_to_the_database(
    client: Client, fay: Person, meeting: Meeting, montreuil: Collective, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    page = f"/federation/assembly/meetings/{meeting.ref}/"
    for number in range(6):
        client.post(f"{page}items/", {"kind": "ordinary", "title": f"Point {number}"})
    for name in ("convene", "freeze"):
        step(client, meeting, name)
    with time_machine.travel(timezone.now() + BEGINS, tick=False):
        client.force_login(fay)
        step(client, meeting, "open")
        first = Item.objects.order_by("position")[0].proposal
        assert first is not None
        client.force_login(delegate_of(montreuil))
        client.post(f"/c/montreuil/federation/motions/{first.ref}/vote/", {"choice": "for"})
        client.force_login(fay)
        with django_assert_max_num_queries(20):
            text = client.get(page).text
    assert "1 for, 0 against, 0 abstentions, 2 have not voted" in text
    assert text.count("0 for, 0 against, 0 abstentions, 3 have not voted") == 6


def test_a_second_call_is_offered_when_too_few_voted_and_only_then(
    client: Client, fay: Person, meeting: Meeting, montreuil: Collective
) -> None:
    page = f"/federation/assembly/meetings/{meeting.ref}/"
    client.post(f"{page}items/", {"kind": "extraordinary", "title": "Statutes", "text": "Article 3."})
    for name in ("convene", "freeze"):
        step(client, meeting, name)
    with time_machine.travel(timezone.now() + BEGINS, tick=False):
        client.force_login(fay)
        step(client, meeting, "open")
        for item in Item.objects.select_related("proposal"):
            client.force_login(delegate_of(montreuil))
            assert item.proposal is not None
            client.post(f"/c/montreuil/federation/motions/{item.proposal.ref}/vote/", {"choice": "for"})
        client.force_login(fay)
        step(client, meeting, "close")
        assert "Call again" in client.get(page).text
        begins = timezone.localtime(timezone.now() + BEGINS).strftime("%Y-%m-%dT%H:%M")
        assert client.post(f"{page}again/", {"begins_at": begins}).status_code == 302
        again = Meeting.objects.get(second_of=meeting)
        assert [item.title for item in again.items.all()] == ["Statutes"]
        assert "Call again" not in client.get(page).text
