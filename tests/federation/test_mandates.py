"""R16: the members are asked before their delegate votes, and a vote against them explains itself."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from collectives.models import Collective, Membership
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Ballot, Proposal
from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person
from federation import services
from federation.assembly.mandates import consult, mandate_of
from federation.assembly.refusals import AlreadyConsulted, ConsultationOpen, DivergesWithoutReason


@pytest.fixture
def motion(fay: Person, montreuil: Collective, ada: Membership, dana: Membership, carl: Membership) -> Proposal:
    services.name_delegate(collective=montreuil, person=carl.person, by=ada.person)
    ends = timezone.now() + dt.timedelta(days=14)
    return services.open_resolution(title="A common fund", text="Two per cent.", closes_at=ends, by=fay)


def answered(motion: Proposal, collective: Collective, votes: dict[Membership, str]) -> Proposal:
    by = next(iter(votes)).person
    asked = consult(motion=motion, collective=collective, closes_at=timezone.now() + dt.timedelta(days=7), by=by)
    for member, choice in votes.items():
        decisions.cast(proposal=asked, by=member.person, choice=choice, reason="Too dear." if choice == "against" else "")
    return decisions.close(proposal=asked, by=by)


def test_r16_the_consultation_is_attached_with_turnout_result_and_minority(
    motion: Proposal, montreuil: Collective, ada: Membership, dana: Membership, carl: Membership
) -> None:
    answered(motion, montreuil, {ada: "for", dana: "for", carl: "against"})
    mandate = mandate_of(motion, montreuil)
    assert mandate is not None
    assert (mandate.choice, mandate.tally.cast, mandate.tally.roll, mandate.minority) == ("for", 3, 3, ["Too dear."])
    with pytest.raises(AlreadyConsulted):
        consult(motion=motion, collective=montreuil, closes_at=timezone.now() + dt.timedelta(days=7), by=ada.person)


def test_r16_a_vote_against_the_mandate_needs_a_reason_and_is_flagged(
    motion: Proposal, montreuil: Collective, ada: Membership, dana: Membership, carl: Membership
) -> None:
    answered(motion, montreuil, {ada: "for", dana: "for", carl: "against"})
    with pytest.raises(DivergesWithoutReason):
        services.cast_voice(proposal=motion, collective=montreuil, by=carl.person, choice="against")
    assert not Ballot.objects.filter(proposal=motion).exists()
    services.cast_voice(proposal=motion, collective=montreuil, by=carl.person, choice="against", reason="The text changed that morning.")
    flagged = Event.objects.get(name="mandate.diverged")
    assert (flagged.collective_id, flagged.data["reason"]) == (montreuil.pk, "The text changed that morning.")


def test_r16_a_vote_that_follows_the_mandate_is_not_flagged(
    motion: Proposal, montreuil: Collective, ada: Membership, dana: Membership, carl: Membership
) -> None:
    answered(motion, montreuil, {ada: "against", dana: "against", carl: "for"})
    services.cast_voice(proposal=motion, collective=montreuil, by=carl.person, choice="against")
    assert not Event.objects.filter(name="mandate.diverged").exists()


def test_r16_the_delegate_waits_for_the_answer(motion: Proposal, montreuil: Collective, ada: Membership, carl: Membership) -> None:
    consult(motion=motion, collective=montreuil, closes_at=timezone.now() + dt.timedelta(days=7), by=ada.person)
    with pytest.raises(ConsultationOpen):
        services.cast_voice(proposal=motion, collective=montreuil, by=carl.person, choice="for")
    assert not Ballot.objects.filter(proposal=motion).exists()


def test_r16_a_draw_leaves_the_delegate_free(
    motion: Proposal, montreuil: Collective, ada: Membership, dana: Membership, carl: Membership
) -> None:
    answered(motion, montreuil, {ada: "for", dana: "against", carl: "abstain"})
    services.cast_voice(proposal=motion, collective=montreuil, by=carl.person, choice="abstain")
    assert Ballot.objects.get(proposal=motion).choice == "abstain"


def test_r16_the_members_see_that_their_delegate_differed(
    client: Client, motion: Proposal, montreuil: Collective, ada: Membership, dana: Membership, carl: Membership
) -> None:
    page = f"/c/montreuil/federation/motions/{motion.ref}/"
    client.force_login(ada.person)
    assert client.post(f"{page}ask/").status_code == 302
    asked = Proposal.objects.get(collective_id=montreuil.pk)
    for member in (ada, dana, carl):
        decisions.cast(proposal=asked, by=member.person, choice="for")
    decisions.close(proposal=asked, by=ada.person)
    client.force_login(carl.person)
    refused = client.post(f"{page}vote/", {"choice": "against"})
    assert refused.status_code == 409
    assert "The members said otherwise." in refused.text
    client.post(f"{page}vote/", {"choice": "against", "reason": "I was persuaded."})
    client.force_login(dana.person)
    text = client.get(page).text
    assert "3 for, 0 against, 0 abstained; 3 of 3 voted." in text
    assert "Our delegate voted otherwise: I was persuaded." in text
