"""Votes on paper: two tellers read by themselves, and only what both read counts. R14: also the secret ones."""

import datetime as dt
from collections import Counter

import pytest
import time_machine
from django.utils import timezone

from collectives.models import Collective, Membership, Role
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Ballot, PaperSheet, Proposal, SecretBallot, Turnout
from coopdelivery.decisions.papers import Papers, enter_papers
from coopdelivery.decisions.refusals import (
    AlreadyVoted,
    NoPaperConsent,
    NoPapers,
    NotOnTheRoll,
    PapersDiffer,
    PapersDoNotAddUp,
    Refusal,
    TooFewPapers,
    UnknownChoice,
    VoteClosed,
)
from coopdelivery.decisions.secret import cast_secretly, published
from coopdelivery.decisions.tally import Rule
from coopdelivery.people.models import Person
from tests.conftest import make_member

WEEK = dt.timedelta(days=7)


@pytest.fixture
def voters(montreuil: Collective, ada: Membership, dana: Membership, carl: Membership) -> dict[int, Person]:
    people = [ada.person, dana.person, carl.person, make_member(montreuil, "Rosa", Role.COURIER).person]
    return {person.pk: person for person in people}


def ask(collective: Collective, voters: dict[int, Person], rule: Rule | None = None) -> Proposal:
    first = next(iter(voters.values()))
    return decisions.open_proposal(
        collective_id=collective.pk, title="A pot", text="", roll=voters, by=first, closes_at=timezone.now() + WEEK, rule=rule
    )


def test_two_tellers_who_read_the_same_count_the_papers(montreuil: Collective, voters: dict[int, Person]) -> None:
    asked, (ada, dana, carl, rosa) = ask(montreuil, voters), voters.values()
    papers = Papers(choices={ada.pk: "for", carl.pk: "against"})
    assert enter_papers(proposal=asked, papers=papers, voters=voters, by=dana) is False
    assert not Ballot.objects.exists()
    assert enter_papers(proposal=asked, papers=papers, voters=voters, by=rosa) is True
    found = Ballot.objects.order_by("choice").values_list("seat", "voter", "choice", "on_paper")
    assert list(found) == [(carl.pk, carl.pk, "against", True), (ada.pk, ada.pk, "for", True)]
    assert not PaperSheet.objects.filter(counted_at=None).exists()


def test_one_teller_alone_counts_nothing_however_often_they_enter(montreuil: Collective, voters: dict[int, Person]) -> None:
    asked, (ada, dana, *_others) = ask(montreuil, voters), voters.values()
    for _time in range(2):
        assert enter_papers(proposal=asked, papers=Papers(choices={ada.pk: "for"}), voters=voters, by=dana) is False
    assert (PaperSheet.objects.count(), Ballot.objects.count()) == (1, 0)


def test_tellers_who_differ_are_refused_until_one_reads_again(montreuil: Collective, voters: dict[int, Person]) -> None:
    asked, (ada, dana, carl, rosa) = ask(montreuil, voters), voters.values()
    wrong, right = Papers(choices={ada.pk: "for"}), Papers(choices={ada.pk: "against"})
    enter_papers(proposal=asked, papers=wrong, voters=voters, by=dana)
    with pytest.raises(PapersDiffer, match="This is not what Dana read"):
        enter_papers(proposal=asked, papers=right, voters=voters, by=rosa)
    assert list(PaperSheet.objects.values_list("teller", flat=True)) == [dana.pk]
    assert not Ballot.objects.exists()
    enter_papers(proposal=asked, papers=right, voters=voters, by=dana)
    assert enter_papers(proposal=asked, papers=right, voters=voters, by=rosa)
    assert Ballot.objects.get().choice == "against"
    with pytest.raises(AlreadyVoted):
        enter_papers(proposal=asked, papers=right, voters=voters, by=carl)


def test_r14_secret_papers_become_ballots_without_a_name(montreuil: Collective, voters: dict[int, Person]) -> None:
    asked, (ada, dana, carl, rosa) = ask(montreuil, voters, Rule(secret=True)), voters.values()
    cast_secretly(proposal=asked, by=rosa, choice="for")
    papers = Papers(seats=frozenset({ada.pk, dana.pk, carl.pk}), counts={"for": 1, "against": 2})
    for teller in (rosa, dana):
        enter_papers(proposal=asked, papers=papers, voters=voters, by=teller)
    closed = decisions.close(proposal=asked, by=ada)
    assert Counter(row.choice for row in published(closed)) == {"for": 2, "against": 2}
    assert set(Turnout.objects.values_list("seat", flat=True)) == set(voters)
    assert closed.state == "rejected"


def refused(collective: Collective, voters: dict[int, Person], rule: Rule | None, papers: Papers, why: type[Refusal]) -> None:
    asked = ask(collective, voters, rule)
    with pytest.raises(why):
        enter_papers(proposal=asked, papers=papers, voters=voters, by=next(iter(voters.values())))
    assert not PaperSheet.objects.exists()
    assert not Turnout.objects.exists()
    assert not SecretBallot.objects.exists()


def test_papers_that_make_no_sense_are_refused_and_nothing_is_kept(montreuil: Collective, voters: dict[int, Person]) -> None:
    one, *_rest = voters
    everybody, secret = frozenset(voters), Rule(secret=True)
    refused(montreuil, voters, None, Papers(), NoPapers)
    refused(montreuil, voters, None, Papers(seats=everybody, counts={"for": 4}), NoPapers)
    refused(montreuil, voters, secret, Papers(choices={one: "for"}), NoPapers)
    refused(montreuil, voters, None, Papers(choices={one + 999: "for"}), NotOnTheRoll)
    refused(montreuil, voters, None, Papers(choices={one: "maybe"}), UnknownChoice)
    refused(montreuil, voters, secret, Papers(seats=everybody, counts={"for": 5}), PapersDoNotAddUp)
    refused(montreuil, voters, secret, Papers(seats=everybody, counts={"for": 6, "against": -2}), PapersDoNotAddUp)
    refused(montreuil, voters, secret, Papers(seats=frozenset({one}), counts={"for": 1}), TooFewPapers)
    refused(montreuil, voters, Rule(consent=True), Papers(choices={one: "for"}), NoPaperConsent)


def test_papers_come_in_before_the_end(montreuil: Collective, voters: dict[int, Person]) -> None:
    asked, (ada, dana, *_others) = ask(montreuil, voters), voters.values()
    papers = Papers(choices={ada.pk: "for"})
    enter_papers(proposal=asked, papers=papers, voters=voters, by=dana)
    with time_machine.travel(timezone.now() + WEEK, tick=False), pytest.raises(VoteClosed):
        enter_papers(proposal=asked, papers=papers, voters=voters, by=ada)
    assert not Ballot.objects.exists()
