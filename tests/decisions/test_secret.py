"""R14: secret ballots for persons. R15: consent in rounds, then a vote."""

import datetime as dt
import re
from collections import Counter

import pytest
import time_machine
from django.db import models
from django.test import Client
from django.utils import timezone

from collectives.models import Collective, Membership
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Ballot, Proposal, SecretBallot, Turnout
from coopdelivery.decisions.refusals import AlreadyVoted, NoNextRound, NotOnTheRoll, NotYours, VoteClosed, VoteIsOpenBallot, VoteIsSecret
from coopdelivery.decisions.secret import cast_secretly, published
from coopdelivery.decisions.tally import Rule, tally
from coopdelivery.journal.models import Event

HARM = "Night riders would be left without any cover."


def ask(collective: Collective, rule: Rule, *voters: Membership) -> Proposal:
    return decisions.open_proposal(
        collective_id=collective.pk,
        title="Carl sits on the board",
        text="",
        roll=[row.person_id for row in voters],
        by=voters[0].person,
        closes_at=timezone.now() + dt.timedelta(days=7),
        rule=rule,
    )


@pytest.fixture
def election(montreuil: Collective, ada: Membership, dana: Membership, carl: Membership) -> Proposal:
    return ask(montreuil, Rule(secret=True), ada, dana, carl)


def test_r14_nothing_in_the_schema_leads_from_a_ballot_to_a_voter() -> None:
    fields = SecretBallot._meta.get_fields()
    assert {field.name for field in fields} == {"id", "proposal_ref", "choice", "code"}
    assert not any(field.is_relation or isinstance(field, models.DateField) for field in fields)
    assert not any(field.related_model is SecretBallot for model in (Turnout, Proposal) for field in model._meta.get_fields())
    shared = {field.name for field in Turnout._meta.get_fields()} & {field.name for field in fields}
    assert shared == {"id"}
    assert isinstance(SecretBallot._meta.pk, models.UUIDField)


def test_r14_the_journal_says_who_voted_and_not_what(election: Proposal, carl: Membership) -> None:
    code = cast_secretly(proposal=election, by=carl.person, choice="against")
    event = Event.objects.get(name="ballot.cast")
    assert event.by_id == carl.person_id
    assert "against" not in str(event.data)
    assert code not in str(event.data)


def test_r14_the_tally_comes_out_of_the_published_ballots(election: Proposal, ada: Membership, dana: Membership, carl: Membership) -> None:
    codes = {
        voter: cast_secretly(proposal=election, by=voter.person, choice=choice)
        for voter, choice in ((ada, "for"), (dana, "for"), (carl, "against"))
    }
    so_far = decisions.tally_of(election)
    assert (so_far.sealed, so_far.votes_for, so_far.votes_against) == (3, 0, 0)
    assert published(election) == []
    closed = decisions.close(proposal=election, by=ada.person)
    ballots = published(closed)
    assert closed.state == "passed"
    assert Counter(row.choice for row in ballots) == {"for": 2, "against": 1}
    assert tally([row.choice for row in ballots], roll=3, rule=Rule(secret=True)) == decisions.tally_of(closed)
    assert next(row.choice for row in ballots if row.code == codes[carl]) == "against"


def test_r14_a_secret_ballot_is_final_and_a_seat_has_one(election: Proposal, carl: Membership, sam: Membership) -> None:
    cast_secretly(proposal=election, by=carl.person, choice="for")
    with pytest.raises(AlreadyVoted):
        cast_secretly(proposal=election, by=carl.person, choice="against")
    with pytest.raises(NotOnTheRoll):
        cast_secretly(proposal=election, by=sam.person, choice="for")
    with pytest.raises(VoteIsSecret):
        decisions.cast(proposal=election, by=carl.person, choice="for")
    assert (SecretBallot.objects.count(), Turnout.objects.count(), Ballot.objects.count()) == (1, 1, 0)
    with time_machine.travel(timezone.now() + dt.timedelta(days=8), tick=False), pytest.raises(VoteClosed):
        cast_secretly(proposal=election, by=carl.person, choice="against")


def test_r14_an_open_vote_takes_no_secret_ballot(montreuil: Collective, ada: Membership) -> None:
    with pytest.raises(VoteIsOpenBallot):
        cast_secretly(proposal=ask(montreuil, Rule(), ada), by=ada.person, choice="for")


