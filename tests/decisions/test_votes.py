import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from collectives.models import Collective, Membership
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Ballot, Proposal
from coopdelivery.decisions.refusals import EmptyRoll, EndsTooSoon, NotOnTheRoll, NotYours, UnknownChoice, VoteClosed, VoteStillOpen
from coopdelivery.journal.models import Event


@pytest.fixture
def proposal(montreuil: Collective, ada: Membership, dana: Membership, carl: Membership) -> Proposal:
    return decisions.open_proposal(
        collective_id=montreuil.pk,
        title="A new cargo bike",
        text="",
        roll=[ada.person_id, dana.person_id, carl.person_id],
        closes_at=timezone.now() + dt.timedelta(days=7),
        by=ada.person,
    )


def test_proposals_are_numbered_for_each_collective(proposal: Proposal, nantes: Collective, ada: Membership, nina: Membership) -> None:
    again = decisions.open_proposal(collective_id=proposal.collective_id, title="Two", text="", roll=[1], by=ada.person)
    other = decisions.open_proposal(collective_id=nantes.pk, title="One", text="", roll=[1], by=nina.person)
    common = decisions.open_proposal(collective_id=None, title="One", text="", roll=[1], by=nina.person)
    assert [proposal.number, again.number, other.number, common.number] == ["D-1", "D-2", "D-1", "F-1"]


def test_a_vote_can_be_changed_and_counts_once(proposal: Proposal, carl: Membership) -> None:
    decisions.cast(proposal=proposal, by=carl.person, choice="for")
    decisions.cast(proposal=proposal, by=carl.person, choice="against", reason="Too dear.")
    assert list(Ballot.objects.values_list("choice", "reason")) == [("against", "Too dear.")]
    assert decisions.tally_of(proposal).cast == 1


def test_who_joined_later_does_not_vote(proposal: Proposal, sam: Membership) -> None:
    with pytest.raises(NotOnTheRoll):
        decisions.cast(proposal=proposal, by=sam.person, choice="for")
    assert not Ballot.objects.exists()


def test_an_unknown_choice_is_refused(proposal: Proposal, carl: Membership) -> None:
    with pytest.raises(UnknownChoice):
        decisions.cast(proposal=proposal, by=carl.person, choice="perhaps")
    assert not Ballot.objects.exists()


def test_it_closes_when_everybody_voted(proposal: Proposal, ada: Membership, dana: Membership, carl: Membership) -> None:
    for member, choice in ((ada, "for"), (dana, "for"), (carl, "against")):
        decisions.cast(proposal=proposal, by=member.person, choice=choice)
    assert decisions.close(proposal=proposal, by=dana.person).state == "passed"
    decided = Event.objects.get(name="proposal.decided")
    assert (decided.data["votes_for"], decided.data["votes_against"], decided.by_id) == (2, 1, dana.person_id)


def test_it_does_not_close_while_voices_are_missing(proposal: Proposal, ada: Membership) -> None:
    decisions.cast(proposal=proposal, by=ada.person, choice="for")
    with pytest.raises(VoteStillOpen, match="2 voices are missing"):
        decisions.close(proposal=proposal, by=ada.person)
    proposal.refresh_from_db()
    assert proposal.state == "open"


def test_after_its_end_it_is_counted_and_takes_no_more_votes(proposal: Proposal, ada: Membership, carl: Membership) -> None:
    decisions.cast(proposal=proposal, by=ada.person, choice="for")
    with time_machine.travel(timezone.now() + dt.timedelta(days=8), tick=False):
        with pytest.raises(VoteClosed):
            decisions.cast(proposal=proposal, by=carl.person, choice="against")
        assert decisions.close_due() == 1
        assert decisions.close_due() == 0
    proposal.refresh_from_db()
    assert proposal.state == "passed"
    assert Event.objects.get(name="proposal.decided").by_id is None


def test_without_quorum_it_is_rejected(proposal: Proposal) -> None:
    with time_machine.travel(timezone.now() + dt.timedelta(days=8), tick=False):
        assert decisions.close(proposal=proposal, by=None).state == "rejected"


def test_it_closes_once(proposal: Proposal) -> None:
    with time_machine.travel(timezone.now() + dt.timedelta(days=8), tick=False):
        decisions.close(proposal=proposal, by=None)
        with pytest.raises(VoteClosed):
            decisions.close(proposal=Proposal.objects.get(), by=None)
    assert Event.objects.filter(name="proposal.decided").count() == 1


def test_only_who_opened_it_withdraws_it_and_only_while_it_is_open(proposal: Proposal, ada: Membership, carl: Membership) -> None:
    with pytest.raises(NotYours):
        decisions.withdraw(proposal=proposal, by=carl.person)
    assert decisions.withdraw(proposal=proposal, by=ada.person).state == "withdrawn"
    with pytest.raises(VoteClosed):
        decisions.withdraw(proposal=proposal, by=ada.person)


def test_a_vote_needs_voters_and_an_end_to_come(montreuil: Collective, ada: Membership) -> None:
    with pytest.raises(EmptyRoll):
        decisions.open_proposal(collective_id=montreuil.pk, title="Nobody", text="", roll=[], by=ada.person)
    with pytest.raises(EndsTooSoon):
        decisions.open_proposal(collective_id=montreuil.pk, title="Over", text="", roll=[1], closes_at=timezone.now(), by=ada.person)
    assert not Proposal.objects.exists()