def test_r14_in_the_browser_the_code_is_shown_once(client: Client, montreuil: Collective, ada: Membership, carl: Membership) -> None:
    client.force_login(ada.person)
    ends = (montreuil.today() + dt.timedelta(days=5)).isoformat()
    client.post("/c/montreuil/proposals/new/", {"title": "Carl sits on the board", "closes_on": ends, "manner": "secret"})
    url = f"/c/montreuil/proposals/{Proposal.objects.get().ref}/"
    code = ""
    for voter, choice in ((ada, "for"), (carl, "against")):
        client.force_login(voter.person)
        page = client.post(f"{url}vote/", {"choice": choice, "reason": "leaks"})
        code = re.findall(r"<code>([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})</code>", page.text)[0]
        assert code not in client.get(url).text
    assert client.post(f"{url}vote/", {"choice": "for"}).status_code == 409
    assert "2 of 2 have voted." in client.get(url).text
    client.post(f"{url}close/")
    assert code in client.get(url).text


def test_r15_after_objections_another_round_takes_them_in(montreuil: Collective, ada: Membership, carl: Membership) -> None:
    first = ask(montreuil, Rule(consent=True), ada, carl)
    decisions.cast(proposal=first, by=carl.person, choice="against", reason=HARM)
    decisions.cast(proposal=first, by=ada.person, choice="for")
    decisions.close(proposal=first, by=ada.person)
    ends = timezone.now() + dt.timedelta(days=7)
    with pytest.raises(NotYours):
        decisions.next_round(proposal=first, text="With cover.", closes_at=ends, by=carl.person)
    second = decisions.next_round(proposal=first, text="With cover.", closes_at=ends, by=ada.person)
    assert (second.text, decisions.rule_of(second).round, second.settles["follows"]) == ("With cover.", 2, "D-1")
    with pytest.raises(NoNextRound):
        decisions.next_round(proposal=first, text="Again.", closes_at=ends, by=ada.person)
    for member in (ada, carl):
        decisions.cast(proposal=second, by=member.person, choice="for")
    assert decisions.close(proposal=second, by=ada.person).state == "passed"


def test_r15_what_three_rounds_did_not_resolve_goes_to_a_vote(montreuil: Collective, ada: Membership, carl: Membership) -> None:
    proposal = ask(montreuil, Rule(consent=True), ada, carl)
    ends = timezone.now() + dt.timedelta(days=7)
    for number in (1, 2, 3):
        decisions.cast(proposal=proposal, by=carl.person, choice="against", reason=HARM)
        decisions.cast(proposal=proposal, by=ada.person, choice="for")
        decisions.close(proposal=proposal, by=ada.person)
        if number < 3:
            proposal = decisions.next_round(proposal=proposal, text=f"Round {number + 1}.", closes_at=ends, by=ada.person)
    vote = Proposal.objects.get(state="open")
    assert (vote.number, vote.text, vote.roll, decisions.rule_of(vote)) == ("D-4", "Round 3.", proposal.roll, Rule())
    with pytest.raises(NoNextRound):
        decisions.next_round(proposal=proposal, text="A fourth.", closes_at=ends, by=ada.person)


def test_r15_a_round_in_the_browser(client: Client, montreuil: Collective, ada: Membership, carl: Membership) -> None:
    client.force_login(ada.person)
    ends = (montreuil.today() + dt.timedelta(days=5)).isoformat()
    client.post("/c/montreuil/proposals/new/", {"title": "Ride on Sundays", "closes_on": ends, "manner": "consent"})
    url = f"/c/montreuil/proposals/{Proposal.objects.get().ref}/"
    client.post(f"{url}vote/", {"choice": "for"})
    client.force_login(carl.person)
    bare = client.post(f"{url}vote/", {"choice": "against", "reason": "No."})
    assert bare.status_code == 409
    assert "An objection says which harm" in bare.text
    client.post(f"{url}vote/", {"choice": "against", "reason": HARM})
    client.post(f"{url}close/")
    client.force_login(ada.person)
    assert client.post(f"{url}round/", {"text": "", "closes_on": ends}).status_code == 422
    client.post(f"{url}round/", {"text": "One Sunday a month.", "closes_on": ends})
    assert Proposal.objects.get(state="open").text == "One Sunday a month."
